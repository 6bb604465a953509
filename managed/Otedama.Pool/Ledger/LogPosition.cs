namespace Otedama.Pool;

/// <summary>A place between two records.</summary>
/// <param name="Segment">Number of the segment, from 1.</param>
/// <param name="Offset">Bytes from the start of that segment.</param>
/// <param name="Sequence">Number of the next record.</param>
public readonly record struct LogPosition(uint Segment, int Offset, uint Sequence)
{
    public static LogPosition Start => new(1, LogFormat.SegmentHeaderLength, 0);
}
