namespace Otedama.Asic;

/// <summary>
/// A bus of small parts on a board; their registers are read and written by I2cRegisters. One thread at a time. Throws
/// BoardException when a part does not acknowledge, LinkException when the way to the bus fails.
/// </summary>
public interface II2c
{
    /// <param name="address">7 bits.</param>
    void Write(byte address, ReadOnlySpan<byte> bytes);

    /// <summary>Writes, and reads as much as there is room for after a repeated start.</summary>
    void WriteRead(byte address, ReadOnlySpan<byte> bytes, Span<byte> into);
}

/// <summary>What nearly every part has: registers of one byte's address.</summary>
public static class I2cRegisters
{
    public static byte ReadByte(this II2c bus, byte address, byte register)
    {
        Span<byte> into = stackalloc byte[1];
        bus.WriteRead(address, [register], into);
        return into[0];
    }

    /// <summary>Most significant byte first.</summary>
    public static ushort ReadWord(this II2c bus, byte address, byte register)
    {
        Span<byte> into = stackalloc byte[2];
        bus.WriteRead(address, [register], into);
        return (ushort)((into[0] << 8) | into[1]);
    }

    /// <summary>Least significant byte first, as SMBus has words.</summary>
    public static ushort ReadSmWord(this II2c bus, byte address, byte register)
    {
        Span<byte> into = stackalloc byte[2];
        bus.WriteRead(address, [register], into);
        return (ushort)((into[1] << 8) | into[0]);
    }

    public static void WriteByte(this II2c bus, byte address, byte register, byte value) =>
        bus.Write(address, [register, value]);

    /// <summary>Least significant byte first, as SMBus has words.</summary>
    public static void WriteSmWord(this II2c bus, byte address, byte register, ushort value) =>
        bus.Write(address, [register, unchecked((byte)value), (byte)(value >> 8)]);
}
