namespace Otedama.Asic;

/// <summary>A chip the UART loader in ROM names by number (AN2606), and how its flash is divided.</summary>
/// <param name="Id">As command 02 gives it.</param>
/// <param name="Name">The family, for people.</param>
/// <param name="Runs">Pages in the order in which erasing counts them, up to the largest flash of the family.</param>
public sealed record Stm32Chip(ushort Id, string Name, IReadOnlyList<MemoryRun> Runs)
{
    public const uint Flash = 0x0800_0000;

    public static IReadOnlyList<Stm32Chip> All { get; } =
    [
        Even(0x410, "STM32F10x medium density", 128, 1024),
        Even(0x412, "STM32F10x low density", 32, 1024),
        Even(0x414, "STM32F10x high density", 256, 2048),
        Even(0x418, "STM32F105/107", 128, 2048),
        Even(0x440, "STM32F05x/F030x8", 64, 1024),
        Even(0x444, "STM32F03x", 32, 1024),
        Even(0x442, "STM32F09x/F030xC", 128, 2048),
        Even(0x448, "STM32F07x", 64, 2048),
        Even(0x460, "STM32G07x/G08x", 64, 2048),
        Even(0x466, "STM32G03x/G04x", 32, 2048),
        Sectors(0x413, "STM32F405/407", 7),
        Sectors(0x423, "STM32F401xB/C", 1),
        Sectors(0x433, "STM32F401xD/E", 3),
        Sectors(0x431, "STM32F411", 3),
    ];

    public MemoryMap Map => new(Name, Runs);

    /// <summary>Null = unknown: its pages are not known, so nothing is erased.</summary>
    public static Stm32Chip? Find(ushort id) => All.FirstOrDefault(chip => chip.Id == id);

    /// <summary>Number of the page that starts at that address.</summary>
    public ushort PageAt(uint address)
    {
        int before = 0;
        foreach (MemoryRun run in Runs)
        {
            if (address >= run.Start && address < run.End)
            {
                return checked((ushort)(before + ((address - run.Start) / run.Size)));
            }
            before += run.Count;
        }
        throw new ArgumentOutOfRangeException(nameof(address));
    }

    private static Stm32Chip Even(ushort id, string name, int pages, uint size) =>
        new(id, name, [new(Flash, pages, size, SectorRights.Read | SectorRights.Erase | SectorRights.Write)]);

    /// <summary>Four sectors of 16 KiB, one of 64, the rest of 128.</summary>
    private static Stm32Chip Sectors(ushort id, string name, int large)
    {
        const SectorRights All = SectorRights.Read | SectorRights.Erase | SectorRights.Write;
        return new(id, name,
            [new(Flash, 4, 16 << 10, All), new(Flash + (64 << 10), 1, 64 << 10, All),
            new(Flash + (128 << 10), large, 128 << 10, All)]);
    }
}
