using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>One connected node, for people.</summary>
/// <param name="Id">64 hex digits.</param>
/// <param name="IsOutbound">We dialled it.</param>
/// <param name="Age">Of the connection.</param>
/// <param name="RoundTrip">The median of the last three pings; null before the first.</param>
/// <param name="Tip">The newest tip it told; null when it has just gone.</param>
/// <param name="BytesIn">Of frames; TLS comes on top.</param>
/// <param name="Points">Of misbehaviour; at 100 it is banned.</param>
/// <param name="Region">Where it says it is, else where a database says so; empty: not known.</param>
/// <param name="System">Number of its autonomous system; 0 where no database says so.</param>
/// <param name="IsForLatency">We dialled it for its short way, as at most five of eight.</param>
/// <param name="Told">Where it says it is; null before it did.</param>
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
    int Points,
    string Region,
    uint System,
    Coordinate? Told,
    bool IsForLatency);
