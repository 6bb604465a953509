using System.Globalization;

namespace Otedama;

/// <summary>Answers of the API as lines for people.</summary>
internal static class StatusLines
{
    public static IEnumerable<string> All(StatusView status)
    {
        yield return $"otedama {status.Version}, running for {Units.Duration(status.UptimeS)}, data in {status.DataDir}";
        foreach (string line in Rigs(status).Concat(Datasets(status)).Concat(Pools(status)).Concat(Nodes(status)))
        {
            yield return line;
        }
    }

    public static IEnumerable<string> Rigs(StatusView status) => status.Rigs.Count == 0
        ? ["rig    none in this instance"]
        : status.Rigs.SelectMany(rig => Rig(rig, status.Rigs.Count > 1 ? $"{rig.Name}: " : ""));

    private static IEnumerable<string> Rig(RigView rig, string name)
    {
        string state = !rig.Mining ? "stopped" : rig.Connected ? "mining" : "waiting for the pool";
        yield return $"rig    {name}{state}, {rig.Algorithm}, {Units.Hashrate(rig.HashrateHs)}, {rig.Accepted} accepted, {rig.Rejected} rejected";
        int width = rig.Workers.Select(worker => NameOf(worker, rig).Length).Append(8).Max();
        foreach (WorkerView worker in rig.Workers)
        {
            string why = worker.Reason is { } reason && worker.Health != "paused" ? $": {reason}" : "";
            yield return $"         {NameOf(worker, rig).PadRight(width)} {worker.Flavour,-8} {Units.Hashrate(worker.HashrateHs),12}  "
                + $"{worker.Health}{why}";
        }
        foreach (string device in Devices(rig))
        {
            yield return $"         {device}";
        }
    }

    /// <summary>With the name of the card it runs on; the processor is the same for all.</summary>
    public static string NameOf(WorkerView worker, RigView rig) =>
        rig.Devices.FirstOrDefault(device => device.Id == worker.Device && device.Kind == "gpu") is { } card
            ? $"{worker.Name}: {Core.PlainText.Of(card.Name)}" : worker.Name;

    /// <summary>
    /// What the hardware tells of itself: nothing of a device that is silent. A card by its number, of which there is one.
    /// </summary>
    public static IEnumerable<string> Devices(RigView rig) => rig.Devices
        .Select(static device => (Name: device.Kind == "gpu" ? device.Id : device.Name,
            Told: string.Join(", ", DeviceWords.Of(device))))
        .Where(static device => device.Told.Length > 0)
        .Select(static device => $"{device.Name}: {device.Told}");

    /// <summary>What is being made or could not be made; nothing of what is ready.</summary>
    public static IEnumerable<string> Datasets(StatusView status) => status.Datasets
        .Where(static data => data.Done < 1)
        .Select(static data => $"data   {data.Name}: {data.Problem ?? Progress(data)}");

    private static string Progress(DatasetView data) => string.Create(CultureInfo.InvariantCulture,
        $"being made, {100 * data.Done:0} % of {data.Bytes >> 20} MiB after {Units.Duration(data.Seconds)}");

    public static IEnumerable<string> Pools(StatusView status) => status.Pools.Count == 0
        ? ["pool   none in this instance"]
        : status.Pools.SelectMany(pool => Pool(pool, status.Pools.Count > 1 ? $"{pool.Name}: {pool.Coin}, " : ""));

    private static IEnumerable<string> Pool(PoolView pool, string name)
    {
        string least = pool.Sharechain is null ? $", minimum payout {pool.MinPayout}" : "";
        yield return $"pool   {name}{pool.Url}, {pool.Scheme}, "
            + $"fee {pool.FeePercent.ToString(CultureInfo.InvariantCulture)} %{least}";
        yield return $"         {Many(pool.Miners, "miner")} on {Many(pool.Connections, "connection")}, {Units.Hashrate(pool.HashrateHs)}";
        yield return $"         {pool.Accepted} shares accepted, {pool.Rejected} rejected";
        foreach (string line in pool.Checks is { } checks ? Checks(checks) : [])
        {
            yield return line;
        }
        yield return $"         {BlockCounts(pool)}";
        if (pool.Sharechain is null)
        {
            yield return Money(pool);
        }
        foreach (string line in pool.Sharechain is { } chain ? ChainLines.Chain(chain, pool.Unit) : [])
        {
            yield return line;
        }
        foreach ((string reason, long count) in pool.RejectedBy.Where(static r => r.Value > 0))
        {
            yield return $"         rejected as {reason}: {count}";
        }
    }

    private static IEnumerable<string> Checks(ChecksView checks) =>
    [
        $"         checked by the processor {Count(checks.Processor)}",
        .. checks.Cards.Select(static card => $"         checked by {card.Gpu} {Count(card.Checked)}"
            + (card.FasterFrom is { } size ? $", faster from {size} shares at once" : "")
            + (card.Problem is { } problem ? $"; not now: {problem}" : card.Ready ? "" : "; not ready yet")),
    ];

    private static string Money(PoolView pool) =>
        $"         earned {Coins(pool.Earned)} {pool.Unit}: {Coins(pool.Pending)} immature, {Coins(pool.Paid)} paid, "
        + $"{Coins(pool.Owed)} owed; operator {Coins(pool.FeeEarned)}";

    public static IEnumerable<string> Nodes(StatusView status) => status.Pools.Count == 0
        ? ["node   none in this instance"]
        : status.Pools.SelectMany(pool => Node(pool.Node, status.Pools.Count > 1 ? $"{pool.Name}: " : ""));

    private static IEnumerable<string> Node(NodeView node, string name)
    {
        yield return $"node   {name}{node.Mode} {node.Network} at {node.Url}: {(node.Reachable ? "reachable" : "not reachable")}";
        if (node.Height is { } height)
        {
            string waiting = node.MempoolTransactions is { } count ? $", {count} waiting transactions" : "";
            yield return $"         height {height}{(node.BestBlock is null ? "" : $", tip {node.BestBlock}")}{waiting}";
        }
        foreach (NodeRowView row in node.Nodes)
        {
            yield return $"         {row.Name}: {Row(row)}";
        }
        if (node.Problem is { } problem)
        {
            yield return $"         {problem}";
        }
    }

    private static string Row(NodeRowView row) => string.Join(", ", new[]
    {
        row.State.Replace('_', ' '),
        row.Height is { } height ? $"height {height}" : null,
        row.LatencyMs is { } latency ? string.Create(CultureInfo.InvariantCulture, $"{latency:0.0} ms") : null,
        row.State == "ready" ? row.LongPoll ? "long poll" : "polled" : null,
        row.Zmq is { } zmq ? $"zmq {zmq}" : null,
        row.NextAttemptAt is { } next ? $"next attempt {DateTimeOffset.FromUnixTimeSeconds(next).ToLocalTime():HH:mm:ss}" : null,
        row.Problem,
    }.OfType<string>());

    public static IEnumerable<string> Miners(MinersAnswer answer) =>
        [.. Connected(answer), .. answer.Window is { } window ? ChainLines.Own(window, "").Prepend("") : []];

    private static IEnumerable<string> Connected(MinersAnswer answer) => Table(
        ["WORKER", "ADDRESS", "PROGRAM", "DIFFICULTY", "RATE", "ACCEPTED", "REJECTED"],
        answer.Miners.Select(static m => (string[])[m.Worker, m.Address, m.Agent, Units.Number(m.Difficulty), Units.Hashrate(m.HashrateHs), Count(m.Accepted), Count(m.Rejected)]),
        "no miner is connected");

    /// <summary>Everybody's money, then the outputs of the newest blocks.</summary>
    public static IEnumerable<string> Payouts(PayoutsAnswer answer) => answer.OnSharechain
        ? [.. AtTip(answer), .. ChainLines.Paid(answer.Blocks ?? [], answer.Unit), "", .. ChainLines.WhoPays]
        : [.. AtTip(answer), .. Accounts(answer)];

    private static IEnumerable<string> AtTip(PayoutsAnswer answer) =>
        answer.AtTip is { } next ? ChainLines.AtTip(next, answer.Unit).Append("") : [];

    private static IEnumerable<string> Accounts(PayoutsAnswer answer)
    {
        IEnumerable<string> totals = Table(
            ["ADDRESS", "KIND", $"EARNED {answer.Unit}", "IMMATURE", "PAID", "OWED"],
            answer.Payouts.Select(static p => (string[])[p.Address, p.Kind, Coins(p.Earned), Coins(p.Pending), Coins(p.Paid), Coins(p.Balance)]),
            "nobody has earned anything yet");
        IEnumerable<string> history = Table(
            ["TIME (UTC)", "HEIGHT", "BLOCK", "STATUS", "KIND", $"AMOUNT {answer.Unit}", "ADDRESS"],
            answer.History.Select(static p => (string[])[Time(p.Time), Count(p.Height), Short(p.Hash), p.Status, p.Kind, Coins(p.Amount), p.Address]),
            "no coinbase has paid anything yet");
        return [.. totals, "", .. history];
    }

    public static IEnumerable<string> Blocks(BlocksAnswer answer) =>
        answer.Blocks.Count < answer.Of
            ? BlockRows(answer).Append(
                $"the newest {answer.Blocks.Count} of {answer.Of}; all of them: otedama ledger export blocks")
            : BlockRows(answer);

    private static IEnumerable<string> BlockRows(BlocksAnswer answer) => Table(
        ["HEIGHT", "HASH", "TIME (UTC)", "STATUS", $"REWARD {answer.Unit}", "FEE", "EFFORT", "FINDER"],
        answer.Blocks.Select(static b => (string[])
        [
            Count(b.Height), b.Hash, Time(b.Time), b.Status, Coins(b.Reward),
            b.Fee is null ? "–" : Coins(b.Fee), b.Effort is null ? "–" : Percent(b.Effort), b.Finder,
        ]),
        "no block was found yet");

    private static string BlockCounts(PoolView pool) => $"{Count(pool.Blocks)} blocks found ({Count(pool.Blocks - pool.BlocksConfirmed)} immature), "
        + $"{Count(pool.BlocksOrphaned)} orphaned, luck {Percent(pool.Luck)}"
        + (pool.Effort is null ? "" : $", work since the last {Percent(pool.Effort)} of a block's");

    /// <summary>With thousands separators; "?" when not known.</summary>
    public static string Coins(string? coins) =>
        decimal.TryParse(coins, NumberStyles.Number, CultureInfo.InvariantCulture, out decimal value)
            ? value.ToString("#,0.########", CultureInfo.InvariantCulture)
            : "?";

    public static string Percent(double? part) =>
        part is { } value ? (value * 100).ToString("#,0.#", CultureInfo.InvariantCulture) + " %" : "?";

    internal static string Time(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    internal static string Short(string hash) => hash.Length > 16 ? $"\u2026{hash[^16..]}" : hash;

    private static string Many(long value, string what) => $"{Count(value)} {what}{(value == 1 ? "" : "s")}";

    private static string Count(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static IEnumerable<string> Table(string[] head, IEnumerable<string[]> rows, string none)
    {
        List<string[]> all = [head, .. rows];
        if (all.Count == 1)
        {
            return [none];
        }
        string[][] shown = [.. all.Select(static row => (string[])[.. row.Select(Core.PlainText.Of)])]; // longer where something was escaped
        int[] widths = [.. Enumerable.Range(0, head.Length).Select(i => shown.Max(row => row[i].Length))];
        return shown.Select(row => string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
    }
}
