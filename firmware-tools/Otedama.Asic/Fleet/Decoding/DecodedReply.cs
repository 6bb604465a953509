using System.Text.Json;
using System.Text.Json.Serialization;

namespace Otedama.Asic;

/// <summary>What the bytes of a file mean. What is wrong with them is in it, too; nothing is thrown.</summary>
/// <param name="Kind">
/// axeos-info, axeos-asic, axeos-live, vnish-info, cgminer, cgminer-text, whatsminer-v2,
/// whatsminer-v2-encrypted, whatsminer-v3,
/// antminer-system,
/// antminer-config, udp-antminer, udp-whatsminer, udp-cgminer, mdns, chip-frames, bitaxe-raw, bap, hex, json, unknown.
/// </param>
public sealed record DecodedReply(string Kind)
{
    /// <summary>The normal form, where the bytes are a reply about a device.</summary>
    public FleetReading? Reading { get; init; }

    /// <summary>STATUS of each command of a cgminer reply.</summary>
    public IReadOnlyDictionary<string, CgminerStatus> Statuses { get; init; } = new Dictionary<string, CgminerStatus>();

    /// <summary>What a device said of itself over UDP.</summary>
    public DecodedReport? Report { get; init; }

    /// <summary>How many repairs reading it took, and the first of them.</summary>
    public int Repairs { get; init; }

    public IReadOnlyList<DecodedRepair> Made { get; init; } = [];

    /// <summary>It breaks off.</summary>
    public bool Truncated { get; init; }

    /// <summary>Status of the HTTP head before the reply; null = it has none.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>What is wrong with it; null = nothing.</summary>
    public string? Problem { get; init; }

    /// <summary>What of a good reply is not read, or has to be known about it; null = nothing.</summary>
    public string? Note { get; init; }

    /// <summary>Where, in bytes from the start of the file.</summary>
    public int? Offset { get; init; }

    /// <summary>The reply as it was understood, repaired, secrets taken out; inf and nan are null.</summary>
    public JsonElement? Value { get; init; }

    /// <summary>Of a capture from a chain of chips or a control port, also as hex lines: what each frame says, and what
    /// lies between them.</summary>
    public IReadOnlyList<DecodedFrame> Frames { get; init; } = [];

    /// <summary>The first good line of the Bitaxe accessory port.</summary>
    public DecodedAccessory? Accessory { get; init; }

    /// <summary>All good lines of it, in order.</summary>
    public IReadOnlyList<DecodedAccessory> AccessoryLines { get; init; } = [];
}

/// <param name="Command">REQ, RES, SUB and so on.</param>
public sealed record DecodedAccessory(string Command, string Parameter, IReadOnlyList<string> Values);

/// <param name="Kind">As RepairKind.</param>
public sealed record DecodedRepair(string Kind, int Offset);

/// <param name="Address">Where it says the device is; for a multicast the sender's, unknown in a file.</param>
public sealed record DecodedReport(string Source, string? Address, string? Mac, int? ApiPort, string? Description);

/// <summary>JSON of the fleet: snake_case, enums by name, unknown = null.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, WriteIndented = true)]
[JsonSerializable(typeof(DecodedReply))]
[JsonSerializable(typeof(FleetReading))]
public sealed partial class FleetJson : JsonSerializerContext;
