namespace Otedama.Asic;

/// <summary>The CRC of jobs: 1021, begun with FFFF, not reflected (CRC-16/CCITT-FALSE); sent most significant byte
/// first.</summary>
public static class Crc16
{
    private static readonly ushort[] s_table = [.. Enumerable.Range(0, 256).Select(static value => Shift(value << 8))];

    public static ushort Compute(ReadOnlySpan<byte> bytes)
    {
        int crc = 0xffff;
        foreach (byte value in bytes)
        {
            crc = ((crc << 8) & 0xffff) ^ s_table[(crc >> 8) ^ value];
        }
        return (ushort)crc;
    }

    private static ushort Shift(int crc)
    {
        for (int i = 0; i < 8; i++)
        {
            crc = (crc & 0x8000) != 0 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
        }
        return (ushort)crc;
    }
}
