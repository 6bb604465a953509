using Otedama.Core;

namespace Otedama.Pool;

/// <summary>Where what miners submit goes to be judged.</summary>
public interface ICandidateSink
{
    /// <summary>Takes a candidate without waiting; false when it cannot.</summary>
    bool TryEnqueue(in Candidate candidate);
}
