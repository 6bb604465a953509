using Otedama.Core;

namespace Otedama.Interop;

/// <summary>
/// What one card holds: the dataset in use, and the next or the last one beside it where both fit. DeviceDatasets
/// holds its
/// lock around every call.
/// </summary>
internal sealed class DeviceShelf(GpuInfo gpu, DatasetStore store, DeviceDatasetOptions options)
{
    /// <summary>The one in use and one more.</summary>
    private const int KeptMax = 2;

    /// <summary>
    /// The next one is begun at the earliest when this part of an epoch is left, as the store does with the light
    /// cache.
    /// </summary>
    private const int AheadPart = 20;

    private readonly List<DeviceDatasetEntry> _entries = [];
    private readonly List<DeviceDatasetEntry> _leaving = []; // released; some still hold memory
    private DeviceDatasetEntry? _current; // the last one handed out
    private long _since;                  // when that was first
    private uint? _crowded;               // epoch that does not fit beside the one before
    private TimeSpan _took;               // to make the last one
    private int _users;
    private int _searchers; // of them; the others only check
    private ITimer? _linger;

    public bool IsUnused => _users == 0;

    public void Enter(Algorithm algorithm, bool checksOnly)
    {
        _users++;
        _searchers += checksOnly ? 0 : 1;
        Linger(null);
        Release(entry => entry.Algorithm != algorithm || (!checksOnly && entry.Kind == DatasetKind.Light));
    }

    /// <summary>Returns how many are left.</summary>
    public int Leave(bool checksOnly)
    {
        _searchers -= checksOnly ? 0 : 1;
        return --_users;
    }

    /// <summary>The timer that ends the time without users; null = there are some.</summary>
    public void Linger(ITimer? timer)
    {
        _linger?.Dispose();
        _linger = timer;
    }

    public IEnumerable<DatasetState> Snapshot() => [.. _entries.Select(static entry => entry.State())];

    /// <summary>Gives up everything and returns what is still being made.</summary>
    public IReadOnlyList<Task> Clear()
    {
        Linger(null);
        Task[] making = [.. _entries.Concat(_leaving).Select(static entry => (Task)entry.Making)];
        Release(static _ => true);
        _leaving.Clear(); // of a lost card nothing can be waited for
        _crowded = null;
        return making;
    }

    /// <summary>As DeviceDatasetLease.TryGet.</summary>
    public PowDataset? TryGet(Algorithm algorithm, int height, TimeSpan blockTime, out bool letGo)
    {
        letGo = false;
        _leaving.RemoveAll(static entry => entry.IsGone);
        uint epoch = store.EpochOf(algorithm, height);
        DeviceDatasetEntry? entry = _entries.Find(each => each.Epoch == epoch);
        if (entry is { Problem: { } problem } failed)
        {
            if (failed.LacksMemory && (_entries.Count > 1 || _leaving.Count > 0))
            {
                _crowded = epoch;
            }
            else if (CanBeLight(failed))
            {
                _entries.Remove(failed);
                options.Says?.Invoke($"{gpu.Name} ({gpu.Device.Name}) has not the memory for the {algorithm} dataset "
                    + $"of epoch {epoch}; it checks shares from the light cache, which takes it longer. {problem.Message}");
                return Begin(algorithm, epoch, DatasetKind.Light).Made;
            }
            else if (failed.Age < options.Retry || problem is NativeException { IsDeviceLost: true })
            {
                _ = problem is NativeException { IsDeviceLost: true } ? Clear() : []; // the next one asks a card that was opened anew
                throw problem;
            }
            _entries.Remove(failed);
            entry = null;
        }
        if (entry is null)
        {
            letGo = !HasRoom(algorithm, epoch);
            return letGo ? null : Begin(algorithm, epoch).Made;
        }
        if (entry.Made is not { } made)
        {
            return null;
        }
        Use(entry);
        LookAhead(algorithm, height, blockTime);
        return made;
    }

    /// <summary>Whether a light one serves in place of a whole one there is no room for.</summary>
    private bool CanBeLight(DeviceDatasetEntry failed) =>
        failed.LacksMemory && failed.Kind == DatasetKind.Full && failed.Algorithm.Facts.HasEpochs && _searchers == 0;

    /// <summary>Whether the dataset of this epoch may be begun; where two do not fit the others go first.</summary>
    private bool HasRoom(Algorithm algorithm, uint epoch)
    {
        if (_crowded == epoch)
        {
            if (_entries.Count > 0)
            {
                options.Says?.Invoke($"{gpu.Name} ({gpu.Device.Name}) has not the memory for two {algorithm} "
                    + "datasets: that of epoch "
                    + $"{_entries[0].Epoch} is given up, and no hashes come until that of epoch {epoch} is made");
            }
            Release(static _ => true);
            return _leaving.Count == 0;
        }
        while (_entries.Count >= KeptMax)
        {
            DeviceDatasetEntry other = _entries.Find(each => each != _current)!;
            Release(each => each == other);
        }
        return true;
    }

    private DeviceDatasetEntry Begin(Algorithm algorithm, uint epoch, DatasetKind kind = DatasetKind.Full)
    {
        DeviceDatasetEntry entry = new(gpu, algorithm, kind, epoch, store, options);
        _entries.Add(entry);
        return entry;
    }

    private void Use(DeviceDatasetEntry entry)
    {
        if (entry != _current)
        {
            (_current, _since, _took) = (entry, options.Clock.GetTimestamp(), entry.Took);
        }
        else if (options.Clock.GetElapsedTime(_since) >= options.Linger)
        {
            Release(each => each.Epoch < entry.Epoch);
        }
    }

    /// <summary>Begins the next epoch's near the end of this one, once.</summary>
    private void LookAhead(Algorithm algorithm, int height, TimeSpan blockTime)
    {
        int blocks = algorithm.Facts.EpochBlocks;
        uint next = _current!.Epoch + 1;
        if (blocks == 0 || _crowded == next || blocks - (height % blocks) > BlocksAhead(blocks, blockTime))
        {
            return;
        }
        DeviceDatasetEntry? ahead = _entries.Find(each => each.Epoch == next);
        if (ahead is null)
        {
            Release(each => each != _current); // an older one, whose time is over
            Begin(algorithm, next);
        }
        else if (ahead.LacksMemory)
        {
            _crowded = next;
            _entries.Remove(ahead);
            options.Says?.Invoke($"{gpu.Name} ({gpu.Device.Name}) has not the memory for the {algorithm} dataset "
                + $"of epoch {next} beside "
                + $"that of epoch {_current.Epoch}; it is made when the epoch changes. {ahead.Problem!.Message}");
        }
        else if (ahead.Problem is not null && ahead.Age >= options.Retry)
        {
            _entries.Remove(ahead);
        }
    }

    private int BlocksAhead(int epochBlocks, TimeSpan blockTime)
    {
        double lead = Math.Max(options.Lead.TotalSeconds, 3 * _took.TotalSeconds);
        return (int)Math.Clamp(Math.Ceiling(lead / blockTime.TotalSeconds), 2, epochBlocks / AheadPart);
    }

    private void Release(Func<DeviceDatasetEntry, bool> which)
    {
        foreach (DeviceDatasetEntry entry in _entries.Where(which).ToArray())
        {
            _entries.Remove(entry);
            entry.Release();
            if (!entry.IsGone)
            {
                _leaving.Add(entry);
            }
            _current = entry == _current ? null : _current;
        }
    }
}
