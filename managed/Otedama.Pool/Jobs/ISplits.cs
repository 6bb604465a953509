using Otedama.Core;

namespace Otedama.Pool;

/// <summary>Who is paid by the next block. Any thread.</summary>
public interface ISplits
{
    /// <summary>
    /// Blocks should pay otherwise than the jobs that are out, for another reason than further shares. Raised on any thread,
    /// also under locks of the splits, so that handlers only take note.
    /// </summary>
    event Action? Changed;

    /// <summary>
    /// True when those who work have coinbases of their own, because these pay other people (SOLO) or say something
    /// else.
    /// </summary>
    bool HasOwnCoinbases { get; }

    /// <summary>
    /// Why nobody is let in to work now; null = they are. What they would mine might be worth nothing.
    /// </summary>
    Closure? WhyClosed { get; }

    /// <summary>How the coinbases of all splits are laid out; null = the pool's own way.</summary>
    CoinbaseForm? Form { get; }

    /// <summary>The split for a block on this template with at most outputsMax payees (at least 1).</summary>
    PayoutSplit SplitFor(Template template, int outputsMax);

    /// <summary>The split of this owner's own coinbase; never asked for where nobody has one.</summary>
    PayoutSplit SplitFor(Template template, int outputsMax, int owner);

    /// <summary>Whose coinbase an account works on; 0 = the one shared by all.</summary>
    int CoinbaseOwnerOf(int account);
}
