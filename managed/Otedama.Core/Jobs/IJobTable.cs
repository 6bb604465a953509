using System.Diagnostics.CodeAnalysis;

namespace Otedama.Core;

/// <summary>The jobs a share may name. Reads are safe from any thread and never wait.</summary>
public interface IJobTable
{
    /// <summary>Generation of the newest job; a job of an older one is stale.</summary>
    uint Generation { get; }

    bool TryGetJob(uint id, [NotNullWhen(true)] out Job? job);
}
