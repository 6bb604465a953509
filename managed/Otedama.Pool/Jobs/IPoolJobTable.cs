using System.Diagnostics.CodeAnalysis;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>The share path's view of JobBook: what a candidate's job id means. Reads never wait.</summary>
public interface IPoolJobTable : IJobTable
{
    bool TryGet(uint id, [NotNullWhen(true)] out PoolJob? job);
}
