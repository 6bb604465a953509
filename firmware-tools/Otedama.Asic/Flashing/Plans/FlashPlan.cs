using System.Text.Json;

namespace Otedama.Asic;

/// <summary>
/// Everything that will be done to one device, written down before anything is: what is shown, confirmed, carried out
/// and taken up again after a break. Its id is the hash of its text, so a plan that was changed is another plan.
/// </summary>
public sealed record FlashPlan
{
    public const int SchemaNow = 1;

    /// <summary>Bytes of a plan file that is read: a plan of the longest image has a tenth of it.</summary>
    public const int FileMax = 1 << 20;

    public required int Schema { get; init; }

    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>IFlashTarget.Name.</summary>
    public required string Target { get; init; }

    public required FlashDevice Device { get; init; }

    public required FlashFirmware From { get; init; }

    public required FlashFirmware To { get; init; }

    public required FlashImage Image { get; init; }

    /// <summary>Fifteen, one a rule, in their order.</summary>
    public required IReadOnlyList<FlashCheck> Checks { get; init; }

    public required IReadOnlyList<FlashStep> Steps { get; init; }

    /// <summary>The way back, for when a step after the first that commits fails.</summary>
    public required IReadOnlyList<FlashStep> WayBack { get; init; }

    /// <summary>No check failed and none is open.</summary>
    public bool MayBeWritten => Checks.Count > 0
        && Checks.All(static check => check.Outcome is not (FlashCheckOutcome.Failed or FlashCheckOutcome.Unknown));

    /// <summary>The text that is kept and hashed: JSON, UTF-8.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, FlashJson.Default.FlashPlan);

    /// <summary>First 16 hex digits of the SHA-256 of the text.</summary>
    public static string IdOf(ReadOnlySpan<byte> json) => ImageInspector.HashOf(json)[..16];

    /// <summary>Throws FlashException with what is wrong with the text.</summary>
    public static FlashPlan Parse(ReadOnlySpan<byte> json, string name)
    {
        FlashPlan? plan;
        try
        {
            plan = JsonSerializer.Deserialize(json, FlashJson.Default.FlashPlan);
        }
        catch (JsonException e)
        {
            throw new FlashException($"The plan {name} is no plan: {e.Message.TrimEnd('.')}. Make a new one.", e);
        }
        return plan is { Schema: SchemaNow }
            ? plan
            : throw new FlashException(
            $"The plan {name} has schema {plan?.Schema.ToString() ?? "none"}; this version reads {SchemaNow}. Make a "
            + "new one.");
    }
}

/// <param name="Version">Null = it does not say.</param>
/// <param name="Slot">Where it is or will be.</param>
/// <param name="Sha256">Of the image; null = unknown, as for what runs.</param>
public sealed record FlashFirmware(string? Version, string? Slot, string? Sha256);

/// <param name="Path">As the operator named it.</param>
/// <param name="Trusted">catalogue, or the hash that was typed in full; null = neither.</param>
public sealed record FlashImage(
    string Path, string Kind, ImagePurpose Purpose, long Size, string Sha256, string? Trusted);
