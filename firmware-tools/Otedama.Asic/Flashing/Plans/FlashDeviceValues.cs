using System.Text.RegularExpressions;

namespace Otedama.Asic;

/// <summary>Values of a device file that decide what may be written: one that no device has is a slip of the pen, and
/// is refused with those that are allowed. Pure.</summary>
internal static partial class FlashDeviceValues
{
    private const long FlashMin = 1 << 20, FlashMax = 32 << 20;

    /// <summary>A control board with Linux has some GiB at most.</summary>
    private const long StorageMax = 64L << 30;

    /// <summary>Chips on boards that are only watched and written, beside those that are driven.</summary>
    private static readonly string[] s_others =
        ["BM1360", "BM1364", "BM1372", "BM1385", "BM1387", "BM1391", "BM1393", "BM1396", "BM1398"];

    /// <summary>As images are compared with.</summary>
    private static readonly string[] s_controllers =
    [
        FlashDeviceFile.Linux, .. new[] { 0, 2, 5, EspImage.ChipS3, 12, 13, 16, 18 }.Select(EspImage.ChipName),
        Uf2Family.Rp2040.Name, "STM32",
    ];

    /// <summary>Chips of vendors who name a generation and not a part: K4, KF1968, A3201.</summary>
    [GeneratedRegex(@"^(K\d{1,4}|KF\d{4}|A3\d{3})[A-Z]{0,2}$", RegexOptions.IgnoreCase)]
    private static partial Regex VendorChip { get; }

    [GeneratedRegex(@"^(factory|ota_(\d|1[0-5])|test)$", RegexOptions.IgnoreCase)]
    private static partial Regex EspSlot { get; }

    [GeneratedRegex("^([0-9a-f]{2}:){5}[0-9a-f]{2}$|^([0-9a-f]{2}-){5}[0-9a-f]{2}$|^[0-9a-f]{12}$",
        RegexOptions.IgnoreCase)]
    private static partial Regex Address { get; }

    /// <summary>Throws FlashException that names member, value and what is allowed.</summary>
    public static FlashDevice Checked(FlashDevice device, string file)
    {
        bool isEsp = device.Controller == EspImage.ChipName(EspImage.ChipS3);
        if (device.Chip is { } chip && !IsChip(chip))
        {
            throw Wrong(file, "chip", chip,
                $"{string.Join(", ", ChipFamilies.All.Select(static one => one.Name).Concat(s_others).Order())}, K, KF "
                + "and A3 chips of other vendors");
        }
        if (device.Controller is { } controller
            && !s_controllers.Contains(controller, StringComparer.OrdinalIgnoreCase))
        {
            throw Wrong(file, "controller", controller, string.Join(", ", s_controllers));
        }
        if (device.Slot is { } slot && isEsp && !EspSlot.IsMatch(slot))
        {
            throw Wrong(file, "slot", slot, "factory, and ota_0 to ota_15");
        }
        if (device.Mac is { } mac && !Address.IsMatch(mac))
        {
            throw Wrong(file, "mac", mac, "six bytes in hexadecimal, such as 24:ec:4a:01:02:f3");
        }
        if (device.FlashSize is { } size && !(isEsp ? size is >= FlashMin and <= FlashMax && long.IsPow2(size)
            : size is > 0 and <= StorageMax))
        {
            throw Wrong(file, "flash_size", $"{size}", isEsp
                ? $"bytes: a power of two from {FlashMin} (1 MiB) to {FlashMax} (32 MiB), such as 16777216"
                : $"bytes: 1 to {StorageMax}");
        }
        return device.Mac is not { } told ? device : device with { Mac = Canonical(told) };
    }

    /// <summary>Lower case with colons, of what Address takes; anything else as it is.</summary>
    public static string? Canonical(string? mac) => mac is null || !Address.IsMatch(mac) ? mac?.ToLowerInvariant()
        : string.Join(':', string.Concat(mac.Where(char.IsAsciiHexDigit)).ToLowerInvariant().Chunk(2)
            .Select(static pair => new string(pair)));

    private static bool IsChip(string chip) => VendorChip.IsMatch(chip)
        || ChipFamilies.All.Any(one => one.Name.Equals(chip, StringComparison.OrdinalIgnoreCase))
        || s_others.Contains(chip, StringComparer.OrdinalIgnoreCase);

    private static FlashException Wrong(string file, string name, string value, string allowed) =>
        new($"The device file {file}: {name} is \"{PortText.Clean(value)}\"; allowed: {allowed}. Mend it, or leave it "
            + "out: what is absent is unknown.");
}
