namespace Otedama.Core;

/// <summary>What ShareValidator says about one candidate.</summary>
public struct Judgement
{
    /// <summary>None when Share is filled in.</summary>
    public Rejection Rejection;

    /// <summary>
    /// How far the hash goes beyond its session's target. Can go together with Rejection.Stale, as a block on stale
    /// work may still win a race, and with Rejection.AboveTarget or OverBudget: then it is handed on and earns no work.
    /// </summary>
    public Reach Reach;

    public readonly bool IsBlock => Reach == Reach.Block;

    /// <summary>The proof-of-work hash; zero when the candidate fell at a cheap check.</summary>
    public Hash256 Hash;

    /// <summary>
    /// What the block is called, as its assembler says; zero until it is handed over, and for what is no block.
    /// </summary>
    public Hash256 BlockId;

    /// <summary>Meaningful only when Rejection is None.</summary>
    public Share Share;
}
