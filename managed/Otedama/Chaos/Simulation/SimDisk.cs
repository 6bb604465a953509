using Otedama.Pool;

namespace Otedama;

/// <summary>
/// A disk in memory that forgets like a real one: bytes are safe after a flush of their file, names after a sync of
/// their
/// folder. It fills up, refuses flushes, and ends with the process that uses it before or after any operation.
/// </summary>
internal sealed class SimDisk(SimSchedule schedule, SeededRandom random) : IFiles
{
    private readonly Dictionary<string, SimDiskNode> _names = [];
    private readonly Dictionary<string, SimDiskNode> _safeNames = [];
    private readonly List<(string Folder, Action<Dictionary<string, SimDiskNode>> Change)> _unsafeNames = [];
    private readonly HashSet<string> _locked = [];
    private int _untilEnd = -1;

    /// <summary>Writes fail: no space is left. Part of what was to be written may be there.</summary>
    public bool IsFull { get; set; }

    /// <summary>Flushes fail.</summary>
    public bool RefusesFlushes { get; set; }

    /// <summary>Says that flushes are done, and does none.</summary>
    public bool Lies { get; set; }

    /// <summary>The process that used it is gone; nothing is changed any more.</summary>
    public bool IsGone { get; private set; }

    /// <summary>Called when IsGone becomes true in the middle of something.</summary>
    public Action? Ended { get; set; }

    public int FileCount => _names.Count;

    /// <summary>Operations that change or sync something.</summary>
    public long Operations { get; private set; }

    /// <summary>The end comes in the middle of the n-th operation from now.</summary>
    public void EndAt(int operation) => _untilEnd = operation;

    public void End() => IsGone = true;

    public void CreateFolder(string path)
    {
    }

    public IDisposable Lock(string path)
    {
        Live();
        return _locked.Add(path) ? new Held(this, path) : throw new IOException($"{path} is locked");
    }

    public void Create(string path, long length)
    {
        SimDiskNode node = new();
        Step(() => Name(path, names => names[path] = node));
        try
        {
            Step(() => Write(node, new byte[length], 0));
            Step(() => Flush(node));
        }
        catch (IOException)
        {
            Name(path, names => names.Remove(path));
            throw;
        }
    }

    public IFile Open(string path, bool forWriting = true)
    {
        Live();
        return _names.TryGetValue(path, out SimDiskNode? node) ? new Opened(this, node)
            : throw new FileNotFoundException($"{path} is not there", path);
    }

    public bool Exists(string path)
    {
        Live();
        return _names.ContainsKey(path);
    }

    public IReadOnlyList<string> List(string folder)
    {
        Live();
        return [.. _names.Keys.Where(path => Path.GetDirectoryName(path) == folder).Select(path =>
            Path.GetFileName(path)).Order(StringComparer.Ordinal)];
    }

    public void Rename(string from, string to)
    {
        if (!_names.ContainsKey(from))
        {
            throw new FileNotFoundException($"{from} is not there", from);
        }
        Step(
            () => Name(to, names =>
            {
                if (names.Remove(from, out SimDiskNode? node))
                {
                    names[to] = node;
                }
            }));
    }

    public void Delete(string path)
    {
        if (Exists(path))
        {
            Step(() => Name(path, names => names.Remove(path)));
        }
    }

    public void SyncFolder(string folder) => Step(
        () =>
        {
            if (RefusesFlushes)
            {
                throw new IOException("the disk refuses to sync the folder");
            }
            foreach ((_, Action<Dictionary<string, SimDiskNode>> change) in _unsafeNames.Where(each =>
                each.Folder == folder))
            {
                change(_safeNames);
            }
            _unsafeNames.RemoveAll(each => each.Folder == folder);
        });

    /// <summary>
    /// The disk as the next process finds it. After a power cut what was not synced is there or not, of names a first
    /// part,
    /// as a journal keeps them.
    /// </summary>
    public SimDisk Next(bool powerCut)
    {
        SimDisk next = new(schedule, random) { Lies = Lies };
        Dictionary<string, SimDiskNode> names = powerCut ? new(_safeNames) : _names;
        int kept = powerCut ? random.Below(_unsafeNames.Count + 1) : 0;
        foreach ((_, Action<Dictionary<string, SimDiskNode>> change) in _unsafeNames.Take(kept))
        {
            change(names);
        }
        foreach ((string path, SimDiskNode node) in names.OrderBy(static each => each.Key, StringComparer.Ordinal))
        {
            next._names[path] = next._safeNames[path] = powerCut ? node.AfterPowerCut(random) : node.AfterKill();
        }
        return next;
    }

    /// <summary>A copy of what is on it, for a look at it that changes nothing.</summary>
    public SimDisk Copy()
    {
        SimDisk copy = new(schedule, random);
        foreach ((string path, SimDiskNode node) in _names)
        {
            SimDiskNode same = new();
            same.Write(node.Bytes, 0);
            same.Flush();
            copy._names[path] = copy._safeNames[path] = same;
        }
        return copy;
    }

    private void Name(string path, Action<Dictionary<string, SimDiskNode>> change)
    {
        change(_names);
        _unsafeNames.Add((Path.GetDirectoryName(path)!, change));
    }

    private void Write(SimDiskNode node, ReadOnlySpan<byte> bytes, long offset)
    {
        int length = IsFull ? random.Below(bytes.Length + 1) : bytes.Length;
        if (length > 0)
        {
            node.Write(bytes[..length], offset);
            node.ChangedAt = schedule.Now;
        }
        if (IsFull)
        {
            throw new IOException("no space left on device");
        }
    }

    private void Flush(SimDiskNode node)
    {
        if (RefusesFlushes)
        {
            node.FailFlush(random);
            throw new IOException("the disk refuses to flush");
        }
        if (!Lies)
        {
            node.Flush();
        }
    }

    private void Live()
    {
        if (IsGone)
        {
            throw new IOException("this process has ended");
        }
    }

    /// <summary>One operation; the end comes before it, or after it and before anybody hears of it.</summary>
    private void Step(Action operation, Action? torn = null)
    {
        Live();
        Operations++;
        if (_untilEnd >= 0 && _untilEnd-- == 0)
        {
            if (random.Chance(0.5))
            {
                operation();
            }
            else
            {
                torn?.Invoke();
            }
            IsGone = true;
            Ended?.Invoke();
            throw new IOException("the power is cut");
        }
        operation();
    }

    private sealed class Held(SimDisk disk, string path) : IDisposable
    {
        public void Dispose() => disk._locked.Remove(path);
    }

    private sealed class Opened(SimDisk disk, SimDiskNode node) : IFile
    {
        public long Length => node.Bytes.Length;

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            byte[] copy = bytes.ToArray();
            disk.Step(() => disk.Write(node, copy, offset), () => disk.Torn(node, copy, offset));
        }

        public int Read(Span<byte> bytes, long offset)
        {
            disk.Live();
            int count = (int)Math.Clamp(node.Bytes.Length - offset, 0, bytes.Length);
            node.Bytes.AsSpan((int)Math.Min(offset, node.Bytes.Length), count).CopyTo(bytes);
            return count;
        }

        public void Flush() => disk.Step(() => disk.Flush(node));

        public void Dispose()
        {
        }
    }

    /// <summary>The power went in the middle of a write: a first part of it is there.</summary>
    private void Torn(SimDiskNode node, ReadOnlySpan<byte> bytes, long offset) =>
        node.Write(bytes[..random.Below(bytes.Length + 1)], offset);
}
