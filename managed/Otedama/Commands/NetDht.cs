using Otedama.Core;
using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama;

/// <summary>A DHT node for a while: joins, looks up, may announce, says what it found.</summary>
internal static class NetDht
{
    private const int SecondsMax = 3_600;

    /// <summary>In the data directory. Its own, or that of a pool would lose its nodes to a short look.</summary>
    private const string SavedNodesFile = "net-dht.nodes";

    public static Command Build(CommandContext context)
    {
        Command dht = new("dht",
            "Join the BitTorrent DHT for a while and look for the nodes of a chain, or for the peers of a key.");
        Option<string?> network = new("--network")
        {
            Description = "Chain id, 64 hexadecimal digits: looks under its keys of today.",
            HelpName = "HEX",
        };
        Option<string?> key = new("--info-hash") { Description = "One key, 40 hexadecimal digits.", HelpName = "HEX" };
        Option<int> seconds = new("--seconds")
        {
            Description = $"How long, 1 to {SecondsMax}; default 30.",
            HelpName = "S",
            DefaultValueFactory = static _ => 30,
        };
        Option<int> port = new("--port") { Description = "UDP port; default 0 = any free one.", HelpName = "N" };
        Option<bool> announce = new("--announce")
        {
            Description = "Announce that port too, as a node that can be reached would.",
        };
        foreach (Option option in (Option[])[network, key, seconds, port, announce])
        {
            dht.Options.Add(option);
        }
        dht.SetAction((result, stop) =>
        {
            Wish wish = new(result.GetValue(network), result.GetValue(key), result.GetValue(seconds),
                result.GetValue(port), result.GetValue(announce));
            return RunAsync(context, result, wish, stop);
        });
        return dht;
    }

    private static async Task<int> RunAsync(CommandContext context, ParseResult result, Wish wish,
        CancellationToken stop)
    {
        Configuration configuration = context.Load(result);
        DhtOptions options = DhtChoice.Of(configuration) ?? throw new CommandException(ExitCode.Configuration,
            "dht.mode is off, so there is no DHT node; set it to client or server.");
        string root = DataDirectory.Locate(configuration, context.Outside.Environment);
        options = options with { SavedNodes = Path.Combine(root, SavedNodesFile) };
        (byte[] network, DhtId? key) = KeysOf(wish);
        TimeProvider time = context.Outside.Clock;
        DhtWorld world = Bind(wish.Port, time);
        using IDatagrams datagrams = world.Datagrams;
        Finds finds = new();
        DhtNode node = new(options, world, finds);
        if (key is { } one)
        {
            node.FollowKey(one);
        }
        else
        {
            node.FollowNetwork(network);
        }
        node.AnnouncePort = wish.Announces ? datagrams.Endpoints[0].Port : 0;
        node.Start();
        using ILoggerFactory loggers = context.OpenLogs(configuration, result);
        await using (StepLoop loop = new(node, loggers.CreateLogger(LogCategory.PoolPeers)))
        {
            loop.Start();
            await WaitAsync(TimeSpan.FromSeconds(wish.Seconds), time, stop);
        }
        Keep(context, node, root);
        NetDhtAnswer answer = NetDhtAnswer.Of(node.Snapshot(), finds.All);
        context.Answer(result, answer, AnswerJson.Default.NetDhtAnswer, static a => a.Lines);
        return answer.Families.Any(static family => family.Nodes > 0) ? ExitCode.Done : ExitCode.Unreachable;
    }

    /// <summary>The next look begins with them. One that cannot keep them has an answer all the same.</summary>
    private static void Keep(CommandContext context, DhtNode node, string root)
    {
        try
        {
            DataDirectory.MakePrivate(root, allowLoose: true); // the instance that opens it judges it
            node.Save();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            context.Say($"The nodes of the DHT could not be kept in {root} for the next look: {e.Message}");
        }
    }

    private static async Task WaitAsync(TimeSpan time, TimeProvider clock, CancellationToken stop)
    {
        try
        {
            await Task.Delay(time, clock, stop);
        }
        catch (OperationCanceledException)
        {
            // Interrupted: what was found so far is the answer.
        }
    }

    private static (byte[] Network, DhtId? Key) KeysOf(Wish wish)
    {
        if (wish.Seconds is < 1 or > SecondsMax || wish.Port is < 0 or > ushort.MaxValue)
        {
            throw new CommandException(ExitCode.Usage, $"--seconds: 1 to {SecondsMax}, --port: 0 to 65535 is allowed.");
        }
        if (wish.Key is not null && wish.Network is null && DhtId.TryParse(wish.Key, out DhtId key))
        {
            return ([], key);
        }
        byte[] network = new byte[32];
        if (wish is { Key: null, Network.Length: 64 }
            && Convert.FromHexString(wish.Network, network, out _, out _) == System.Buffers.OperationStatus.Done)
        {
            return (network, null);
        }
        throw new CommandException(ExitCode.Usage,
            "Give either --network with 64 hexadecimal digits or --info-hash with 40.");
    }

    private static DhtWorld Bind(int port, TimeProvider time)
    {
        try
        {
            // Both families on one number: that is what is announced, and what some nodes store whatever is announced.
            int number = port > 0 ? port : FreePort();
            return PoolWorlds.DhtAt(
                [new IPEndPoint(IPAddress.Any, number), new IPEndPoint(IPAddress.IPv6Any, number)], time);
        }
        catch (SocketException e)
        {
            throw new CommandException(ExitCode.Unreachable,
                $"UDP port {port} cannot be used: {e.Message}. Choose another with --port.");
        }
    }

    private static int FreePort()
    {
        using UdpDatagrams probe = new(new IPEndPoint(IPAddress.Any, 0));
        return probe.Endpoints[0].Port;
    }

    private sealed record Wish(string? Network, string? Key, int Seconds, int Port, bool Announces);

    private sealed class Finds : IDiscovered
    {
        private const int FindsMax = 1_000;

        private readonly Lock _gate = new();
        private readonly List<PeerHint> _all = [];

        public bool HasEnough => false;

        public PeerHint[] All
        {
            get
            {
                lock (_gate)
                {
                    return [.. _all];
                }
            }
        }

        public void Offer(PeerHint hint)
        {
            lock (_gate)
            {
                if (_all.Count < FindsMax)
                {
                    _all.Add(hint);
                }
            }
        }
    }
}

internal sealed record NetDhtFamily(string Family, string Id, int Nodes, int Good, int Misfits, string? External);

internal sealed record NetDhtPeer(string Address, bool Weak);

internal sealed record NetDhtAnswer(
    int Schema, IReadOnlyList<NetDhtFamily> Families, IReadOnlyList<NetDhtPeer> Peers, long Asked, long Answered,
        long Lookups, long Announced,
    int Stored)
{
    public static NetDhtAnswer Of(DhtSnapshot snapshot, IReadOnlyList<PeerHint> peers) => new(
        1,
        [.. snapshot.Families.Select(static f => new NetDhtFamily(
            f.IsV6 ? "ipv6" : "ipv4", f.Id.ToString(), f.Nodes, f.Good, f.Misfits, f.External?.IP.ToString()))],
        [.. peers.Select(static peer => new NetDhtPeer(peer.Endpoint.ToString(), peer.IsWeak))],
        snapshot.Asked,
        snapshot.Answered,
        snapshot.LookupsEnded,
        snapshot.Announced,
        snapshot.StoredPeers);

    [System.Text.Json.Serialization.JsonIgnore]
    public IEnumerable<string> Lines =>
    [
        .. Families.Select(static f => string.Create(CultureInfo.InvariantCulture,
            $"{f.Family}: {f.Nodes} nodes, {f.Good} good, {f.Misfits} with an id that does not fit; ")
            + $"our address {f.External ?? "unknown"}"),
        string.Create(CultureInfo.InvariantCulture,
            $"{Asked} questions, {Answered} answers, {Lookups} lookups, {Announced} announcements confirmed"),
        .. Peers.Select(static peer => $"peer {peer.Address}{(peer.Weak ? " (weak)" : "")}"),
    ];
}
