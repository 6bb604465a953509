using Otedama.Core;

namespace Otedama.Pool;

/// <summary>A job with everything that turns a solved header into a block.</summary>
public sealed class PoolJob
{
    public required Job Job { get; init; }

    public required Template Template { get; init; }

    public required PayoutSplit Split { get; init; }

}
