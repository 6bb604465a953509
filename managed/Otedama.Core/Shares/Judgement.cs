namespace Otedama.Core;

/// <summary>What ShareValidator says about one candidate.</summary>
public struct Judgement
{
    /// <summary>None when Share is filled in.</summary>
    public Rejection Rejection;

    /// <summary>
    /// The hash meets the network target. Can be true together with Rejection.Stale, as such a block may still win a race,
    /// and with Rejection.AboveTarget where the network is easier than the share: it is submitted and earns no work.
    /// </summary>
    public bool IsBlock;

    /// <summary>The proof-of-work hash; zero when the candidate fell at a cheap check.</summary>
    public Hash256 Hash;

    /// <summary>What the block is called, as its assembler says; zero until it is handed over, and for what is no block.</summary>
    public Hash256 BlockId;

    /// <summary>Meaningful only when Rejection is None.</summary>
    public Share Share;
}
