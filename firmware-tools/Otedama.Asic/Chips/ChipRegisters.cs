using System.Globalization;

namespace Otedama.Asic;

/// <summary>Names of registers, and what values mean.</summary>
public static class ChipRegisters
{
    private static readonly Dictionary<byte, string> s_names = new()
    {
        [0x00] = "chip id",
        [0x04] = "hash rate",
        [0x08] = "PLL 0",
        [0x0c] = "nonce offset",
        [0x10] = "hash counting number",
        [0x14] = "ticket mask",
        [0x18] = "misc control",
        [0x19] = "misc control, more",
        [0x1c] = "I2C bridge",
        [0x20] = "ordered clock enable",
        [0x28] = "UART",
        [0x2c] = "UART relay",
        [0x38] = "second ticket mask",
        [0x3c] = "core mailbox",
        [0x40] = "core reply",
        [0x44] = "external temperature",
        [0x48] = "error flag",
        [0x4c] = "error count",
        [0x50] = "overflow",
        [0x54] = "analog mux",
        [0x58] = "IO strength",
        [0x60] = "PLL 1",
        [0x64] = "PLL 2",
        [0x68] = "PLL 3, or ring oscillator pad",
        [0x70] = "PLL 0 divider",
        [0x80] = "clock order 0",
        [0x84] = "clock order 1",
        [0x88] = "hash counter 0",
        [0x89] = "hash counter 1",
        [0x8a] = "hash counter 2",
        [0x8b] = "hash counter 3",
        [0x8c] = "hash counter, all",
        [0xa4] = "version rolling",
        [0xa8] = "soft reset",
        [0xb0] = "temperature sensor",
        [0xb4] = "temperature",
        [0xb8] = "ADC 0",
        [0xb9] = "ADC 1",
        [0xba] = "ADC 2",
        [0xbb] = "ADC 3",
        [0xbd] = "ADC value",
        [0xc4] = "auto work",
    };

    /// <summary>As the notes call it; null = nobody knows.</summary>
    public static string? NameOf(byte register) => s_names.GetValueOrDefault(register);

    /// <summary>What a value of a register says; family: null = not known, then both readings are given where they
    /// differ.</summary>
    public static string? Meaning(byte register, uint value, ChipFamily? family) => register switch
    {
        0x00 => ChipFamilies.ById(value) is { } chip ? chip.Name : "no chip we know",
        0x08 or 0x0c when register == (family?.Pll.Register ?? 0x08) => Pll(value, family),
        0x10 => value == 0 ? "halts hashing" : $"a sweep of {Text(value / 25.0)} us",
        0x14 => $"difficulty {Text(Math.Pow(2, TicketMask.BitsOf(value)))}",
        0x0c => value >> 31 != 0 ? $"counts from nonce {(value & 0xffff) << 9}" : "off",
        0x18 or 0x1c or 0x28 when family is null => AnyBaud(register, value),
        0x18 or 0x1c or 0x28 when register == family!.SlowRate.Register => Baud(family, register, value),
        0x3c => $"{(value >> 31 != 0 ? "all cores" : $"core {value >> 16 & 0xff}")}, "
            + $"{((value >> 15 & 1) != 0 ? "write" : "read")} core register {value >> 8 & 0x1f:x2} = {value & 0xff:x2}",
        0x54 => (value & 0xff) switch { 2 => "temperature diode", 3 => "default", _ => null },
        0xa4 => value >> 31 != 0 ? $"rolls in the chip, version mask {(value & 0xffff) << ChipFamily.VersionShift:x8}"
            : "does not roll",
        0xb4 => value >> 31 != 0 ? $"{Text(CelsiusOf(value)!.Value)} °C" : "not ready",
        _ => null,
    };

    /// <summary>What a chip's own thermometer (register B4) says; null = not ready.</summary>
    public static double? CelsiusOf(uint value) =>
        value >> 31 != 0 ? ((value & 0xffff) * 0.171342) - 299.5144 : null;

    private static string Pll(uint value, ChipFamily? family)
    {
        ChipFamily[] families = family is not null ? [family] : [ChipFamilies.Bm1370, ChipFamilies.Bm1397];
        string[] readings = [.. families.Select(one => PllSetting.FromRegister(one.Pll, value) is { } pll
            ? $"{Text(pll.Megahertz)} MHz (25 x {pll.Feedback} / {pll.Reference} / {pll.First} / {pll.Second})"
            : "a divider is zero")];
        return readings.Length == 1 ? readings[0] : $"{readings[0]}; on BM1397 {readings[1]}";
    }

    /// <summary>Which register sets the rate depends on the chip.</summary>
    private static string AnyBaud(byte register, uint value) => string.Join("; ",
        ChipFamilies.All.GroupBy(static one => one.SlowRate.Register).Where(group => group.Key == register)
            .Select(group => $"{Baud(group.First(), register, value)} on "
                + $"{string.Join(", ", group.Select(static one => one.Name))}, no rate on other chips"));

    private static string? Baud(ChipFamily family, byte register, uint value) =>
        ChipBaud.DividerOf(family, register, value) is int divider
        ? $"{Text(ChipBaud.Rate(divider))} baud"
        : null;

    private static string Text(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
