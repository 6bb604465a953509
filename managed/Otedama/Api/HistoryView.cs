namespace Otedama;

/// <summary>Samples in columns, oldest first; one row every StepS seconds.</summary>
internal sealed record HistoryView
{
    public int Schema { get; init; } = 2;

    public required int StepS { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required IReadOnlyList<long> Time { get; init; }

    public required IReadOnlyList<SeriesView> Rigs { get; init; }

    public required IReadOnlyList<SeriesView> Pools { get; init; }
}

/// <summary>The columns of one rig or pool, each as long as the times are.</summary>
internal sealed record SeriesView
{
    public required string Name { get; init; }

    public required IReadOnlyList<double> HashrateHs { get; init; }

    public required IReadOnlyList<long> Accepted { get; init; }

    public required IReadOnlyList<long> Rejected { get; init; }

    /// <summary>Of a pool; 0 for a rig.</summary>
    public required IReadOnlyList<long> Blocks { get; init; }

    /// <summary>Workers of a rig, or connected to a pool.</summary>
    public required IReadOnlyList<int> Workers { get; init; }
}
