namespace Otedama.Core;

/// <summary>What ShareValidator says about one candidate.</summary>
public struct Judgement
{
    /// <summary>None when Share is filled in.</summary>
    public Rejection Rejection;

    /// <summary>
    /// The hash meets the network target. Can be true together with Rejection.Stale: such a block may still win a
    /// race, so it is submitted although its share is not paid.
    /// </summary>
    public bool IsBlock;

    /// <summary>The proof-of-work hash; zero when the candidate fell at a cheap check.</summary>
    public Hash256 Hash;

    /// <summary>Meaningful only when Rejection is None.</summary>
    public Share Share;
}
