using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>Bytes that wait to be sent to all peers of a node, by urgency. Any thread.</summary>
public sealed class PeerMemory
{
    private readonly long[] _queued = new long[Enum.GetValues<PeerPriority>().Length];

    public long Queued => _queued.Sum();

    public long Of(PeerPriority priority) => Interlocked.Read(ref _queued[(int)priority]);

    internal void Add(PeerPriority priority, int change) => Interlocked.Add(ref _queued[(int)priority], change);
}
