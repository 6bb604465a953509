using System.Globalization;
using Otedama.Core;
using Otedama.Mining;
using Otedama.Pool;

namespace Otedama;

/// <summary>Snapshots of the parts, as the API shows them.</summary>
internal static class Views
{
    public static RigView Rig(string name, string algorithm, RigSnapshot rig)
    {
        Mining.ShareCounts shares = rig.Shares;
        long answered = shares.Accepted + shares.Rejected + shares.Stale;
        Mining.PoolSnapshot? upstream = rig.Pools.FirstOrDefault(static p => p.State == PoolState.Active) ?? rig.Pools.FirstOrDefault();
        bool works = rig.State is RigState.Mining or RigState.Connecting;
        return new RigView
        {
            Name = name,
            Mining = works,
            Algorithm = algorithm,
            HashrateHs = works ? rig.Hashrate.Seconds10 : 0, // the meter needs its whole window to come down to what is true at once
            Hashrate60sHs = works ? rig.Hashrate.Seconds60 : 0,
            Hashrate15mHs = rig.Hashrate.Minutes15,
            Upstream = upstream?.Url,
            Connected = upstream?.State == PoolState.Active,
            Problem = works ? Problem(rig, upstream) : rig.PauseReason.Length > 0 ? rig.PauseReason : null,
            LatencyMs = upstream?.LatencyMs,
            Accepted = shares.Accepted,
            Rejected = shares.Rejected,
            Stale = shares.Stale,
            RejectedBy = rig.Refusals,
            Difficulty = rig.Difficulty,
            Efficiency = answered == 0 ? null : (double)shares.Accepted / answered,
            Workers = [.. rig.Workers.Select(worker => Worker(worker, rig.State))],
            Devices = [.. rig.Devices.Select(static d => new DeviceView(
                d.Id, d.Kind.ToLowerInvariant(), d.Name, d.Telemetry.TemperatureC, d.Telemetry.PowerW, d.Telemetry.FanRpm, d.Telemetry.ClockMhz))],
            Pools = [.. rig.Pools.Select(static p => new UpstreamView(
                p.Url, p.State.ToString().ToLowerInvariant(), p.LatencyMs, p.LastError.Length > 0 ? p.LastError : null))],
        };
    }

    /// <summary>The pool's failure, else the first sick worker's; null when work comes in and is done.</summary>
    private static string? Problem(RigSnapshot rig, Mining.PoolSnapshot? upstream)
    {
        if (upstream is { State: not PoolState.Active, LastError.Length: > 0 })
        {
            return upstream.LastError;
        }
        WorkerSnapshot? sick = rig.Workers.FirstOrDefault(
            static worker => worker.State is not WorkerState.Idle && worker.Reason.Length > 0);
        return sick is null ? null : $"{sick.Name}: {sick.Reason}";
    }

    public static PoolView Pool(PoolHost host, Pool.PoolSnapshot pool)
    {
        LedgerTotals ledger = host.Server.Ledger.Totals();
        PoolOptions options = host.Server.Options;
        return new PoolView
        {
            Name = host.Name,
            Coin = options.Coin.Name,
            Algorithm = host.Plan.Work.Name,
            Node = host.NodeOf(pool),
            Url = host.StratumUrl,
            Checks = host.Checks(),
            Scheme = pool.Scheme.ToString().ToLowerInvariant(),
            FeePercent = pool.FeePercent,
            MinPayout = options.PayoutMin.ToString(),
            Connections = pool.Connections,
            Miners = pool.Miners.Count,
            HashrateHs = pool.HashRate.OneMinute,
            Accepted = pool.Shares.Accepted,
            Rejected = pool.Shares.Rejected,
            RejectedBy = pool.Shares.Reasons.ToDictionary(static r => Snake(r.Key.ToString()), static r => r.Value),
            Blocks = ledger.BlocksFound,
            BlocksConfirmed = ledger.BlocksConfirmed,
            BlocksOrphaned = ledger.BlocksOrphaned,
            Effort = ledger.Effort,
            Luck = ledger.BlocksExpected > 0 ? ledger.BlocksFound / ledger.BlocksExpected : null,
            Unit = options.Coin.Symbol,
            Earned = ledger.Miners.Earned.ToString(),
            Pending = ledger.Miners.Pending.ToString(),
            Paid = ledger.Miners.Paid.ToString(),
            Owed = ledger.Miners.Owed.ToString(),
            FeeEarned = ledger.Operator.Earned.ToString(),
            Height = pool.Job?.Height,
            JobAgeS = pool.Job is { } job ? Math.Max(0, (pool.Time - job.MadeAt).TotalSeconds) : null,
            GuardedBy = pool.Guarded.ToDictionary(static g => Snake(g.Rule.ToString()), static g => g.Count),
            NetworkDifficulty = pool.Job?.NetworkDifficulty,
            SubmitMsP50 = pool.ReplyP50 > TimeSpan.Zero ? pool.ReplyP50.TotalMilliseconds : null,
            SubmitMsP99 = pool.ReplyP99 > TimeSpan.Zero ? pool.ReplyP99.TotalMilliseconds : null,
            Sharechain = pool.Chain is { } chain ? ChainViews.Of(chain, pool.Time) : null,
        };
    }

    public static NodeView Node(Pool.PoolSnapshot pool, Node.NodeSnapshot? embedded, CoinSpec coin, string url)
    {
        NodeHealth? best = pool.Nodes.Where(static n => n.State == NodeState.Ready).MaxBy(static n => n.Height) ?? pool.Nodes.FirstOrDefault();
        bool isReady = best?.State == NodeState.Ready;
        return new NodeView
        {
            Mode = embedded is null ? "external" : "embedded",
            Network = coin.DisplayName,
            Url = url,
            Reachable = isReady,
            Height = embedded?.Height ?? best?.Height,
            BestBlock = (embedded?.Tip ?? best?.BestBlock)?.ToString(),
            MempoolTransactions = embedded?.MempoolCount,
            Difficulty = pool.Job?.NetworkDifficulty,
            Problem = isReady ? null : best?.LastError,
            Nodes = [.. pool.Nodes.Select(Row)],
        };
    }

    private static NodeRowView Row(NodeHealth node) => new()
    {
        Name = node.Name,
        State = Snake(node.State.ToString()),
        Height = node.Height,
        BestBlock = node.BestBlock?.ToString(),
        LatencyMs = node.LatencyMs,
        LongPoll = node.LongPolls,
        Zmq = node.Zmq,
        Problem = node.State == NodeState.Ready ? null : node.LastError,
        NextAttemptAt = node.NextAttemptAt?.ToUnixTimeSeconds(),
    };

    public static MinersAnswer Miners(Pool.PoolSnapshot pool) => new(1,
    [
        .. pool.Miners.OrderByDescending(static m => m.HashRate.OneMinute).Select(static m => new MinerView
        {
            Address = m.Address,
            Worker = m.Worker,
            Agent = m.UserAgent,
            Connections = m.Connections,
            Difficulty = m.Difficulty,
            HashrateHs = m.HashRate.OneMinute,
            Accepted = m.Accepted,
            Rejected = m.Rejected,
            ConnectedAt = m.ConnectedAt.ToUnixTimeSeconds(),
        }),
    ]);

    public static BlocksAnswer Blocks(IReadOnlyList<BlockInfo> blocks, string unit) => new(1,
    [
        .. blocks.Select(static b => new BlockView
        {
            Height = b.Height,
            Hash = b.Hash.ToString(),
            Time = b.Time.ToUnixTimeSeconds(),
            Finder = b.FinderWorker.Length > 0 ? b.FinderWorker : b.FinderAddress,
            Reward = b.Reward.ToString(),
            Status = Snake(b.Status.ToString()),
            Reason = b.Status == BlockStatus.Orphaned ? b.Reason : null,
            FinderAddress = b.FinderAddress,
            Effort = b.Effort,
            Fee = b.Fee?.ToString(),
            PaidToMiners = b.PaidToMiners?.ToString(),
        }),
    ])
    {
        Unit = unit,
    };

    public static PayoutsAnswer Payouts(IReadOnlyList<PayeeInfo> payees, IReadOnlyList<PayoutInfo> history, string unit) => new(1,
    [
        .. payees.Select(static p => new PayoutView
        {
            Address = p.Address,
            Kind = KindOf(p.Id),
            Earned = p.Money.Earned.ToString(),
            Pending = p.Money.Pending.ToString(),
            Paid = p.Money.Paid.ToString(),
            Balance = p.Money.Owed.ToString(),
        }),
    ])
    {
        Unit = unit,
        History =
        [
            .. history.Select(static p => new PayoutEventView
            {
                Time = p.Time.ToUnixTimeSeconds(),
                Height = p.Height,
                Hash = p.BlockHash.ToString(),
                Address = p.Address,
                Kind = KindOf(p.Payee),
                Amount = p.Amount.ToString(),
                Earned = p.Earned.ToString(),
                Status = Snake(p.Status.ToString()),
            }),
        ],
    };

    private static string KindOf(int payee) => payee == PayoutPlanner.Operator ? "operator" : "miner";

    private static WorkerView Worker(WorkerSnapshot worker, RigState state) => new(
        worker.Name,
        worker.Flavour,
        state is RigState.Paused or RigState.Stopped ? 0 : worker.Hashrate.Seconds10,
        worker.Shares.Accepted,
        state == RigState.Paused ? "paused" : Snake(worker.State.ToString()))
    {
        Reason = worker.Reason.Length > 0 ? worker.Reason : null,
    };

    public static string Snake(string name) => string.Concat(name.Select((c, i) =>
        char.IsUpper(c) ? (i > 0 ? "_" : "") + char.ToLower(c, CultureInfo.InvariantCulture) : c.ToString()));
}
