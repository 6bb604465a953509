using Otedama.Core;

namespace Otedama.Interop;

/// <summary>A range of nonces for an engine to search. otedama_algo.h says what Data is for each algorithm.</summary>
public readonly struct PowWork
{
    /// <summary>The caller's own number, handed back with every hit.</summary>
    public ulong Tag { get; init; }

    public required ReadOnlyMemory<byte> Data { get; init; }

    public required ulong NonceFirst { get; init; }

    /// <summary>NonceFirst + NonceCount must not pass 2^NonceBits.</summary>
    public required ulong NonceCount { get; init; }

    /// <summary>KawPow only.</summary>
    public uint Height { get; init; }

    /// <summary>Header versions to try with each nonce, at most 8; empty = the version in Data.</summary>
    public ReadOnlyMemory<uint> Versions { get; init; }

    public required Target Target { get; init; }
}

/// <summary>A nonce whose hash met the target.</summary>
/// <param name="Proof">KawPow mix or Equihash solution; empty where the nonce is the whole proof.</param>
public readonly record struct PowHit(ulong Tag, ulong Nonce, uint Version, Hash256 Hash, byte[] Proof);

/// <summary>How far a scan came.</summary>
/// <param name="Hashes">Hashes computed, versions counted.</param>
/// <param name="WorkIndex">The work that was being searched; works.Length when all are finished.</param>
/// <param name="NonceNext">First nonce of that work not searched yet.</param>
public readonly record struct PowScan(ulong Hashes, int WorkIndex, ulong NonceNext, int HitCount, bool Cancelled);
