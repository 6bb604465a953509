using Otedama.Core;

namespace Otedama.Pool;

/// <summary>Takes a candidate without waiting; false when it cannot.</summary>
public delegate bool CandidateSink(in Candidate candidate);
