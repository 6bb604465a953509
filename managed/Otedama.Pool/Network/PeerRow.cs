using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>One connected node, for people.</summary>
/// <param name="Id">64 hex digits.</param>
/// <param name="IsOutbound">We dialled it.</param>
/// <param name="Age">Of the connection.</param>
/// <param name="RoundTrip">Of the last ping; null before the first.</param>
/// <param name="Tip">The newest tip it told; null when it has just gone.</param>
/// <param name="BytesIn">Of frames; TLS comes on top.</param>
/// <param name="Points">Of misbehaviour; at 100 it is banned.</param>
public sealed record PeerRow(
    string Id,
    string Address,
    bool IsOutbound,
    string Agent,
    TimeSpan Age,
    TimeSpan? RoundTrip,
    PeerTip? Tip,
    long BytesIn,
    long BytesOut,
    int Points);
