using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// The notify lines of recent jobs, written once for all sessions. Readers race without harm: at worst a line is
/// written twice.
/// </summary>
internal sealed class NotifyCache
{
    /// <summary>A broadcast uses at most one job per coinbase class; SOLO jobs miss the cache and are written anew.</summary>
    private const int Slots = 64;

    private readonly Entry?[] _entries = new Entry?[Slots];

    public ReadOnlySpan<byte> Line(PoolJob job, bool clean)
    {
        ref Entry? slot = ref _entries[job.Job.Id % Slots];
        Entry? entry = Volatile.Read(ref slot);
        if (entry is null || !ReferenceEquals(entry.Job, job))
        {
            entry = new Entry(job, Write(job, clean: true), Write(job, clean: false));
            Volatile.Write(ref slot, entry);
        }
        return clean ? entry.Clean : entry.Update;
    }

    private static byte[] Write(PoolJob job, bool clean)
    {
        WireBuffer buffer = new();
        NotifyWriter.Write(buffer, job.Job, clean);
        byte[] line = buffer.Written.ToArray();
        buffer.Clear();
        return line;
    }

    private sealed record Entry(PoolJob Job, byte[] Clean, byte[] Update);
}
