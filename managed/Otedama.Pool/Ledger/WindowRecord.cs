using System.Buffers.Binary;

namespace Otedama.Pool;

/// <summary>How far back the next splits look. In the log because it decides how work is sliced and what is remembered.</summary>
/// <param name="TimeMs">Milliseconds since 1970.</param>
/// <param name="Work">The window in expected hashes.</param>
public sealed record WindowRecord(long TimeMs, UInt128 Work)
{
    public const int Length = 24;
    public const byte Version = 1;

    /// <summary>
    /// <code>
    /// 0  i64 time   8  u128 work
    /// </code>
    /// </summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, TimeMs);
        BinaryPrimitives.WriteUInt128LittleEndian(bytes.AsSpan(8), Work);
        return bytes;
    }

    public static WindowRecord Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadInt64LittleEndian(bytes),
        BinaryPrimitives.ReadUInt128LittleEndian(bytes[8..]));
}
