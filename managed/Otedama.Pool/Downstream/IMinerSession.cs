using System.Diagnostics.CodeAnalysis;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>What a dialect may know of the session it speaks for. Under the session's lock.</summary>
internal interface IMinerSession
{
    /// <summary>The key under which the session can be resumed; 0 before subscribe.</summary>
    ulong ResumeId { get; }

    uint Extranonce1 { get; }

    /// <summary>Version bits this session may roll in a job that does not take any away.</summary>
    uint VersionMask { get; }

    /// <summary>Where the proofs of its candidates are kept.</summary>
    ProofSlab Proofs { get; }

    /// <summary>Another session has this extranonce, or may come back to it.</summary>
    bool IsAnothers(uint extranonce);

    /// <summary>A job this session may name; our ids are 8 hex digits.</summary>
    bool TryFindJob(JsonValue id, [NotNullWhen(true)] out PoolJob? job);

    /// <summary>The final header version of a submit with these bits; null = the submit named none.</summary>
    bool TryVersion(BitcoinRecipe recipe, uint? bits, out uint version);
}
