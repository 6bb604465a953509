namespace Otedama.Pool;

/// <summary>What became of a block, best first.</summary>
public enum SubmitOutcome
{
    /// <summary>It is the node's new tip.</summary>
    Accepted,

    /// <summary>The node had it already and finds it valid: another node told it.</summary>
    Duplicate,

    /// <summary>The node keeps it without taking a stand, usually because another block was first.</summary>
    Inconclusive,

    /// <summary>No answer, or an error that is not about the block: the node may still take it later.</summary>
    Unreachable,

    /// <summary>The node refuses it for good.</summary>
    Rejected,
}
