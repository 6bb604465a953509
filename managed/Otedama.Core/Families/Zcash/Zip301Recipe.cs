using System.Buffers.Binary;

namespace Otedama.Core;

/// <summary>
/// What the Zcash and Verus families share: the pool fixes every field of the 140 bytes but the nonce, and a solution follows.
/// </summary>
public abstract record Zip301Recipe : HeaderRecipe
{
    private const int PreviousOffset = 4, RootOffset = 36, ReservedOffset = 68;

    public required uint Version { get; init; }

    public required Hash256 PreviousHash { get; init; }

    public required Hash256 MerkleRoot { get; init; }

    /// <summary>Sapling root, block commitments or zero: as the node says.</summary>
    public required Hash256 Reserved { get; init; }

    public required uint Bits { get; init; }

    public required override uint Time { get; init; }

    /// <summary>Bytes of a solution without its compactSize length.</summary>
    public abstract int SolutionLength { get; init; }

    /// <summary>
    /// Writes the 140 bytes before the solution. nonce: 32 bytes as stored; shorter ones are filled up with zeros.
    /// </summary>
    public void WriteHeader(uint time, ReadOnlySpan<byte> nonce, Span<byte> destination)
    {
        Span<byte> header = destination[..ZcashProof.HeaderSize];
        BinaryPrimitives.WriteUInt32LittleEndian(header, Version);
        PreviousHash.CopyTo(header[PreviousOffset..]);
        MerkleRoot.CopyTo(header[RootOffset..]);
        Reserved.CopyTo(header[ReservedOffset..]);
        BinaryPrimitives.WriteUInt32LittleEndian(header[ZcashProof.TimeOffset..], time);
        BinaryPrimitives.WriteUInt32LittleEndian(header[ZcashProof.BitsOffset..], Bits);
        header[ZcashProof.NonceOffset..].Clear();
        nonce.CopyTo(header[ZcashProof.NonceOffset..]);
    }

    /// <summary>Writes the compactSize length before a solution; returns its bytes.</summary>
    public int WriteSolutionLength(Span<byte> destination) =>
        ByteWriter.WriteCompactSize((ushort)SolutionLength, destination);

    /// <summary>Header, length and solution; returns the bytes written.</summary>
    public int WriteWhole(uint time, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> solution, Span<byte> destination)
    {
        WriteHeader(time, nonce, destination);
        int start = ZcashProof.HeaderSize + WriteSolutionLength(destination[ZcashProof.HeaderSize..]);
        solution.CopyTo(destination[start..]);
        return start + SolutionLength;
    }

    private protected byte[] WriteWhole(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> solution)
    {
        byte[] whole = new byte[ZcashProof.HeaderSize + ByteWriter.CompactSizeLength((ulong)SolutionLength) + SolutionLength];
        WriteWhole(Time, nonce, solution, whole);
        return whole;
    }
}
