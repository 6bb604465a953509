namespace Otedama.Pool;

/// <summary>Why nobody is let in to work.</summary>
/// <param name="Reason">In a sentence for miners.</param>
/// <param name="SendsAway">
/// It is sure enough that those who are connected are sent to their next pool when it lasts; else they may go on.
/// </param>
public sealed record Closure(string Reason, bool SendsAway);
