using System.Diagnostics.CodeAnalysis;

namespace Otedama.Pool;

/// <summary>The jobs that are still known, by id. One writer at a time (JobMint's lock), readers without a lock.</summary>
internal interface IJobShelf
{
    bool TryGet(uint id, [NotNullWhen(true)] out PoolJob? job);

    void Add(PoolJob job);
}
