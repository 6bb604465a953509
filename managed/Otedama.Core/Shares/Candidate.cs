using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Otedama.Core;

/// <summary>
/// "I think I found one": what a worker or a remote miner claims. Untrusted. A plain struct so that a ring of them
/// needs no allocation.
/// </summary>
public struct Candidate
{
    public uint JobId;

    /// <summary>Who claims it: a slot number of the pool's session table or of the rig's worker table.</summary>
    public int WorkerId;

    /// <summary>The claimant's own correlation number, handed back with the verdict.</summary>
    public long Tag;

    public ulong Nonce;

    /// <summary>Header time, seconds since 1970.</summary>
    public uint Time;

    /// <summary>Final header version, rolled bits applied.</summary>
    public uint Version;

    /// <summary>Extranonce 1 then 2.</summary>
    public Extranonce Extranonce;

    /// <summary>The target this share is graded by: the session's at the time the job was sent.</summary>
    public Target Target;

    /// <summary>KawPow mix or Equihash solution; null where the nonce is the whole proof.</summary>
    public byte[]? Proof;

    /// <summary>TimeProvider timestamp at which the line was read; measures submit-to-reply.</summary>
    public long ReceivedAt;
}

/// <summary>Up to 32 bytes of extranonce kept inline.</summary>
public struct Extranonce
{
    public const int MaxLength = 32;

    private Bytes _bytes;

    public Extranonce(ReadOnlySpan<byte> value)
    {
        Length = value.Length;
        value.CopyTo(((Span<byte>)_bytes)[..value.Length]);
    }

    public int Length { get; }

    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Span => ((ReadOnlySpan<byte>)_bytes)[..Length];

    [InlineArray(MaxLength)]
    private struct Bytes
    {
        private byte _element;
    }
}
