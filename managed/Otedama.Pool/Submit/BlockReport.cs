using Otedama.Core;

namespace Otedama.Pool;

/// <summary>A block of ours, from the moment its header was solved.</summary>
public sealed record BlockReport
{
    public required Hash256 Id { get; init; }

    public required int Height { get; init; }

    /// <summary>What its coinbase pays; zero for a block brought back from disk without its booking.</summary>
    public required Amount Reward { get; init; }

    public required uint JobId { get; init; }

    /// <summary>Whose share it was; 0 for a block brought back from disk.</summary>
    public required int AccountId { get; init; }

    public required DateTimeOffset FoundAt { get; init; }

    /// <summary>The block it builds on; zero for a block brought back from disk.</summary>
    public Hash256 Parent { get; init; }

    /// <summary>Null until a node took it or all were asked.</summary>
    public SubmitOutcome? Outcome { get; init; }

    public IReadOnlyList<NodeVerdict> Verdicts { get; init; } = [];
}
