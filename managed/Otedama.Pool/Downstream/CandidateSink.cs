using Otedama.Core;

namespace Otedama.Pool;

/// <summary>Takes a candidate without waiting; false when it cannot.</summary>
public delegate bool CandidateSink(in Candidate candidate);

/// <summary>Number of the account with this address, script and worker name, made when new.</summary>
public delegate int AccountIntern(string address, ReadOnlySpan<byte> script, string worker);
