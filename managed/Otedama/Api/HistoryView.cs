namespace Otedama;

/// <summary>Samples in columns, oldest first; one row every StepS seconds.</summary>
internal sealed record HistoryView
{
    public int Schema { get; init; } = 1;

    public required int StepS { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required IReadOnlyList<long> Time { get; init; }

    public required IReadOnlyList<double> RigHashrateHs { get; init; }

    public required IReadOnlyList<double> PoolHashrateHs { get; init; }

    public required IReadOnlyList<long> Accepted { get; init; }

    public required IReadOnlyList<long> Rejected { get; init; }

    public required IReadOnlyList<long> Blocks { get; init; }

    public required IReadOnlyList<int> Workers { get; init; }
}
