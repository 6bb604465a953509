namespace Otedama.Core;

/// <summary>Numbers of 128 bits in stored state, little-endian.</summary>
public static class BinaryNumbers
{
    public static void WriteUInt128(this BinaryWriter writer, UInt128 value)
    {
        writer.Write((ulong)(value & ulong.MaxValue));
        writer.Write((ulong)(value >> 64));
    }

    public static UInt128 ReadUInt128(this BinaryReader reader)
    {
        ulong low = reader.ReadUInt64();
        return new UInt128(reader.ReadUInt64(), low);
    }

    /// <summary>In groups of seven bits: 2 to 20 bytes, few for the work of ordinary shares.</summary>
    public static void WriteWork(this BinaryWriter writer, UInt128 value)
    {
        writer.Write7BitEncodedInt64(unchecked((long)(ulong)(value & ulong.MaxValue)));
        writer.Write7BitEncodedInt64(unchecked((long)(ulong)(value >> 64)));
    }

    public static UInt128 ReadWork(this BinaryReader reader)
    {
        ulong low = unchecked((ulong)reader.Read7BitEncodedInt64());
        return new UInt128(unchecked((ulong)reader.Read7BitEncodedInt64()), low);
    }
}
