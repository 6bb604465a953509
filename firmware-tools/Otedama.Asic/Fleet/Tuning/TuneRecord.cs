using System.Text.Json.Serialization;

namespace Otedama.Asic;

/// <summary>A setting: MHz and volts of the core.</summary>
public sealed record TunePoint(double ClockMhz, double CoreVolts);

/// <summary>How far a search is.</summary>
/// <param name="Best">The best setting that was measured; before the first measure where it began.</param>
/// <param name="Score">Of the best, larger is better: H/s, or minus joules per hash; null = nothing was
/// measured.</param>
/// <param name="Tried">Settings that are not tried again.</param>
public sealed record TuneProgress(TunePoint Best, double? Score, IReadOnlyList<TunePoint> Tried);

/// <summary>The last tuning of a device, as it is kept.</summary>
public sealed record TuneRecord
{
    /// <summary>FleetReading.Id.</summary>
    public required string Device { get; init; }

    /// <summary>energy or rate.</summary>
    public required string Goal { get; init; }

    /// <summary>Of the last change.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What it does or came to, in a sentence without its time.</summary>
    public required string State { get; init; }

    /// <summary>It came to an end by itself and cannot be gone on with.</summary>
    public bool IsOver { get; init; }

    /// <summary>A person stopped it; it goes on when told to.</summary>
    public bool IsStopped { get; init; }

    /// <summary>Null = nothing was planned yet.</summary>
    public TuneProgress? Progress { get; init; }
}

/// <summary>JSON of tunings.json.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TuneRecord[]))]
internal sealed partial class TuneJson : JsonSerializerContext;
