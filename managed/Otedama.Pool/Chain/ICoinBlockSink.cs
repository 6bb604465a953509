using Otedama.Core;

namespace Otedama.Pool;

/// <summary>Takes coin blocks that other nodes found to our coin nodes.</summary>
public interface ICoinBlockSink
{
    /// <summary>Never waits. from: whose announcement it was, for the log.</summary>
    void Forward(AssembledBlock block, string from);
}
