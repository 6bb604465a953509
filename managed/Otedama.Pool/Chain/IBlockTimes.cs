using Otedama.Core;

namespace Otedama.Pool;

/// <summary>Asks our coin node when blocks were made, which bears witness to when shares were.</summary>
public interface IBlockTimes
{
    /// <summary>What is known of these and of the newest block; null when no node answers.</summary>
    ValueTask<ICoinBlocks?> LookAsync(IEnumerable<Hash256> blocks, CancellationToken stop);
}
