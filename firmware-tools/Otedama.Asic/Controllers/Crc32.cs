namespace Otedama.Asic;

/// <summary>
/// CRC-32 as zlib and Ethernet have it: reflected, polynomial EDB88320, start FFFFFFFF. DFU files keep it without the
/// final inversion, BMU containers and ESP's otadata with it.
/// </summary>
public static class Crc32
{
    /// <summary>State before the first byte.</summary>
    public const uint Start = 0xFFFF_FFFF;

    private static readonly uint[] s_table = Table();

    /// <summary>The state after these bytes too.</summary>
    public static uint Update(uint state, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            state = s_table[(state ^ value) & 0xFF] ^ (state >> 8);
        }
        return state;
    }

    /// <summary>With the final inversion: what zlib's crc32 returns.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Update(Start, bytes);

    private static uint[] Table()
    {
        uint[] table = new uint[256];
        for (uint index = 0; index < 256; index++)
        {
            uint value = index;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? (value >> 1) ^ 0xEDB8_8320 : value >> 1;
            }
            table[index] = value;
        }
        return table;
    }
}
