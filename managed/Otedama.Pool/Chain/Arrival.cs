using Otedama.Core;

namespace Otedama.Pool;

/// <summary>What became of a share that came.</summary>
public enum ArrivalKind
{
    /// <summary>It is in the chain, or on a branch of it.</summary>
    Taken,

    /// <summary>It came before.</summary>
    Known,

    /// <summary>It waits for a share before it, which should be asked for.</summary>
    Orphan,

    /// <summary>It waits for our coin node or our clock.</summary>
    Held,

    /// <summary>Not worth looking at; nobody's fault.</summary>
    Ignored,

    /// <summary>No share of this chain; Fault says why.</summary>
    Refused,
}

/// <summary>The answer to one share.</summary>
/// <param name="Share">Null where the bytes are none.</param>
/// <param name="Fault">Where it was refused or waits.</param>
public readonly record struct Arrival(ArrivalKind Kind, ChainShare? Share, ShareFault? Fault)
{
    internal static Arrival Refused(ChainShare? share, ShareFault fault) => new(ArrivalKind.Refused, share, fault);
}

/// <summary>Where a share came from.</summary>
/// <param name="Peer">Number of the peer that sent it; 0 = this node itself.</param>
/// <param name="IsAskedFor">It answers a question of ours: sync, a missing parent.</param>
public readonly record struct ShareOrigin(long Peer, bool IsAskedFor)
{
    /// <summary>Found by a miner of this node.</summary>
    public static ShareOrigin Own => default;

    public bool IsOwn => Peer == 0;
}
