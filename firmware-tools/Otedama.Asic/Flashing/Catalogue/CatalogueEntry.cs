namespace Otedama.Asic;

/// <summary>One image that the catalogue's signer stands for.</summary>
public sealed record CatalogueEntry
{
    /// <summary>Bitaxe, NerdQAxe, Antminer.</summary>
    public required string Family { get; init; }

    /// <summary>As devices name their boards: 601; the device's must be among them.</summary>
    public required IReadOnlyList<string> Boards { get; init; }

    /// <summary>Mining chips: BM1370; the device's must be among them. Empty only where a device has none.</summary>
    public required IReadOnlyList<string> Chips { get; init; }

    public required string Version { get; init; }

    /// <summary>The oldest version it may be written over; null = any.</summary>
    public string? MinFrom { get; init; }

    /// <summary>64 hex digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Bytes.</summary>
    public required long Size { get; init; }

    public required ImagePurpose Kind { get; init; }

    /// <summary>It may be written over a newer one, with --allow-downgrade.</summary>
    public bool AllowDowngrade { get; init; }

    /// <summary>It may replace boot loader and partition table, by serial.</summary>
    public bool WritesBootloader { get; init; }

    public string? Notes { get; init; }
}
