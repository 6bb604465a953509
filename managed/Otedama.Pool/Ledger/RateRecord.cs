using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// What work earns under PPS from here on: Reward for NetworkWork, whatever blocks are found. In the log so that a replay
/// credits every share the same.
/// </summary>
/// <param name="TimeMs">Milliseconds since 1970.</param>
/// <param name="Reward">Of one block, less the fee; zero while another scheme holds.</param>
/// <param name="NetworkWork">Expected hashes for one block, at least 1.</param>
public sealed record RateRecord(long TimeMs, Amount Reward, UInt128 NetworkWork)
{
    public const byte Version = 1;

    public const int Length = 32;

    /// <summary>
    /// <code>
    /// 0  i64 time   8  i64 reward   16  u128 network work
    /// </code>
    /// </summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, TimeMs);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), Reward.Units);
        BinaryPrimitives.WriteUInt128LittleEndian(bytes.AsSpan(16), NetworkWork);
        return bytes;
    }

    public static RateRecord Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadInt64LittleEndian(bytes),
        new Amount(BinaryPrimitives.ReadInt64LittleEndian(bytes[8..])),
        UInt128.Max(UInt128.One, BinaryPrimitives.ReadUInt128LittleEndian(bytes[16..])));
}
