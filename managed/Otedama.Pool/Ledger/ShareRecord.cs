using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>One accepted share in the log: 48 bytes, the numbers are frozen.</summary>
public struct ShareRecord
{
    public const int Length = 48;
    public const byte Version = 1;

    /// <summary>Milliseconds since 1970.</summary>
    public long TimeMs;

    public int AccountId;
    public uint JobId;
    public int Height;
    public Algorithm Algorithm;
    public bool IsBlock;

    /// <summary>Expected hashes: the unit of pay.</summary>
    public UInt128 Work;

    /// <summary>The most significant 64 bits of the proof-of-work hash as a number: how lucky the share was.</summary>
    public ulong HashTop;

    /// <summary>
    /// <code>
    /// 0  i64 time   8  i32 account   12  u32 job   16  i32 height   20  u8 algorithm   21  u8 flags (1 = block)
    /// 22  u16 zero   24  u64 work low   32  u64 work high   40  u64 hash top
    /// </code>
    /// </summary>
    public readonly void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes, TimeMs);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], AccountId);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], JobId);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[16..], Height);
        bytes[20] = (byte)Algorithm;
        bytes[21] = IsBlock ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[22..], 0);
        BinaryPrimitives.WriteUInt128LittleEndian(bytes[24..], Work);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[40..], HashTop);
    }

    public static ShareRecord Read(ReadOnlySpan<byte> bytes) => new()
    {
        TimeMs = BinaryPrimitives.ReadInt64LittleEndian(bytes),
        AccountId = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]),
        JobId = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]),
        Height = BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]),
        Algorithm = (Algorithm)bytes[20],
        IsBlock = (bytes[21] & 1) != 0,
        Work = BinaryPrimitives.ReadUInt128LittleEndian(bytes[24..]),
        HashTop = BinaryPrimitives.ReadUInt64LittleEndian(bytes[40..]),
    };

    public static ShareRecord From(in Share share, long timeMs)
    {
        Span<byte> hash = stackalloc byte[Hash256.Size];
        share.Hash.CopyTo(hash);
        return new ShareRecord
        {
            TimeMs = timeMs,
            AccountId = share.AccountId,
            JobId = share.JobId,
            Height = share.Height,
            Algorithm = share.Algorithm,
            IsBlock = share.IsBlock,
            Work = share.Work,
            HashTop = BinaryPrimitives.ReadUInt64LittleEndian(hash[24..]),
        };
    }
}
