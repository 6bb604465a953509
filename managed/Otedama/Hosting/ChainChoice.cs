using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama;

/// <summary>Which share chain a pool mines on.</summary>
internal static class ChainChoice
{
    /// <summary>How this node meets the others of its chain.</summary>
    public static PeerNodeOptions Peers(PoolPlan plan, Configuration configuration)
    {
        int outbound = configuration.Get(Settings.P2pMaxOutbound);
        int room = Math.Max(0, configuration.Get(Settings.P2pMaxPeers) - outbound);
        int inbound = Math.Min(configuration.Get(Settings.P2pMaxInbound), room);
        string listen = configuration.Get(Settings.P2pListen);
        IPEndPoint[] places = PlacesOf(listen, configuration.Get(Settings.P2pPort));
        DhtOptions? dht = DhtChoice.OfChain(configuration);
        return new PeerNodeOptions
        {
            ChainId = plan.Chain!.Id,
            Folder = Path.Combine(plan.Folder, "peers"),
            Listen = inbound > 0 ? places : [],
            Dht = dht,
            DhtPlaces = places,
            Nat = Enum.Parse<NatChoice>(configuration.Get(Settings.P2pNat), ignoreCase: true),
            External = CompactEndpoint.TryParse(configuration.Get(Settings.P2pExternal), out PeerEndpoint external)
                ? external : null,
            NeedsProof = dht is not { IsTestNetwork: true },
            Bootstrap = [.. configuration.Get(Settings.BootstrapNodes).Select(Named)],
            DnsSeeds = configuration.Get(Settings.P2pDnsSeeds),
            NameServer = SeedChoice.ServerOf(configuration.Get(Settings.P2pDnsServer)),
            InboundMax = Math.Max(1, inbound),
            OutboundMax = Math.Min(outbound, configuration.Get(Settings.P2pMaxPeers)),
            MemoryMax = (long)configuration.Get(Settings.P2pMemory) << 20,
            Audits = configuration.Get(Settings.P2pAudit),
            GossipBudget = (long)configuration.Get(Settings.P2pGossipBudget) << 10,
            Allowed = configuration.Get(Settings.P2pAllow),
            IsPrivate = configuration.Get(Settings.P2pPrivate),
            SoloOk = plan.NodeIsEmbedded || configuration.Get(Settings.P2pSoloOk),
            AllowLooseKey = configuration.Get(Settings.AllowLoosePermissions),
            Region = configuration.Get(Settings.RegionLabel),
            UserAgent = $"otedama/{ThisProgram.Version}",
        };
    }

    /// <summary>Every interface: of both families, where the machine has both.</summary>
    private static IPEndPoint[] PlacesOf(string listen, int port) =>
        listen.Length > 0 ? [new IPEndPoint(IPAddress.Parse(listen), port)]
        : Socket.OSSupportsIPv6 ? [new IPEndPoint(IPAddress.Any, port), new IPEndPoint(IPAddress.IPv6Any, port)]
        : [new IPEndPoint(IPAddress.Any, port)];

    private static PeerAddress Named(string text) =>
        PeerAddress.TryParse(text, out PeerAddress? address, out _) ? address! : throw new FormatException(text);

    private static void CheckPeers(Configuration configuration, List<string> problems)
    {
        bool isPrivate = configuration.Get(Settings.P2pPrivate);
        if (isPrivate && configuration.Get(Settings.BootstrapNodes).Count == 0)
        {
            string place = configuration.Of(Settings.P2pPrivate).Place;
            problems.Add($"{configuration.KeyOf(Settings.P2pPrivate)}: true ({place}), but p2p.bootstrap_nodes is empty, "
                + "and a private node speaks to nobody else. Name there each node it may speak to as otp2p://ID@HOST:PORT, "
                + "which a node prints when it starts, or leave p2p.private out.");
        }
        foreach (string text in configuration.Get(Settings.BootstrapNodes))
        {
            bool isAddress = PeerAddress.TryParse(text, out PeerAddress? address, out string? problem);
            if (!isAddress || (isPrivate && address!.Id is null))
            {
                problems.Add($"{configuration.KeyOf(Settings.BootstrapNodes)}: "
                    + $"{(isAddress ? $"{text} has no node id, which p2p.private demands: otp2p://ID@HOST:PORT" : problem)} "
                    + $"({configuration.Of(Settings.BootstrapNodes).Place}).");
            }
        }
        string listen = configuration.Get(Settings.P2pListen);
        if (listen.Length > 0 && !PlainAddress.TryParse(listen, out IPAddress _))
        {
            problems.Add($"{configuration.KeyOf(Settings.P2pListen)}: \"{SettingTypes.Shorten(listen)}\" is no IP address "
                + $"such as 0.0.0.0 or :: ({configuration.Of(Settings.P2pListen).Place}).");
        }
    }

    private static void CheckReach(Configuration configuration, List<string> problems)
    {
        DhtChoice.Check(configuration, problems);
        SeedChoice.Check(configuration, problems);
        string external = configuration.Get(Settings.P2pExternal);
        if (external.Length > 0 && !CompactEndpoint.TryParse(external, out _))
        {
            problems.Add($"{configuration.KeyOf(Settings.P2pExternal)}: \"{SettingTypes.Shorten(external)}\" is no address "
                + $"with a port such as 203.0.113.7:30303 ({configuration.Of(Settings.P2pExternal).Place}).");
        }
    }

    /// <summary>Null when the pool has none, or when something is wrong, and then problems say what.</summary>
    public static ChainParameters? Of(Configuration configuration, CoinSpec coin, List<string> problems)
    {
        if (!configuration.Get(Settings.P2pEnabled))
        {
            return null;
        }
        if (!configuration.IsDefault(Settings.PoolScheme))
        {
            problems.Add($"{configuration.KeyOf(Settings.PoolScheme)}: {configuration.Get(Settings.PoolScheme)} "
                + $"({configuration.Of(Settings.PoolScheme).Place}), but with p2p.enabled the share chain says who is paid. "
                + "Leave pool.scheme out, or p2p.enabled.");
        }
        if (configuration.Get(Settings.PoolFee) > PoolOptions.FeePercentMaxOnChain)
        {
            problems.Add(string.Create(CultureInfo.InvariantCulture,
                $"{configuration.KeyOf(Settings.PoolFee)}: {configuration.Get(Settings.PoolFee)} percent "
                + $"({configuration.Of(Settings.PoolFee).Place}); a share chain allows at most {PoolOptions.FeePercentMaxOnChain}."));
        }
        CheckPeers(configuration, problems);
        CheckReach(configuration, problems);
        try
        {
            ChainParameters parameters =
                ChainSets.For(configuration.Get(Settings.P2pChain), coin, configuration.Get(Settings.P2pPass));
            if (ChainCoin.Find(parameters, out string problem) is not null)
            {
                return parameters;
            }
            problems.Add($"p2p.enabled: {problem}. Leave p2p.enabled out; the pool then pays by its own ledger.");
        }
        catch (FormatException e)
        {
            problems.Add($"{configuration.KeyOf(Settings.P2pPass)}: {e.Message} ({configuration.Of(Settings.P2pPass).Place}).");
        }
        return null;
    }
}
