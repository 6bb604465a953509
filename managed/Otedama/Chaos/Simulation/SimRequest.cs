namespace Otedama;

/// <summary>A line of a miner that wants an answer.</summary>
/// <param name="Find">What a submit names; null in all others.</param>
/// <param name="SentAt">Virtual time, ticks.</param>
internal sealed record SimRequest(long Id, string Method, SimFind? Find, long SentAt);
