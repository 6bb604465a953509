using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Ledgers;
using Otedama.Tests.Pool;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.ChainNet;

/// <summary>The gate of a pool on a share chain, from what its peers say to what its miners are told.</summary>
public sealed class PoolChainTests : IDisposable
{
    private static readonly Hash256 s_block = ChainNode.Block;

    private readonly HeldClock _time = new(DateTimeOffset.FromUnixTimeSeconds(1_900_000_000));
    private readonly TempFolder _folder = new();
    private readonly Ledger _ledger;
    private readonly PoolChain _pool;
    private ulong _number;

    public PoolChainTests()
    {
        PoolOptions options = new()
        {
            Coin = CoinCatalogue.BitcoinRegtest,
            Nodes = [],
            DataDirectory = "pool",
            OperatorAddress = StratumHarness.Address(1),
        };
        PoolWorld world = new()
        {
            Time = _time,
            Random = new SystemRandomness(),
            Transport = null!,
            Files = new CrashDisk(),
            Nodes = null!,
            Loggers = NullLoggerFactory.Instance,
            Peers = static (_, _, _) => new NoNetwork(),
        };
        _ledger = Ledger.Open(
            new LedgerOptions { Directory = _folder.Path, OperatorScript = Own.ToScript(), Sync = LogSync.None }, _time, NullLogger.Instance);
        ChainParameters parameters = EasyShares.Parameters(600);
        _pool = new PoolChain(parameters, options, _ledger, NoProofs.Instance, world);
        _pool.Join(new PeerNodeOptions { ChainId = parameters.Id, Folder = "peers" }, null!, null!, world);
        OnBlock(100);
    }

    private static PayoutKey Own { get; } = new(PayoutKey.WitnessKeyHash, Enumerable.Repeat((byte)1, 20).ToArray());

    [Fact]
    public void Alone_nobody_is_let_in_and_with_a_peer_everybody()
    {
        Assert.True(_pool.WhyClosed is { SendsAway: true } closed && closed.Reason.Contains("no other node", StringComparison.Ordinal));
        Assert.Same(_pool.WhyClosed!.Reason, _pool.Book.WhyClosed!.Reason);
        Peer();
        Assert.Null(_pool.WhyClosed);
        Assert.True(_pool.Snapshot().Network.Gate.IsOpen);
    }

    [Fact]
    public void One_liar_about_the_coin_closes_nothing_and_two_that_we_dialled_do()
    {
        HandPeer one = Peer(), two = Peer(), three = Peer();
        Say(one, 4_000);
        Assert.Null(_pool.WhyClosed);
        Say(two, 106);
        Assert.True(_pool.WhyClosed is { SendsAway: true });
        Assert.StartsWith("the coin node is 7 blocks behind what 2 peers see", _pool.WhyClosed!.Reason, StringComparison.Ordinal);
        Assert.False(_pool.Snapshot().Network.Gate.IsOpen);
        for (int i = 0; i < 15; i++)
        {
            Run(10);
        }
        ChainAlarm alarm = Assert.Single(_pool.Snapshot().Alarms);
        Assert.Equal(ChainAlarms.CoinBehind, alarm.Kind);
        OnBlock(107);
        Run(20);
        Assert.Null(_pool.WhyClosed);
        Assert.Empty(_pool.Snapshot().Alarms);
        Say(three, 100);
    }

    [Fact]
    public void Who_hears_nothing_of_others_lets_nobody_new_in_and_lets_those_who_mine_go_on()
    {
        Peer();
        for (int i = 0; i < 450; i++)
        {
            Run(10);
            Take(FreeShares.Payee(i % 9), new ShareOrigin(5, IsAskedFor: false));
        }
        Assert.Null(_pool.WhyClosed);
        for (int i = 0; i < 9; i++)
        {
            Run(100);
            Take(Own, ShareOrigin.Own);
        }
        Assert.True(_pool.WhyClosed is { SendsAway: false });
        Assert.Matches("^0 shares of other nodes came in ten minutes where [56][0-9] are usual", _pool.WhyClosed!.Reason);
        ChainSnapshot seen = _pool.Snapshot();
        Assert.Equal((false, _pool.WhyClosed.Reason), (seen.Network.Gate.IsOpen, seen.Network.Gate.Reason));
        Assert.Equal(ChainAlarms.Partition, Assert.Single(seen.Alarms).Kind);
        ChainView view = ChainViews.Of(seen, _time.GetUtcNow());
        Assert.Equal("partition", Assert.Single(view.Alarms).Kind);
        Assert.Contains(ChainLines.Chain(view, "BTC"), static line => line.Contains("! 0 shares of other nodes", StringComparison.Ordinal));
    }

    public void Dispose()
    {
        _pool.Dispose();
        _ledger.Dispose();
        _folder.Dispose();
    }

    private HandPeer Peer() => new HandPeer(_pool.Peers!.Chain, default).Join();

    private void OnBlock(int height) => _pool.Desk.Coin.Note(new Template
    {
        Algorithm = CoinCatalogue.BitcoinRegtest.Algorithm,
        Height = height,
        Version = 1,
        PreviousHash = s_block,
        Bits = EasyShares.CoinBits,
        Time = 0,
        TimeMin = 0,
        CoinbaseValue = new Amount((long)FreeShares.CoinValue),
        Transactions = [],
    });

    private static void Say(HandPeer peer, uint height)
    {
        byte[] body = new byte[PeerCoinTip.Bytes];
        new PeerCoinTip(Sha256d.Hash(BitConverter.GetBytes(height)), height).Write(body);
        peer.Say(PeerMessage.CoinTip, body);
    }

    private void Take(PayoutKey payout, ShareOrigin origin)
    {
        ChainShare share = _pool.Desk.Look(chain => EasyShares.Next(
            chain, _pool.Desk.Parameters, payout, (ulong)_time.GetUtcNow().ToUnixTimeMilliseconds(), _number++, s_block));
        Assert.Equal(ArrivalKind.Taken, _pool.Desk.Arrive(share, origin).Kind);
    }

    /// <summary>Time passes, and the chain's own steps are called.</summary>
    private void Run(double seconds)
    {
        _time.Advance(seconds);
        foreach (IStep step in _pool.Steps.Except(_pool.Peers!.Steps))
        {
            step.StepAsync(default).AsTask().GetAwaiter().GetResult();
        }
    }

    private sealed class NoNetwork : IPeerNetwork
    {
        public (int In, int Out) Shaking => default;

        public long Count(PeerRefusal reason) => 0;

        public int OpenCount => 0;

        public IReadOnlyList<IPEndPoint> Listen(IReadOnlyList<IPEndPoint> places, IPeerNetworkUser user) => places;

        public void Dial(IPEndPoint place, NodeId? expected, long number, IPeerNetworkUser user)
        {
        }

        public void Dispose()
        {
        }
    }
}
