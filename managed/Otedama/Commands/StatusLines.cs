using System.Globalization;

namespace Otedama;

/// <summary>Answers of the API as lines for people.</summary>
internal static class StatusLines
{
    public static IEnumerable<string> All(StatusView status)
    {
        yield return $"otedama {status.Version}, running for {Units.Duration(status.UptimeS)}, data in {status.DataDir}";
        foreach (string line in Rig(status).Concat(Datasets(status)).Concat(Pool(status)).Concat(Node(status)))
        {
            yield return line;
        }
    }

    public static IEnumerable<string> Rig(StatusView status)
    {
        if (status.Rig is not { } rig)
        {
            yield return "rig    none in this instance";
            yield break;
        }
        string state = !rig.Mining ? "stopped" : rig.Connected ? "mining" : "waiting for the pool";
        yield return $"rig    {state}, {rig.Algorithm}, {Units.Hashrate(rig.HashrateHs)}, {rig.Accepted} accepted, {rig.Rejected} rejected";
        foreach (WorkerView worker in rig.Workers)
        {
            yield return $"         {worker.Name,-8} {worker.Flavour,-8} {Units.Hashrate(worker.HashrateHs),12}  {worker.Health}";
        }
    }

    /// <summary>What is being made or could not be made; nothing of what is ready.</summary>
    public static IEnumerable<string> Datasets(StatusView status) => status.Datasets
        .Where(static data => data.Done < 1)
        .Select(static data => $"data   {data.Name}: {data.Problem ?? Progress(data)}");

    private static string Progress(DatasetView data) => string.Create(CultureInfo.InvariantCulture,
        $"being made, {100 * data.Done:0} % of {data.Bytes >> 20} MiB after {Units.Duration(data.Seconds)}");

    public static IEnumerable<string> Pool(StatusView status)
    {
        if (status.Pool is not { } pool)
        {
            yield return "pool   none in this instance";
            yield break;
        }
        yield return $"pool   {pool.Url}, {pool.Scheme}, fee {pool.FeePercent.ToString(CultureInfo.InvariantCulture)} %, minimum payout {pool.MinPayout}";
        yield return $"         {pool.Miners} miners on {pool.Connections} connections, {Units.Hashrate(pool.HashrateHs)}";
        yield return $"         {pool.Accepted} shares accepted, {pool.Rejected} rejected, {pool.Blocks} blocks found";
        foreach ((string reason, long count) in pool.RejectedBy.Where(static r => r.Value > 0))
        {
            yield return $"         rejected as {reason}: {count}";
        }
    }

    public static IEnumerable<string> Node(StatusView status)
    {
        if (status.Node is not { } node)
        {
            yield return "node   none in this instance";
            yield break;
        }
        yield return $"node   {node.Mode} {node.Network} at {node.Url}: {(node.Reachable ? "reachable" : "not reachable")}";
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

    public static IEnumerable<string> Miners(MinersAnswer answer) => Table(
        ["WORKER", "ADDRESS", "PROGRAM", "DIFFICULTY", "RATE", "ACCEPTED", "REJECTED"],
        answer.Miners.Select(static m => (string[])[m.Worker, m.Address, m.Agent, Units.Number(m.Difficulty), Units.Hashrate(m.HashrateHs), Count(m.Accepted), Count(m.Rejected)]),
        "no miner is connected");

    public static IEnumerable<string> Payouts(PayoutsAnswer answer) => Table(
        ["ADDRESS", "EARNED", "PAID", "WAITING"],
        answer.Payouts.Select(static p => (string[])[p.Address, p.Earned, p.Paid, p.Balance]),
        "nobody has earned anything yet");

    public static IEnumerable<string> Blocks(BlocksAnswer answer) => Table(
        ["HEIGHT", "HASH", "FINDER", "REWARD", "STATUS"],
        answer.Blocks.Select(static b => (string[])[Count(b.Height), b.Hash, b.Finder, b.Reward ?? "?", b.Status]),
        "no block was found yet");

    private static string Count(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<string> Table(string[] head, IEnumerable<string[]> rows, string none)
    {
        List<string[]> all = [head, .. rows];
        if (all.Count == 1)
        {
            return [none];
        }
        int[] widths = [.. Enumerable.Range(0, head.Length).Select(i => all.Max(row => row[i].Length))];
        return all.Select(row => string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
    }
}
