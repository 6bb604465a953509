using System.Buffers.Binary;
using System.Text;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>What became of a found block; whether confirmed or orphaned is said by the record's type.</summary>
/// <param name="TimeMs">Milliseconds since 1970.</param>
public sealed record BlockStatusRecord(long TimeMs, Hash256 BlockHash, string Reason)
{
    public const byte Version = 1;

    private const int FixedLength = 42;
    private const int ReasonBytesMax = 512;

    /// <summary>
    /// <code>
    /// 0  i64 time   8  32 bytes block hash   40  u16 reason length   42  reason (UTF-8)
    /// </code>
    /// </summary>
    public byte[] ToBytes()
    {
        byte[] reason = Encoding.UTF8.GetBytes(Reason);
        int length = Math.Min(reason.Length, ReasonBytesMax);
        byte[] bytes = new byte[FixedLength + length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, TimeMs);
        BlockHash.CopyTo(bytes.AsSpan(8));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(40), (ushort)length);
        reason.AsSpan(0, length).CopyTo(bytes.AsSpan(FixedLength));
        return bytes;
    }

    public static BlockStatusRecord Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadInt64LittleEndian(bytes),
        new Hash256(bytes.Slice(8, Hash256.Size)),
        Encoding.UTF8.GetString(bytes.Slice(FixedLength, BinaryPrimitives.ReadUInt16LittleEndian(bytes[40..]))));
}
