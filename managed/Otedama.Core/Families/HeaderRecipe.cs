namespace Otedama.Core;

/// <summary>How a header of one family is put together from a job and a worker's part of the search space.</summary>
public abstract record HeaderRecipe
{
    public abstract HeaderFamily Family { get; }

    /// <summary>Header time to begin with, seconds since 1970; 0 when a worker has no say in it.</summary>
    public abstract uint Time { get; init; }

    /// <summary>Header version and the bits of it that a worker may change (BIP 320).</summary>
    public virtual (uint Version, uint Mask) Rolling => (0, 0);

    /// <summary>
    /// Cuts the search space of one connection. extranonce1: what the upstream gave; extranonce2Length: bytes it left to us.
    /// </summary>
    public virtual IRangeSource Ranges(ReadOnlySpan<byte> extranonce1, int extranonce2Length) =>
        new RangeAllocator(extranonce1, extranonce2Length);

    /// <summary>
    /// Whether a candidate of a family whose proofs are dear to check claims to be a block: its hash follows cheaply from what
    /// it says, and only whether that is true takes a whole check. Nobody can make many such claims, as each costs as many
    /// hashes as a block.
    /// </summary>
    public virtual bool ClaimsBlock(in Candidate candidate, Target network) => false;
}
