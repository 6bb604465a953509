using System.Globalization;

namespace Otedama;

/// <summary>A share chain and its peers as lines for people.</summary>
internal static class ChainLines
{
    private const string NoChain =
        "This instance has no share chain: its pools pay by their own ledger. p2p.enabled: true joins one.";

    /// <summary>The chain, what of it is ours, and what an own block would pay.</summary>
    public static IEnumerable<string> Chain(ChainView chain, string unit)
    {
        string set = chain.Set is { } name ? $"{name}{(chain.IsPrivate ? ", private" : "")}" : "own parameters";
        yield return $"chain  {set}, height {Count(chain.Height)}{Age(chain.TipAgeS)}, {Many(chain.Peers, "peer")}";
        yield return $"         {Sync(chain.Sync)}; {Gate(chain.Gate)}";
        ChainWindowView window = chain.Window;
        yield return $"         window: {Many(window.Shares, "share")} of {window.SharesMax} and "
            + $"{Many(window.Uncles, "uncle")}, {window.Payees} paid, luck {StatusLines.Percent(window.Luck)}";
        yield return $"         ours: {Many(window.OwnShares, "share")} and {Many(window.OwnUncles, "uncle")}, "
            + $"{StatusLines.Percent(window.OwnPart)} of the next block: "
            + $"{StatusLines.Coins(window.ExpectedPayout)} {unit} on average"
            + (chain.OwnShareTimeS is { } each
                ? $"; a share every {(each < 1 ? "second or less" : Units.Duration(each))}"
                : "; nobody mines here at the moment");
        yield return $"         found {chain.OwnFound} since the start, refused {chain.OwnRefused}; "
            + $"{chain.Orphans} without a parent, {chain.Held} held; "
            + $"{Many(chain.Reorganisations, "change")} of branch, {chain.DeepestReorganisation} deep at most";
        foreach (string line in Alarms(chain).Concat(chain.Advice is { } advice ? [advice] : []))
        {
            yield return $"         {line}";
        }
    }

    /// <summary>The same in three short lines, for the live view.</summary>
    public static IEnumerable<string> Short(ChainView chain, string unit) =>
    [
        $"height {Count(chain.Height)}{Age(chain.TipAgeS)}, {Many(chain.Peers, "peer")}, {Sync(chain.Sync)}",
        Gate(chain.Gate),
        $"ours {StatusLines.Percent(chain.Window.OwnPart)} of the next block, "
            + $"{StatusLines.Coins(chain.Window.ExpectedPayout)} {unit} on average; found {chain.OwnFound} since the start",
    ];

    /// <summary>What each of this node's addresses has in the window.</summary>
    public static IEnumerable<string> Own(ChainWindowView window, string unit) => StatusLines.Table(
        ["PAID ADDRESS", "SHARES", "UNCLES", "PART", $"EXPECTED {unit}".TrimEnd()],
        window.Own.Select(static key => (string[])
        [
            key.Address, Count(key.Shares), Count(key.Uncles),
            StatusLines.Percent(key.Part), StatusLines.Coins(key.Expected),
        ]),
        "no share in the window is of a miner of this node yet");

    /// <summary>Why there is no table of accounts.</summary>
    public static IReadOnlyList<string> WhoPays { get; } =
    [
        "Every block of the share chain pays these addresses in the coinbase, whoever finds it: no accounts are kept.",
        "Blocks that this node itself found: otedama pool blocks.",
    ];

    public static IEnumerable<string> AtTip(ChainTipView tip, string unit)
    {
        yield return $"A block on this tip pays {StatusLines.Coins(tip.Reward)} {unit} to at most {tip.OutputsMax} "
            + "addresses. exact: the address's part to the unit; "
            + "slot: too small for every block, drawn for this one by the tip.";
        foreach (string line in StatusLines.Table(
            ["ADDRESS", $"AMOUNT {unit}", "WHY", "PART", "OURS"],
            tip.Payouts.Select(static p => (string[])
            [
                p.Address, StatusLines.Coins(p.Amount), p.How, StatusLines.Percent(p.Part), p.Own ? "yes" : "",
            ]),
            "nobody has mined yet: the finder gets everything"))
        {
            yield return line;
        }
    }

    /// <summary>The chain's coin blocks, whoever found them: a row for each payment to an address of this node.</summary>
    public static IEnumerable<string> Paid(IReadOnlyList<ChainBlockView> blocks, string unit) => StatusLines.Table(
            ["BLOCK OF THE POOL (UTC)", "HEIGHT", "HASH", "STATUS", $"PAYS {unit}", "TO US", "ADDRESS"],
            blocks.SelectMany(static block =>
                block.Paid.Count == 0
                    ? [Paid(block, null)]
                    : block.Paid.Select(paid => Paid(block, paid))),
            "the pool has found no block since this node knows its chain");

    private static string[] Paid(ChainBlockView block, ChainPaidView? paid) =>
    [
        StatusLines.Time((long)block.Time), Count(block.Height), StatusLines.Short(block.Hash),
        block.Status, StatusLines.Coins(block.Reward),
        paid is null ? "0" : StatusLines.Coins(paid.Amount), paid?.Address ?? "none of ours",
    ];

    public static IEnumerable<string> Peers(PeersAnswer answer) => !answer.Enabled ? [NoChain] : StatusLines.Table(
        ["NODE", "ADDRESS", "DIRECTION", "FOR", "ROUND TRIP", "REGION", "HEIGHT", "RECEIVED", "SENT", "POINTS",
            "PROGRAM"],
        answer.Peers.Select(static p => (string[])
        [
            p.Id[..Math.Min(12, p.Id.Length)], p.Address, p.ForLatency ? $"{p.Direction}, near" : p.Direction,
            Units.Duration(p.AgeS),
            p.RoundTripMs is { } ms ? $"{Number(ms)} ms" : "?", Region(p),
            p.Height is { } height ? Count(height) : "?", Bytes(p.BytesIn), Bytes(p.BytesOut), Count(p.Points), p.Agent,
        ]),
        "no peer is connected");

    private static string Region(PeerView peer) =>
        (peer.Region ?? "?") + (peer.Asn is { } system ? $" AS{Count(system)}" : "");

    /// <summary>How far the chain of each pool is.</summary>
    public static IEnumerable<string> Syncs(StatusView status)
    {
        PoolView[] pools = [.. status.Pools.Where(static pool => pool.Sharechain is not null)];
        return pools.Length == 0 ? [NoChain]
            : pools.SelectMany(pool => SyncOf(pool.Sharechain!, status.Pools.Count > 1 ? $"{pool.Name}: " : ""));
    }

    private static IEnumerable<string> SyncOf(ChainView chain, string name) =>
    [
        $"{name}{Sync(chain.Sync)}; height {Count(chain.Height)}{Age(chain.TipAgeS)}, work {chain.Work}, "
            + Many(chain.Peers, "peer"),
        Gate(chain.Gate),
        .. Alarms(chain),
    ];

    internal static IEnumerable<string> Alarms(ChainView chain) =>
        chain.Alarms.Select(static alarm => $"! {alarm.Text}");

    private static string Gate(ChainGateView gate) => $"miners {(gate.Open ? "get work" : "wait")}: {gate.Reason}";

    private static string Sync(ChainSyncView sync) => sync.State switch
    {
        "fetching" when sync.From is null => "about to fetch a history",
        "fetching" => $"fetching history from {sync.From}: {sync.Had} of {sync.Of} shares",
        "level" => "level with its peers",
        _ => "alone: no peer to compare with",
    };

    private static string Age(double? seconds) => seconds is { } age ? $", newest share {Units.Duration(age)} old" : "";

    private static string Many(long value, string what) => $"{Count(value)} {what}{(value == 1 ? "" : "s")}";

    private static string Bytes(long bytes) =>
        bytes < 1 << 20 ? $"{Number(bytes / 1024.0)} KiB" : $"{Number(bytes / 1048576.0)} MiB";

    private static string Number(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Count(long value) => value.ToString(CultureInfo.InvariantCulture);
}
