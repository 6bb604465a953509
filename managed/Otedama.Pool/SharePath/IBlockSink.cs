using Otedama.Core;

namespace Otedama.Pool;

/// <summary>Takes found blocks to the nodes, before anything else happens to the share.</summary>
public interface IBlockSink
{
    /// <summary>
    /// Called by the validator's thread: books the block, starts its submission and returns its id without waiting for an
    /// answer. proof: the hash that was found. The header is valid during the call only. Null
    /// when another block of ours on the same parent is on its way or in the chain: then it is a share like any other for now,
    /// and sent and booked later should the other be refused.
    /// </summary>
    Hash256? Submit(PoolJob job, ReadOnlySpan<byte> header, in Candidate candidate, Hash256 proof);
}
