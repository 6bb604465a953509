using Otedama.Core;

namespace Otedama.Pool;

/// <summary>Takes found blocks to the nodes, before anything else happens to the share.</summary>
public interface IBlockSink
{
    /// <summary>
    /// Called by the validator's thread: starts the submission and returns without waiting for an answer. proof: the hash
    /// that was found. The header is valid during the call only. False when it could only rival a block of ours on the same
    /// parent: then it is a share like any other.
    /// </summary>
    bool Submit(PoolJob job, ReadOnlySpan<byte> header, in Candidate candidate, Hash256 proof);
}
