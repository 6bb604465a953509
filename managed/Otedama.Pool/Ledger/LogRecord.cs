namespace Otedama.Pool;

/// <summary>One record as it lies in the log. The payload is valid during the visit only.</summary>
public readonly ref struct LogRecord
{
    public required LogRecordType Type { get; init; }

    public required byte Version { get; init; }

    /// <summary>Number of the record since the log began; wraps at 2^32.</summary>
    public required uint Sequence { get; init; }

    public required ReadOnlySpan<byte> Payload { get; init; }
}

/// <summary>Receives records in the order in which they were appended.</summary>
public delegate void LogVisitor(LogRecord record);
