using Otedama.Core;

namespace Otedama.Pool;

/// <summary>Takes a candidate without waiting; false when it cannot.</summary>
public delegate bool CandidateSink(in Candidate candidate);

/// <summary>Number of the account with this script and worker name; negative when nobody has worked under it.</summary>
public delegate int AccountFinder(ReadOnlySpan<byte> script, string worker);
