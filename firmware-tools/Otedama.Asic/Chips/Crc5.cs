namespace Otedama.Asic;

/// <summary>
/// The CRC of commands and replies: x^5 + x^2 + 1, begun with 1F, not reflected. In a command it is a whole byte; in a
/// reply it also covers the three type bits before it, so that over all bytes behind the preamble it gives 0.
/// </summary>
public static class Crc5
{
    private const int Initial = 0x1f << 3;       // kept in the upper five bits
    private const int Polynomial = 0x05 << 3;

    private static readonly byte[] s_table =
        [.. Enumerable.Range(0, 256).Select(static value => (byte)Shift(value, 8))];

    /// <summary>Over these bytes; 0 to 1F.</summary>
    public static byte Compute(ReadOnlySpan<byte> bytes) => (byte)(Run(bytes) >> 3);

    /// <summary>The last byte of a reply with that body: type, then the CRC over body and type.</summary>
    public static byte Seal(ReadOnlySpan<byte> body, int type) =>
        (byte)((type << 5) | (Shift(Run(body) ^ (type << 5), 3) >> 3));

    private static int Run(ReadOnlySpan<byte> bytes)
    {
        int crc = Initial;
        foreach (byte value in bytes)
        {
            crc = s_table[crc ^ value];
        }
        return crc;
    }

    private static int Shift(int crc, int bits)
    {
        for (int i = 0; i < bits; i++)
        {
            crc = (crc & 0x80) != 0 ? ((crc << 1) ^ Polynomial) & 0xff : (crc << 1) & 0xff;
        }
        return crc;
    }
}
