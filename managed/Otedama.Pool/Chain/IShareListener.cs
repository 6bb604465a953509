using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// Is told what the share desk takes. Called in the order of the chain, one call at a time; must not wait.
/// </summary>
public interface IShareListener
{
    /// <summary>A share was checked wholly and is in the chain or on a branch; it may be passed on.</summary>
    void OnTaken(ChainShare share, ShareOrigin origin);

    /// <summary>The heaviest branch ends otherwise now, or the next share may list other uncles.</summary>
    void OnNext(NextShare next);

    /// <summary>A share that had to wait for others, for our clock or our coin node is none of this chain.</summary>
    void OnRefused(ChainShare share, ShareOrigin origin, ShareFault fault)
    {
    }

    /// <summary>
    /// A share waits for this one, which nobody here has. peer: who sent what needs it; 0 = we ourselves.
    /// </summary>
    void OnMissing(Hash256 id, long peer);
}
