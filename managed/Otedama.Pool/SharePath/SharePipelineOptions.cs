namespace Otedama.Pool;

/// <summary>Sizes of the share path. Every queue in it is bounded by these.</summary>
public sealed record SharePipelineOptions
{
    /// <summary>Candidates waiting for one verifier, of known sessions and of strangers each; a power of two. 16,384 are 8 ms at 2 million a second.</summary>
    public int QueueCapacity { get; init; } = 16_384;

    /// <summary>Bytes of proof beside a nonce; 0 in the Bitcoin family.</summary>
    public int ProofLength { get; init; }

    /// <summary>Verdicts waiting for their commit. When the disk stalls longer, shares are answered "overloaded".</summary>
    public int PendingMax { get; init; } = 65_536;

    /// <summary>How often a commit that failed (full disk) is tried again.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(250);
}
