namespace Otedama.Core;

/// <summary>What this node knows of its coin's blocks, told by its own coin node.</summary>
public interface ICoinBlocks
{
    /// <summary>Time of the newest block, ms since 1970.</summary>
    ulong TipTimeMs { get; }

    /// <summary>Time of a block's header, ms since 1970; null for a block it does not know.</summary>
    ulong? TimeMsOf(Hash256 block);
}
