namespace Otedama.Asic;

/// <summary>All that the rules are applied to.</summary>
public sealed record FlashFacts
{
    public required FlashDevice Device { get; init; }

    public required ImageReport Image { get; init; }

    /// <summary>As the operator named the file; the name of a factory image must have the board in it.</summary>
    public required string ImagePath { get; init; }

    /// <summary>The catalogue's entry of this hash; null = it has none, or there is no catalogue.</summary>
    public CatalogueEntry? Entry { get; init; }

    public FlashOptions Options { get; init; } = new();

    /// <summary>Null where only image and device are judged, and no way to the device is open.</summary>
    public FlashProgram? Program { get; init; }

    /// <summary>Where plan, backup and ledger will be; null = nothing will be written.</summary>
    public string? Folder { get; init; }

    /// <summary>Devices this image goes to in the same order of the operator.</summary>
    public int Devices { get; init; } = 1;

    /// <summary>What the file replaces: its own form, or what catalogue or operator say of web pages.</summary>
    public ImagePurpose Purpose => Image.Kind != "raw" ? Image.Purpose
        : Entry?.Kind is ImagePurpose.Www || Options.Www ? ImagePurpose.Www
        : ImagePurpose.Unknown;

    /// <summary>Every byte is what somebody published: by the checks of the image's own form or, for web pages, by the
    /// catalogue's hash.</summary>
    public bool IsWhole => Image.Sound || (Image is { Kind: "raw", Size: > 0 } && Entry?.Kind is ImagePurpose.Www);

    /// <summary>The version the device will have.</summary>
    public string? Version => Entry?.Version ?? Image.Version;

    public string? Board => FlashRules.IsNoBoard(Device.Board) ? Options.Board : Device.Board;

    public bool TrustsHash => Options.TrustHash?.Equals(Image.Sha256, StringComparison.OrdinalIgnoreCase) ?? false;
}
