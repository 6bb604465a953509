namespace Otedama.Asic;

/// <summary>What the operator asked for beyond "this image on that device".</summary>
public sealed record FlashOptions
{
    /// <summary>Everything from the boot loader on, settings included; only by serial.</summary>
    public bool Factory { get; init; }

    /// <summary>The file is web pages, which have no form of their own to be recognised by.</summary>
    public bool Www { get; init; }

    /// <summary>The board as the operator reads it off; only where the device itself does not say.</summary>
    public string? Board { get; init; }

    public bool AllowDowngrade { get; init; }

    /// <summary>Writes the version that is there already.</summary>
    public bool Force { get; init; }

    /// <summary>SHA-256 of the image typed in full, 64 hex digits; null = only what the catalogue has.</summary>
    public string? TrustHash { get; init; }
}
