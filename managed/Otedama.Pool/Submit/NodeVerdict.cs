namespace Otedama.Pool;

/// <summary>What one node said about a block.</summary>
/// <param name="Reason">The node's word, or why there was none; empty when accepted.</param>
/// <param name="Attempts">Calls made.</param>
public sealed record NodeVerdict(string Node, SubmitOutcome Outcome, string Reason, int Attempts, TimeSpan Elapsed);
