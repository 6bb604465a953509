namespace Otedama.Asic;

/// <summary>Rates of the chips' UART: 25 MHz / (8 x (divider + 1)).</summary>
public static class ChipBaud
{
    /// <summary>What hosts use towards chips out of reset, which run at 115,740.</summary>
    public const int Slow = 115_200;

    /// <summary>Bits a second.</summary>
    public static double Rate(int divider) => PllRange.Crystal * 1e6 / (8 * (divider + 1));

    /// <summary>The divider that a register sets, or null when it is not the one that does.</summary>
    public static int? DividerOf(ChipFamily family, byte register, uint value) =>
        register != family.SlowRate.Register ? null : register switch
        {
            0x18 => (int)(((value >> 24 & 0x0f) << 5) | (value >> 8 & 0x1f)),
            0x1c => (int)(value >> 8 & 0x1f),
            _ => (int)(value >> 8 & 0xff),
        };
}
