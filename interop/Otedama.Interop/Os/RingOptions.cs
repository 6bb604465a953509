namespace Otedama.Interop;

/// <summary>Sizes of a ring. Memory to send from is only used once it is needed.</summary>
public sealed record RingOptions
{
    /// <summary>1 to Ring.ConnectionsMax; more are refused at once.</summary>
    public required int Connections { get; init; }

    /// <summary>Bytes that may wait for one slow reader before it is closed.</summary>
    public required int QueueBytesMax { get; init; }

    /// <summary>Output that nobody takes for that long closes its connection.</summary>
    public required TimeSpan Unread { get; init; }

    /// <summary>Requests handed to the kernel in one go, a power of two.</summary>
    public int Entries { get; init; } = 1_024;

    /// <summary>Buffers to receive into, for all connections, a power of two.</summary>
    public int Buffers { get; init; } = 1_024;

    public int BufferBytes { get; init; } = 2_048;

    /// <summary>Blocks to send from, for all connections.</summary>
    public int Blocks { get; init; } = 1 << 17;

    public int BlockBytes { get; init; } = 1_024;

    /// <summary>Of one commit.</summary>
    public int CommitBytesMax { get; init; } = 8 << 20;
}
