using System.Net;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Node;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama;

/// <summary>
/// One pool of this process, with the embedded chain where it is on that. Every member but the start: any thread.
/// </summary>
internal sealed class PoolHost(PoolPlan plan, ILoggerFactory loggers, TimeProvider clock)
{
    private const int TableRowsMax = 200;

    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(8);

    private readonly ILogger _logger = loggers.CreateLogger(LogCategory.Instance);
    private PoolServer? _server;
    private GpuProofChecker? _cards;

    public PoolPlan Plan => plan;

    public string Name => plan.Name;

    public EmbeddedNode? Node { get; private set; }

    public PoolServer Server => _server ?? throw new InvalidOperationException("the pool was not started");

    /// <summary>Where miners connect, as it is shown.</summary>
    public string StratumUrl => $"stratum+tcp://{Shown(plan.Address)}:{Server.Endpoints[0].Port}";

    /// <summary>Where a rig of this machine connects.</summary>
    public string RigUrl
    {
        get
        {
            bool any = plan.Address.Equals(IPAddress.Any) || plan.Address.Equals(IPAddress.IPv6Any);
            return $"stratum+tcp://{(any ? "127.0.0.1" : Shown(plan.Address))}:{Server.Endpoints[0].Port}";
        }
    }

    /// <summary>
    /// The chain, then the pool. Throws ConfigurationException when a port is taken, and what the parts throw.
    /// </summary>
    public async Task StartAsync(SharedWork shared, Action<string> note, CancellationToken stop)
    {
        IProofChecker checker = shared.CheckerOf(plan.Work, plan.Configuration);
        _cards = checker as GpuProofChecker;
        if (plan.NodeIsEmbedded)
        {
            EmbeddedNodeOptions chain = new()
            {
                DataDirectory = plan.ChainFolder,
                Coin = plan.Coin,
                BlockSeconds = plan.Configuration.Get(Settings.BlockSeconds),
                RpcPort = Ports.Choose(plan.Configuration, Settings.NodePort, IPAddress.Loopback, note),
            };
            Node = await EmbeddedNode.StartAsync(chain, checker, loggers, clock, stop);
        }
        int port = Ports.Choose(plan.Configuration, Settings.PoolPort, plan.Address, note);
        _server = await PoolServer.StartAsync(PartOptions.Pool(plan, port, Node), checker, World(), stop);
        if (!IPAddress.IsLoopback(plan.Address))
        {
            InstanceLog.PublicBind(
                _logger, plan.Configuration.KeyOf(Settings.PoolHost), "any machine can connect a miner, which is what a public pool wants");
        }
    }

    private PoolWorld World()
    {
        Atlas? atlas = Atlas.Open(plan.Configuration, _logger);
        (ITransportEngine engine, string name) = PoolEngines.Choose(plan.Configuration);
        InstanceLog.PoolEngine(_logger, name);
        PoolWorld world = PoolWorlds.Real(loggers, clock) with { Transport = engine };
        return atlas is null ? world : world with { Atlas = atlas };
    }

    /// <summary>Who checks its shares besides the processor; null where no card does.</summary>
    public ChecksView? Checks() => _cards is { } cards
        ? new ChecksView(cards.CheckedByProcessor, [.. cards.Snapshot().Select(CardChecksView.Of)])
        : null;

    public PoolView View() => Views.Pool(this, Server.Snapshot());

    /// <summary>What one scrape of the metrics reads of it.</summary>
    public PoolInput Metrics()
    {
        Pool.PoolSnapshot pool = Server.Snapshot();
        return new PoolInput
        {
            View = Views.Pool(this, pool),
            Pool = pool,
            Commits = Server.Commits,
            Ledger = Server.Ledger.Totals(),
            QueueDepth = Server.QueueDepth,
            MalformedLines = Server.MalformedLines,
            LogStalled = Server.IsStalled,
        };
    }

    public MinersAnswer Miners()
    {
        Pool.PoolSnapshot pool = Server.Snapshot();
        return Views.Miners(pool) with { Pool = Name, Window = ChainOf(pool)?.Window };
    }

    public BlocksAnswer Blocks() => Views.Blocks(Server.Ledger.Blocks(TableRowsMax), plan.Coin.Symbol) with
    {
        Pool = Name,
        Of = Server.Ledger.Totals().BlocksFound + Server.Ledger.Totals().BlocksOrphaned,
    };

    public PayoutsAnswer Payouts()
    {
        ChainView? chain = ChainOf(Server.Snapshot());
        (IReadOnlyList<PayeeInfo> payees, IReadOnlyList<PayoutInfo> history) =
            (Server.Ledger.Payees(TableRowsMax), Server.Ledger.Payouts(TableRowsMax));
        return Views.Payouts(payees, history, plan.Coin.Symbol) with
        {
            Pool = Name,
            OnSharechain = chain is not null,
            AtTip = chain?.AtTip,
            Blocks = Server.ChainBlocks() is { } blocks
                ? ChainViews.Blocks(
                    blocks,
                    Server.Ledger.Blocks(TableRowsMax).DistinctBy(static own => own.Hash)
                        .ToDictionary(static own => own.Hash, static own => own.Status))
                : null,
        };
    }

    public ChainSharesAnswer ChainShares(int count) =>
        ChainViews.Shares(Server.ChainShares(count)) with { Pool = Name };

    public PeersAnswer Peers() => PeerViews.Of(Server.Snapshot().Chain) with { Pool = Name };

    public NodeView NodeOf(Pool.PoolSnapshot pool)
    {
        string url = Node?.RpcUri.ToString() ?? string.Join(", ", Server.Options.Nodes.Select(
            static n => n.Uri.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped)));
        return Views.Node(pool, Node?.Snapshot(), plan.Coin, url);
    }

    /// <summary>Reads the certificate again; one that cannot be used leaves the old one in place.</summary>
    public void RenewCertificate()
    {
        try
        {
            if (PoolTls.Load(plan.Configuration) is { } identity)
            {
                Server.Show(identity);
                InstanceLog.CertificateRenewed(_logger, identity.NotAfter);
            }
        }
        catch (Exception e) when (e is FormatException or CommandException or IOException)
        {
            InstanceLog.CertificateKept(_logger, e.Message);
        }
    }

    /// <summary>The pool drains, then its chain ends. Also after a start that failed half way.</summary>
    public async Task StopAsync()
    {
        try
        {
            if (_server is not null)
            {
                await _server.StopAsync(s_drain);
            }
        }
        finally
        {
            if (Node is not null)
            {
                await Node.DisposeAsync();
            }
        }
    }

    private static ChainView? ChainOf(Pool.PoolSnapshot pool) =>
        pool.Chain is { } chain ? ChainViews.Of(chain, pool.Time) : null;

    private static string Shown(IPAddress address) =>
        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
}
