using Otedama.Core;

namespace Otedama.Node;

/// <summary>The embedded chain at one moment, for status displays.</summary>
public sealed record NodeSnapshot
{
    public required int Height { get; init; }

    public required Hash256 Tip { get; init; }

    /// <summary>Header time of the tip, seconds since 1970.</summary>
    public required uint TipTime { get; init; }

    /// <summary>Of the tip, relative to Bitcoin's difficulty 1.</summary>
    public required double Difficulty { get; init; }

    public required int MempoolCount { get; init; }

    public required int UnspentOutputs { get; init; }
}
