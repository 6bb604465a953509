using System.Text.Json.Serialization;

namespace Otedama.Asic;

/// <summary>How a device is reached for writing.</summary>
[JsonConverter(typeof(FlashEnum<FlashTransport>))]
public enum FlashTransport
{
    Unknown,

    /// <summary>The loader of the controller on a serial port.</summary>
    Serial,

    /// <summary>A loader on USB.</summary>
    Usb,

    /// <summary>A drive that the loader shows.</summary>
    Storage,

    /// <summary>The device's own firmware over the network.</summary>
    Network,
}

/// <summary>
/// What is known of a device before it is written, in one form for every way to it. Null = it does not say, which is
/// not 0. No secret is in it.
/// </summary>
public sealed record FlashDevice
{
    /// <summary>Stays the same whatever the address: its MAC in lower case with colons where it has one.</summary>
    public required string Id { get; init; }

    /// <summary>/dev/ttyACM0, 192.0.2.7:80.</summary>
    public required string Address { get; init; }

    public required FlashTransport Transport { get; init; }

    /// <summary>Bitaxe, NerdQAxe, Antminer, Whatsminer.</summary>
    public string? Family { get; init; }

    public string? Model { get; init; }

    /// <summary>As the device names its board: 601. "000" is a board that does not know itself.</summary>
    public string? Board { get; init; }

    /// <summary>The mining chip: BM1370.</summary>
    public string? Chip { get; init; }

    /// <summary>The controller: ESP32-S3.</summary>
    public string? Controller { get; init; }

    public string? Version { get; init; }

    /// <summary>The slot that runs, or that will be started: ota_0.</summary>
    public string? Slot { get; init; }

    /// <summary>Lower case with colons.</summary>
    public string? Mac { get; init; }

    /// <summary>1209:0001 in lower case; of a loader on USB.</summary>
    public string? UsbId { get; init; }

    /// <summary>Bytes of flash of the controller.</summary>
    public long? FlashSize { get; init; }

    public IReadOnlyList<FlashSlot> Slots { get; init; } = [];

    /// <summary>Fuses that forbid what is not signed by the vendor, or the loader itself.</summary>
    public bool? SecureBoot { get; init; }

    public bool? SecureDownload { get; init; }

    public FlashHealth Health { get; init; } = new();

    /// <summary>Fingerprints of what must be the same afterwards, by name: table, bootloader, nvs. MD5 as the loader
    /// gives it.</summary>
    public IReadOnlyDictionary<string, string> Fingerprints { get; init; } = new Dictionary<string, string>();
}

/// <summary>A place a firmware can be in.</summary>
/// <param name="Name">factory, ota_0, ota_1, www.</param>
/// <param name="Offset">Bytes from the start of the flash; 0 where the device does not say.</param>
/// <param name="Size">Bytes; null = unknown.</param>
public sealed record FlashSlot(string Name, long Offset, long? Size, bool Running, string? Version);

/// <summary>How a device feels: rule 6 asks before, rule 10 after.</summary>
public sealed record FlashHealth
{
    /// <summary>The hottest chip, degrees Celsius.</summary>
    public double? TemperatureC { get; init; }

    public bool? Overheat { get; init; }

    /// <summary>dBm; null = by wire, or it does not say.</summary>
    public int? WifiSignal { get; init; }

    public bool? Wired { get; init; }

    public double? UptimeSeconds { get; init; }

    /// <summary>Bytes.</summary>
    public long? FreeHeap { get; init; }

    public bool? Paused { get; init; }

    /// <summary>Watts.</summary>
    public double? Watts { get; init; }

    /// <summary>H/s over the last ten minutes or so.</summary>
    public double? Rate { get; init; }

    public ulong? Accepted { get; init; }

    public ulong? Rejected { get; init; }

    /// <summary>User of the first pool: whom the work pays.</summary>
    public string? PoolUser { get; init; }
}
