using Otedama.Core;

namespace Otedama.Pool;

/// <summary>What the ledger asks the coin node to learn what became of our blocks.</summary>
public interface IChainView
{
    /// <summary>Height of the best block; null when no node answers.</summary>
    ValueTask<int?> GetHeightAsync(CancellationToken cancellation);

    /// <summary>Identifier of the best chain's block at this height; null when there is none or no node answers.</summary>
    ValueTask<Hash256?> GetBlockHashAsync(int height, CancellationToken cancellation);
}
