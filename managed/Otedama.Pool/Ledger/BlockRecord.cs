using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>A block the pool found and what it means for every payee.</summary>
public sealed record BlockRecord
{
    public const byte Version = 1;

    private const int FixedLength = 88;
    private const int EntryLength = 20;

    /// <summary>Milliseconds since 1970.</summary>
    public required long TimeMs { get; init; }

    public required int Height { get; init; }

    /// <summary>Account whose share it was.</summary>
    public required int Finder { get; init; }

    /// <summary>The block's identifier (for Verthash and scrypt not the proof-of-work hash).</summary>
    public required Hash256 BlockHash { get; init; }

    public required uint JobId { get; init; }

    public required Algorithm Algorithm { get; init; }

    public required PayoutScheme Scheme { get; init; }

    public required Amount Reward { get; init; }

    /// <summary>Expected hashes for one block at that time.</summary>
    public required UInt128 NetworkWork { get; init; }

    public required IReadOnlyList<PayoutEntry> Entries { get; init; }

    /// <summary>
    /// <code>
    /// 0  i64 time   8  i32 height   12  i32 finder   16  32 bytes block hash   48  u32 job   52  u8 algorithm
    /// 53  u8 scheme   54  u16 zero   56  i64 reward   64  u128 network work   80  i32 entries   84  u32 zero
    /// 88  entries: i32 payee, i64 earned, i64 paid
    /// </code>
    /// </summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[FixedLength + (Entries.Count * EntryLength)];
        Span<byte> span = bytes;
        BinaryPrimitives.WriteInt64LittleEndian(span, TimeMs);
        BinaryPrimitives.WriteInt32LittleEndian(span[8..], Height);
        BinaryPrimitives.WriteInt32LittleEndian(span[12..], Finder);
        BlockHash.CopyTo(span[16..]);
        BinaryPrimitives.WriteUInt32LittleEndian(span[48..], JobId);
        span[52] = (byte)Algorithm;
        span[53] = (byte)Scheme;
        BinaryPrimitives.WriteInt64LittleEndian(span[56..], Reward.Units);
        BinaryPrimitives.WriteUInt128LittleEndian(span[64..], NetworkWork);
        BinaryPrimitives.WriteInt32LittleEndian(span[80..], Entries.Count);
        span = span[FixedLength..];
        foreach (PayoutEntry entry in Entries)
        {
            BinaryPrimitives.WriteInt32LittleEndian(span, entry.Payee);
            BinaryPrimitives.WriteInt64LittleEndian(span[4..], entry.Earned.Units);
            BinaryPrimitives.WriteInt64LittleEndian(span[12..], entry.Paid.Units);
            span = span[EntryLength..];
        }
        return bytes;
    }

    public static BlockRecord Read(ReadOnlySpan<byte> bytes)
    {
        PayoutEntry[] entries = new PayoutEntry[BinaryPrimitives.ReadInt32LittleEndian(bytes[80..])];
        for (int i = 0; i < entries.Length; i++)
        {
            ReadOnlySpan<byte> entry = bytes.Slice(FixedLength + (i * EntryLength), EntryLength);
            entries[i] = new PayoutEntry(
                BinaryPrimitives.ReadInt32LittleEndian(entry),
                new Amount(BinaryPrimitives.ReadInt64LittleEndian(entry[4..])),
                new Amount(BinaryPrimitives.ReadInt64LittleEndian(entry[12..])));
        }
        return new BlockRecord
        {
            TimeMs = BinaryPrimitives.ReadInt64LittleEndian(bytes),
            Height = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]),
            Finder = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]),
            BlockHash = new Hash256(bytes.Slice(16, Hash256.Size)),
            JobId = BinaryPrimitives.ReadUInt32LittleEndian(bytes[48..]),
            Algorithm = (Algorithm)bytes[52],
            Scheme = (PayoutScheme)bytes[53],
            Reward = new Amount(BinaryPrimitives.ReadInt64LittleEndian(bytes[56..])),
            NetworkWork = BinaryPrimitives.ReadUInt128LittleEndian(bytes[64..]),
            Entries = entries,
        };
    }
}
