namespace Otedama.Pool;

/// <summary>What came of a frame.</summary>
public enum Sv2Outcome : byte
{
    Done,

    /// <summary>An unknown message, or one that has no business here: passed over, to be counted.</summary>
    Dropped,

    /// <summary>The rules end the connection once the output is written.</summary>
    Close,

    /// <summary>Malformed: the connection ends without an answer.</summary>
    Malformed,
}
