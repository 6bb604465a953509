namespace Otedama.Asic;

/// <summary>What is on the flash of an ESP32-S3, as far as its start is concerned.</summary>
internal sealed record EspLayout
{
    /// <summary>Null = it has none that is whole.</summary>
    public PartitionTable? Table { get; init; }

    public OtaData? OtaData { get; init; }

    /// <summary>The two sectors of otadata up to their 64th byte, FFh behind: 4096 bytes each.</summary>
    public byte[] FirstSector { get; init; } = [];

    public byte[] SecondSector { get; init; } = [];

    /// <summary>What stands in each slot for an application; null = nothing that says so.</summary>
    public IReadOnlyDictionary<string, EspDescriptor?> Apps { get; init; } = new Dictionary<string, EspDescriptor?>();

    /// <summary>
    /// The slot the boot loader takes: the selected one if an image stands there, else the ones before it down to
    /// factory, then those behind, as the loader of ESP-IDF looks.
    /// </summary>
    public Partition? Starts
    {
        get
        {
            if (Table is not { } table)
            {
                return null;
            }
            IReadOnlyList<Partition> slots = table.OtaSlots;
            int selected = OtaData?.SlotOf(slots.Count) ?? (table.Factory is null ? 0 : -1);
            IEnumerable<Partition?> order = Enumerable.Range(0, selected + 2).Select(i => At(selected - i))
                .Concat(Enumerable.Range(selected + 1, Math.Max(slots.Count - selected - 1, 0)).Select(At));
            return order.OfType<Partition>().FirstOrDefault(one => Apps.GetValueOrDefault(one.Name) is not null);

            Partition? At(int index) => index < 0 ? table.Factory : index < slots.Count ? slots[index] : null;
        }
    }
}
