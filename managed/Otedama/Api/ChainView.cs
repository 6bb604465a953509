namespace Otedama;

/// <summary>
/// The share chain of a pool. Work is in expected hashes; whole numbers too large for a reader are text.
/// </summary>
internal sealed record ChainView
{
    /// <summary>std, wide or nano; null for other parameters.</summary>
    public required string? Set { get; init; }

    /// <summary>The canonical line, without the pass of a private chain.</summary>
    public required string Parameters { get; init; }

    /// <summary>A pass keeps others out.</summary>
    public required bool IsPrivate { get; init; }

    public required string ChainId { get; init; }

    /// <summary>Of the newest share; 0 = none yet.</summary>
    public required long Height { get; init; }

    /// <summary>Id of the newest share; null before the first.</summary>
    public required string? Tip { get; init; }

    public required double? TipAgeS { get; init; }

    /// <summary>Of the whole chain, uncles included, as text.</summary>
    public required string Work { get; init; }

    /// <summary>What the next share weighs.</summary>
    public required double ShareWork { get; init; }

    /// <summary>Seconds between shares that the chain aims at, uncles counted.</summary>
    public required double ShareTimeS { get; init; }

    /// <summary>Seconds that this node's miners need for a share on average; null while nobody mines.</summary>
    public required double? OwnShareTimeS { get; init; }

    /// <summary>Of all miners of the chain, by the shares in the window; null while there are too few.</summary>
    public required double? HashrateHs { get; init; }

    /// <summary>Shares kept, branches included.</summary>
    public required int Shares { get; init; }

    /// <summary>Shares that wait for a share nobody has sent yet.</summary>
    public required int Orphans { get; init; }

    /// <summary>Shares that wait for this machine's clock or coin node.</summary>
    public required int Held { get; init; }

    /// <summary>Shares of the chain that this node's miners found since the start.</summary>
    public required long OwnFound { get; init; }

    /// <summary>How many of them its own check refused.</summary>
    public required long OwnRefused { get; init; }

    /// <summary>Times since the start that another branch became the chain.</summary>
    public required long Reorganisations { get; init; }

    /// <summary>Most shares that one of them took back.</summary>
    public required int DeepestReorganisation { get; init; }

    public required ChainWindowView Window { get; init; }

    /// <summary>Null before the first template, and while too little of the chain is known.</summary>
    public required ChainTipView? AtTip { get; init; }

    /// <summary>What would fit this node's miners better, in a sentence; null when this chain fits.</summary>
    public required string? Advice { get; init; }

    /// <summary>What the operator should look at.</summary>
    public IReadOnlyList<ChainAlarmView> Alarms { get; init; } = [];

    public required ChainGateView Gate { get; init; }

    public required ChainSyncView Sync { get; init; }

    public required int Peers { get; init; }
}

/// <summary>What the next coin block pays for.</summary>
internal sealed record ChainWindowView
{
    /// <summary>Of the chain, uncles not counted.</summary>
    public required int Shares { get; init; }

    /// <summary>Most it can hold.</summary>
    public required int SharesMax { get; init; }

    public required int Uncles { get; init; }

    /// <summary>Seconds that a full window lasts.</summary>
    public required double TimeS { get; init; }

    public required int Payees { get; init; }

    /// <summary>Coin blocks in it; null where counting them would take the whole proof of work.</summary>
    public required int? Blocks { get; init; }

    public required double BlocksExpected { get; init; }

    /// <summary>Blocks over blocks expected, above 1 is lucky; null where blocks are, and in an empty window.</summary>
    public required double? Luck { get; init; }

    /// <summary>Shares in it whose payee mines here.</summary>
    public required int OwnShares { get; init; }

    public required int OwnUncles { get; init; }

    /// <summary>This node's part of what it pays for, 0 to 1.</summary>
    public required double OwnPart { get; init; }

    /// <summary>Own shares it holds on average at the rate of the last ten minutes; null while nobody mines.</summary>
    public required double? ExpectedOwnShares { get; init; }

    /// <summary>
    /// Coins of the next block for this node's miners together, on average, as text; null before a template.
    /// </summary>
    public required string? ExpectedPayout { get; init; }

    /// <summary>By payout address of this node, the most work first.</summary>
    public required IReadOnlyList<ChainKeyView> Own { get; init; }
}

/// <summary>A payout address of this node in the window.</summary>
/// <param name="Part">Of what the window pays for, 0 to 1.</param>
/// <param name="Expected">Coins of the next block on average, as text; null before a template.</param>
internal sealed record ChainKeyView(string Address, int Shares, int Uncles, double Part, string? Expected);

/// <summary>Whom a coin block on this tip would pay.</summary>
/// <param name="Class">Of coinbase sizes: that of miners of the usual kind.</param>
/// <param name="OutputsMax">Payees a coinbase of this class has at most.</param>
/// <param name="Reward">Coins, as text.</param>
internal sealed record ChainTipView(
    int Class, int OutputsMax, string Reward, IReadOnlyList<ChainTipPayoutView> Payouts);

/// <param name="Amount">Coins, as text.</param>
/// <param name="How">
/// exact: its part to the unit. slot: too small for an output in every block, and drawn for this one by the tip's id.
/// </param>
/// <param name="Part">Of what the window pays for, 0 to 1.</param>
/// <param name="Own">Its payee mines on this node.</param>
internal sealed record ChainTipPayoutView(string Address, string Amount, string How, double Part, bool Own);

/// <param name="Kind">partition, coin_behind, other_chain, reorganisation, uncles or withholding.</param>
/// <param name="Text">A sentence.</param>
internal sealed record ChainAlarmView(string Kind, string Text);

/// <param name="Open">Miners get work.</param>
/// <param name="Reason">Why, or why not, in a sentence.</param>
internal sealed record ChainGateView(bool Open, string Reason);

/// <param name="State">alone, fetching or level.</param>
/// <param name="Done">Part of the history that came, 0 to 1; null while none is fetched.</param>
/// <param name="Had">Shares of it that came.</param>
/// <param name="Of">Shares it has as far as is known.</param>
/// <param name="From">The peer it comes from.</param>
internal sealed record ChainSyncView(string State, double? Done, int Had, int Of, string? From);

/// <summary>A share as it is drawn.</summary>
internal sealed record ChainShareView
{
    public required string Id { get; init; }

    public required string Parent { get; init; }

    /// <summary>Ids of the uncles it lists.</summary>
    public required IReadOnlyList<string> Uncles { get; init; }

    public required long Height { get; init; }

    /// <summary>Seconds since 1970, with milliseconds.</summary>
    public required double Time { get; init; }

    /// <summary>Address it pays.</summary>
    public required string Payout { get; init; }

    /// <summary>Expected hashes.</summary>
    public required double Work { get; init; }

    /// <summary>Listed by a share of the chain.</summary>
    public required bool IsUncle { get; init; }

    /// <summary>Part of the chain; neither this nor an uncle: beside it.</summary>
    public required bool IsMain { get; init; }

    /// <summary>Its payee mines on this node.</summary>
    public required bool Own { get; init; }
}

/// <summary>A coin block of the share chain, whoever found it.</summary>
internal sealed record ChainBlockView
{
    public required long Height { get; init; }

    /// <summary>Id of the block, as explorers show it.</summary>
    public required string Hash { get; init; }

    /// <summary>Seconds since 1970 by its finder's clock.</summary>
    public required double Time { get; init; }

    /// <summary>Coins that its coinbase pays to all, as text.</summary>
    public required string Reward { get; init; }

    /// <summary>
    /// accepted: by our coin node, or a share builds on it, so that somebody's node has it; confirmed or orphaned: of a
    /// block found here; unseen: another node's, and no share builds on it.
    /// </summary>
    public required string Status { get; init; }

    /// <summary>What it pays to miners of this node; empty where none of them is paid by it.</summary>
    public required IReadOnlyList<ChainPaidView> Paid { get; init; }
}

/// <param name="Amount">Coins, as text.</param>
internal sealed record ChainPaidView(string Address, string Amount);

/// <summary>Newest first. Pool: null where none runs.</summary>
internal sealed record ChainSharesAnswer(int Schema, IReadOnlyList<ChainShareView> Shares)
{
    public string? Pool { get; init; }
}

/// <summary>A connected pool node. Unknown is null.</summary>
internal sealed record PeerView
{
    public required string Id { get; init; }

    public required string Address { get; init; }

    /// <summary>in: it came to us; out: we went there.</summary>
    public required string Direction { get; init; }

    /// <summary>We went there because it is near, as at most five of eight; the others are chosen by chance.</summary>
    public required bool ForLatency { get; init; }

    public required double AgeS { get; init; }

    /// <summary>The median of the last three pings.</summary>
    public required double? RoundTripMs { get; init; }

    /// <summary>Where it says it is, else its country by region.mmdb; null where neither is known.</summary>
    public required string? Region { get; init; }

    /// <summary>Number of its autonomous system by asn.mmdb; null where it is not known.</summary>
    public required long? Asn { get; init; }

    /// <summary>Its place among the others by its own word; null before it told it.</summary>
    public required CoordinateView? Coordinate { get; init; }

    /// <summary>The way that the two coordinates stand for.</summary>
    public required double? EstimateMs { get; init; }

    /// <summary>
    /// On a flat map with this node at 0, 0: as far away as the round trip, in the direction of its coordinate.
    /// </summary>
    public required double? XMs { get; init; }

    public required double? YMs { get; init; }

    /// <summary>Of its newest share, by its own word.</summary>
    public required long? Height { get; init; }

    /// <summary>Likewise, as text.</summary>
    public required string? Work { get; init; }

    public required long BytesIn { get; init; }

    public required long BytesOut { get; init; }

    /// <summary>Of misbehaviour; at 100 it is banned.</summary>
    public required int Points { get; init; }

    public required string Agent { get; init; }
}

/// <summary>A node's place in a space of eight dimensions in which distances are round trips.</summary>
/// <param name="HeightMs">What every way to it has on top of the distance.</param>
/// <param name="Error">Of its own estimates, relative: 1.5 for a beginner, 0.1 for a settled one.</param>
internal sealed record CoordinateView(IReadOnlyList<double> AtMs, double HeightMs, double Error);

/// <summary>Nearest first. Enabled: the pool is on a share chain.</summary>
internal sealed record PeersAnswer(int Schema, bool Enabled, IReadOnlyList<PeerView> Peers)
{
    public string? Pool { get; init; }

    /// <summary>Name of the region this node is in (region.label); null for none.</summary>
    public string? Region { get; init; }

    /// <summary>This node's own; null where there is no share chain.</summary>
    public CoordinateView? Coordinate { get; init; }
}
