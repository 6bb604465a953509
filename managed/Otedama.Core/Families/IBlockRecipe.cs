namespace Otedama.Core;

/// <summary>
/// A recipe that knows the whole block, as a pool does. A rig is told no more than it needs to hash, so only the recipe of
/// the Bitcoin family, whose miners see the coinbase, is one there.
/// </summary>
public interface IBlockRecipe
{
    /// <summary>Bytes of the stripped coinbase; extranonceLength: of both parts.</summary>
    int CoinbaseLength(int extranonceLength);

    /// <summary>The stripped coinbase. extranonce: both parts, of the length the job was made for.</summary>
    ReadOnlyMemory<byte> Coinbase(ReadOnlySpan<byte> extranonce);

    /// <summary>data: what the proof checker read; hash: the proof of work it found.</summary>
    SolvedHeader Solve(ReadOnlySpan<byte> data, Hash256 hash);

    /// <summary>What Solve takes for a block without proof of work, as a proposal to a node is.</summary>
    byte[] Unsolved(ReadOnlySpan<byte> extranonce);
}

/// <summary>A block's header as it is serialised, and the id it gives the block.</summary>
public readonly record struct SolvedHeader(ReadOnlyMemory<byte> Bytes, Hash256 Id);
