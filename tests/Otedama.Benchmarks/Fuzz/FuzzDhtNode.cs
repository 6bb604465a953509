using System.Net;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama.Benchmarks;

/// <summary>
/// A whole node of the DHT, a server: every input comes from another address a second later, and one that looks like an answer
/// gets the address and the transaction of a question that is open.
/// </summary>
internal sealed class FuzzDhtNode : IDatagrams, IDiscovered, INames
{
    private const int StoredMax = 16_384;

    /// <summary>Seconds a question stays open, and that are waited for the next one.</summary>
    private const int Patience = 2, Wait = 20;

    private readonly Clock _clock = new();
    private readonly Random _random = new(1);
    private readonly DhtNode _node;
    private (PeerEndpoint To, byte[] Transaction, long At)? _open;

    public FuzzDhtNode()
    {
        DhtOptions options = new()
        {
            Mode = DhtMode.Server,
            Nodes = [PeerEndpoint.Of(IPAddress.Parse("44.1.0.1"), 6_881), PeerEndpoint.Of(IPAddress.Parse("2a01:1::1"), 6_881)],
        };
        DhtWorld world = new()
        {
            Time = _clock,
            Random = new SystemRandomness(),
            Datagrams = this,
            Names = this,
            Files = new DiskFiles(),
        };
        _node = new DhtNode(options, world, this) { AnnouncePort = 30_303 };
        _node.FollowNetwork(new byte[32]);
    }

    public IReadOnlyList<IPEndPoint> Endpoints { get; } = [new(IPAddress.Any, 6_881), new(IPAddress.IPv6Any, 6_881)];

    public bool HasEnough => false;

    public bool Take(byte[] datagram)
    {
        Advance();
        PeerEndpoint from = _random.Next(2) == 0
            ? PeerEndpoint.Of(new IPAddress([(byte)_random.Next(20, 100), (byte)_random.Next(256), 1, 1]), 6_881)
            : PeerEndpoint.Of(IPAddress.Parse($"2a01:{_random.Next(65_536):x}::1"), 6_881);
        int transaction = datagram.AsSpan().IndexOf("1:t2:"u8) + 5;
        if (_open is { } open && transaction >= 5 && transaction + 2 <= datagram.Length)
        {
            open.Transaction.CopyTo(datagram, transaction);
            (from, _open) = (open.To, null);
        }
        long before = _node.Snapshot().Answered;
        _node.OnDatagram(from, datagram);
        DhtSnapshot after = _node.Snapshot();
        return after.StoredPeers <= StoredMax ? after.Answered > before
            : throw new InvalidOperationException($"{after.StoredPeers} peers are stored");
    }

    /// <summary>A second, or as many as it takes until something is asked.</summary>
    private void Advance()
    {
        _clock.Seconds++;
        _open = _open is { } open && _clock.Seconds - open.At < Patience ? open : null;
        for (int waits = 0; waits < 50 && _open is null; waits++)
        {
            _clock.Seconds += waits == 0 ? 0 : Wait;
            _ = _node.StepAsync(default).AsTask().GetAwaiter().GetResult();
        }
    }

    public void Start(DatagramReceiver receiver)
    {
    }

    public void Send(PeerEndpoint to, ReadOnlySpan<byte> datagram)
    {
        if (KrpcReader.TryRead(datagram, out KrpcMessage? message) && message.Kind == KrpcKind.Query)
        {
            _open = (to, message.Transaction, _clock.Seconds);
        }
    }

    public void Offer(PeerHint hint)
    {
    }

    public Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken stop) => Task.FromResult<IReadOnlyList<IPAddress>>([]);

    public void Dispose()
    {
    }

    private sealed class Clock : TimeProvider
    {
        public long Seconds { get; set; } = 1;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddYears(56).AddSeconds(Seconds);
    }
}
