using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>One connected node, for people.</summary>
/// <param name="Id">64 hex digits.</param>
/// <param name="IsOutbound">We dialled it.</param>
/// <param name="RoundTrip">Of the last ping; null before the first.</param>
/// <param name="Tip">The newest tip it told; null when it has just gone.</param>
public sealed record PeerRow(
    string Id, string Address, bool IsOutbound, string Agent, TimeSpan? RoundTrip, PeerTip? Tip);
