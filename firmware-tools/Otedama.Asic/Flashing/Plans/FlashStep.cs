using System.Text.Json.Serialization;

namespace Otedama.Asic;

[JsonConverter(typeof(FlashEnum<FlashStepKind>))]
public enum FlashStepKind
{
    /// <summary>Keeps what is there in the plan's folder.</summary>
    Backup,

    /// <summary>Stops mining and waits until the power falls.</summary>
    Pause,

    /// <summary>Writes a part to where nothing runs from.</summary>
    Write,

    /// <summary>Asks the device what is there now.</summary>
    Verify,

    /// <summary>Chooses what starts next; small, last, and harmless when cut.</summary>
    Select,

    /// <summary>Starts it anew.</summary>
    Reset,

    /// <summary>Waits for it to come back and compares version, slot, board, MAC and pool user.</summary>
    Compare,

    /// <summary>Waits for the hash rate, temperatures and refusals of rule 10.</summary>
    Gate,

    /// <summary>Writes back what the backup holds.</summary>
    Restore,
}

/// <summary>One step of a plan. Steps are carried out in order; a step done twice does no harm.</summary>
public sealed record FlashStep
{
    /// <summary>0, 1, ... in the plan; the way back goes on counting.</summary>
    public required int Index { get; init; }

    public required FlashStepKind Kind { get; init; }

    /// <summary>What it is done to: app, www, nvs, table, otadata, bootloader, settings.</summary>
    public required string Part { get; init; }

    /// <summary>A sentence for the operator who confirms it.</summary>
    public required string Says { get; init; }

    /// <summary>Where: bytes from the start of the flash, or the address in memory.</summary>
    public long? Address { get; init; }

    /// <summary>Bytes.</summary>
    public long? Length { get; init; }

    /// <summary>From where in the image file; null = the bytes are not of the image.</summary>
    public long? ImageOffset { get; init; }

    /// <summary>The bytes themselves, base64, where they are few and not of the image, as a selection is.</summary>
    public string? Bytes { get; init; }

    /// <summary>What the device must answer for the range afterwards: MD5, 32 hex digits in lower case.</summary>
    public string? Md5 { get; init; }

    /// <summary>Name in the plan's folder, of Backup and Restore.</summary>
    public string? File { get; init; }

    /// <summary>The slot, of Write, Select and Compare.</summary>
    public string? Slot { get; init; }

    /// <summary>From this step's beginning on, a cut may leave the new firmware selected.</summary>
    public bool Commits { get; init; }
}

[JsonConverter(typeof(FlashEnum<FlashStepOutcome>))]
public enum FlashStepOutcome
{
    Done,
    Failed,

    /// <summary>It may or may not have happened, as when the last reply is lost; the next look at the device
    /// decides.</summary>
    Unknown,
}

/// <param name="Says">A sentence, without secrets: it goes into the ledger.</param>
public sealed record FlashStepResult(FlashStepOutcome Outcome, string Says)
{
    public static FlashStepResult Done(string says) => new(FlashStepOutcome.Done, says);

    public static FlashStepResult Failed(string says) => new(FlashStepOutcome.Failed, says);
}
