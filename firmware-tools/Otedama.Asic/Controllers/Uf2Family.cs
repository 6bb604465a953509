namespace Otedama.Asic;

/// <summary>A kind of chip as UF2 files name it, and what its bootloader takes.</summary>
/// <param name="Name">For people.</param>
/// <param name="Id">In the file.</param>
/// <param name="First">Lowest address.</param>
/// <param name="End">First address behind its flash.</param>
/// <param name="Payload">Bytes of each block, which is also what addresses have to be a multiple of.</param>
public sealed record Uf2Family(string Name, uint Id, uint First, uint End, int Payload)
{
    public static Uf2Family Rp2040 { get; } = new("RP2040", 0xE48B_FF56, 0x1000_0000, 0x1100_0000, 256);

    /// <summary>Its addresses are offsets into the flash chip, of which bootloaders address 16 MiB.</summary>
    public static Uf2Family Esp32S3 { get; } = new("ESP32-S3", 0xC47E_5767, 0, 0x0100_0000, 256);

    public static IReadOnlyList<Uf2Family> All { get; } = [Rp2040, Esp32S3];

    /// <summary>With its name where it is known.</summary>
    public static string Describe(uint id) => All.FirstOrDefault(family => family.Id == id) is { } known
        ? $"{id:X8} ({known.Name})" : $"{id:X8}";
}
