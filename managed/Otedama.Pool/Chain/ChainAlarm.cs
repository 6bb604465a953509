namespace Otedama.Pool;

/// <summary>Something about a share chain that its operator should look at.</summary>
/// <param name="Kind">One of ChainAlarms' words.</param>
/// <param name="Text">A sentence.</param>
public sealed record ChainAlarm(string Kind, string Text);

/// <summary>The kinds of alarms, as metrics and the API call them.</summary>
public static class ChainAlarms
{
    /// <summary>Shares of others fail to come.</summary>
    public const string Partition = "partition";

    /// <summary>Others' coin nodes have blocks that ours does not.</summary>
    public const string CoinBehind = "coin_behind";

    /// <summary>Nodes that the operator named belong to another chain.</summary>
    public const string OtherChain = "other_chain";

    /// <summary>The chain took back more shares at once than delays explain, in the last day.</summary>
    public const string Reorganisation = "reorganisation";

    /// <summary>Far more of an address's shares are uncles than of others'.</summary>
    public const string Uncles = "uncles";

    /// <summary>An address finds far fewer coin blocks than its work should.</summary>
    public const string Withholding = "withholding";

    public static IReadOnlyList<string> All { get; } =
        [Partition, CoinBehind, OtherChain, Reorganisation, Uncles, Withholding];
}
