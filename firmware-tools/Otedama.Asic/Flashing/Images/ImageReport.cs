using System.Text.Json.Serialization;

namespace Otedama.Asic;

/// <summary>What a firmware file replaces.</summary>
[JsonConverter(typeof(FlashEnum<ImagePurpose>))]
public enum ImagePurpose
{
    /// <summary>Nothing that is known.</summary>
    Unknown,

    /// <summary>The program of a controller, in one slot.</summary>
    App,

    /// <summary>The web pages of a controller.</summary>
    Www,

    /// <summary>Everything from the boot loader on, settings included.</summary>
    Factory,

    /// <summary>The package of a vendor, which the device itself takes apart.</summary>
    Bmu,

    /// <summary>The boot loader alone; it is never written by itself.</summary>
    Bootloader,
}

/// <summary>What is known of a firmware file without any device: a tree, a part a node.</summary>
public sealed record ImageReport
{
    /// <summary>IImageKind.Name; "raw" when no kind claims the file.</summary>
    public required string Kind { get; init; }

    public required ImagePurpose Purpose { get; init; }

    /// <summary>Bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Of all bytes of the file, 64 hex digits in lower case.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The controller it runs on: ESP32-S3, RP2040; null = the file does not say.</summary>
    public string? Controller { get; init; }

    /// <summary>As the file says: esp-miner. It cannot tell two firmwares of the same name apart.</summary>
    public string? Project { get; init; }

    /// <summary>As the file says: v2.14.2.</summary>
    public string? Version { get; init; }

    /// <summary>Hardware the file says it is for, any of these; empty = it does not say.</summary>
    public IReadOnlyList<ImageTarget> Targets { get; init; } = [];

    /// <summary>What it calls itself, for the contradictions; empty = nothing that names hardware.</summary>
    public IReadOnlyList<ImageMark> Marks { get; init; } = [];

    /// <summary>Bytes that the form of the file has no checksum for, in sentences: whether these are as they were
    /// published only its hash says. Empty = every byte is covered.</summary>
    public IReadOnlyList<string> NotCovered { get; init; } = [];

    /// <summary>Every check in the order it was made. A check that could not be made because one before it failed is
    /// absent.</summary>
    public required IReadOnlyList<ImageFinding> Findings { get; init; }

    /// <summary>Further facts, in the file's order.</summary>
    public IReadOnlyList<ImageFact> Facts { get; init; } = [];

    /// <summary>What the file is made of, in its order; at most ImageInspector.PartsMax.</summary>
    public IReadOnlyList<ImagePart> Parts { get; init; } = [];

    /// <summary>Every check passed, in every part.</summary>
    public bool Sound => Findings.All(static finding => finding.Passed)
        && Parts.All(static part => part.Report?.Sound ?? true);

    /// <summary>What is wrong, outermost first.</summary>
    public IEnumerable<string> Problems() =>
        Findings.Where(static finding => !finding.Passed).Select(static finding => finding.Says)
        .Concat(Parts.SelectMany(static part => part.Report?.Problems().Select(text => $"{part.Name}: {text}") ?? []));
}

/// <summary>One check of a file.</summary>
/// <param name="Check">Short name: size, magic, chip, segments, xor, sha256, descriptor, strings, table,
/// suffix.</param>
/// <param name="Says">A sentence. Failed: where (offset), what was found, what is allowed. Passed: what was found to be
/// right.</param>
public sealed record ImageFinding(string Check, bool Passed, string Says);

/// <param name="Name">snake_case.</param>
public sealed record ImageFact(string Name, string Value);

/// <summary>A stretch of the file and where it goes.</summary>
/// <param name="Name">Such as bootloader, app, nvs, b.bin.</param>
/// <param name="Offset">In the file, bytes.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Address">Where it is written: bytes from the start of the flash, or the memory address; null = the
/// device decides.</param>
/// <param name="Report">What it is by itself; null = bytes without a form.</param>
public sealed record ImagePart(string Name, long Offset, long Length, long? Address, ImageReport? Report);

/// <summary>Hardware a file says it is for; null = any. All that are given must fit.</summary>
/// <param name="Model">S21.</param>
/// <param name="Board">A control board or board number: X22, 601.</param>
/// <param name="UsbId">1209:0001 in lower case.</param>
public sealed record ImageTarget(string? Model, string? Board = null, string? UsbId = null);
