namespace Otedama.Asic;

/// <summary>
/// A bus of small parts on a board, most with registers of one byte's address. One thread at a time. Throws
/// BoardException when a part does not acknowledge, LinkException when the way to the bus fails.
/// </summary>
public interface II2c
{
    /// <param name="address">7 bits.</param>
    void Write(byte address, ReadOnlySpan<byte> bytes);

    /// <summary>Writes, and reads as much as there is room for after a repeated start.</summary>
    void WriteRead(byte address, ReadOnlySpan<byte> bytes, Span<byte> into);

    byte ReadByte(byte address, byte register)
    {
        Span<byte> into = stackalloc byte[1];
        WriteRead(address, [register], into);
        return into[0];
    }

    /// <summary>Most significant byte first.</summary>
    ushort ReadWord(byte address, byte register)
    {
        Span<byte> into = stackalloc byte[2];
        WriteRead(address, [register], into);
        return (ushort)((into[0] << 8) | into[1]);
    }

    /// <summary>Least significant byte first, as SMBus has words.</summary>
    ushort ReadSmWord(byte address, byte register)
    {
        Span<byte> into = stackalloc byte[2];
        WriteRead(address, [register], into);
        return (ushort)((into[1] << 8) | into[0]);
    }

    void WriteByte(byte address, byte register, byte value) =>
        Write(address, [register, value]);

    /// <summary>Least significant byte first, as SMBus has words.</summary>
    void WriteSmWord(byte address, byte register, ushort value) =>
        Write(address, [register, unchecked((byte)value), (byte)(value >> 8)]);
}
