using Otedama.Pool;

namespace Otedama.Tests.Ledgers;

/// <summary>What a power cut keeps of what was written and named, and not yet synced.</summary>
internal enum Cut
{
    Nothing,
    Everything,

    /// <summary>Some of the sectors in any order; of the names a first part, as a journal keeps them.</summary>
    Some,
}

/// <summary>
/// A disk in memory that forgets like a real one: bytes are safe after a flush of their file, names after a sync of
/// their folder. A folder is there as soon as it is named; locks end with the power. Any thread.
/// </summary>
internal sealed class CrashDisk : IFiles
{
    private const int SectorBytes = 512;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Node> _names = [];
    private readonly Dictionary<string, Node> _safeNames = [];
    private readonly List<Action<Dictionary<string, Node>>> _unsafeNames = [];
    private readonly HashSet<string> _locked = [];

    /// <summary>Called after every operation that changes or syncs something, before anything else happens.</summary>
    public Action? AfterOperation { get; set; }

    public bool SyncsFolders { get; init; } = true;

    public void CreateFolder(string path)
    {
    }

    public IDisposable Lock(string path)
    {
        lock (_gate)
        {
            return _locked.Add(path) ? new Held(this, path) : throw new IOException($"{path} is locked");
        }
    }

    public void Create(string path, long length)
    {
        Node node = new();
        Name(names => names[path] = node);
        Change(() => node.Write(new byte[length], 0));
        Change(node.Flush);
    }

    public IFile Open(string path, bool forWriting = true)
    {
        lock (_gate)
        {
            return _names.TryGetValue(path, out Node? node) ? new Opened(this, node) : throw new FileNotFoundException(path);
        }
    }

    public bool Exists(string path)
    {
        lock (_gate)
        {
            return _names.ContainsKey(path);
        }
    }

    public IReadOnlyList<string> List(string folder)
    {
        lock (_gate)
        {
            return [.. _names.Keys.Where(path => Path.GetDirectoryName(path) == folder).Select(path => Path.GetFileName(path))];
        }
    }

    public void Rename(string from, string to) => Name(names =>
    {
        if (names.Remove(from, out Node? node))
        {
            names[to] = node;
        }
    });

    public void Delete(string path)
    {
        if (Exists(path))
        {
            Name(names => names.Remove(path));
        }
    }

    public void SyncFolder(string folder) => Change(() =>
    {
        if (SyncsFolders)
        {
            _unsafeNames.ForEach(change => change(_safeNames));
            _unsafeNames.Clear();
        }
    });

    /// <summary>The disk as it is found when the power is back.</summary>
    public CrashDisk AfterPowerCut(Cut cut, Random random)
    {
        lock (_gate)
        {
            CrashDisk after = new() { SyncsFolders = SyncsFolders };
            Dictionary<string, Node> names = new(_safeNames);
            int kept = cut switch { Cut.Nothing => 0, Cut.Everything => _unsafeNames.Count, _ => random.Next(_unsafeNames.Count + 1) };
            _unsafeNames.Take(kept).ToList().ForEach(change => change(names));
            foreach ((string path, Node node) in names)
            {
                after._names[path] = after._safeNames[path] = node.AfterPowerCut(cut, random);
            }
            return after;
        }
    }

    private void Name(Action<Dictionary<string, Node>> change) => Change(() =>
    {
        change(_names);
        _unsafeNames.Add(change);
    });

    private void Change(Action change)
    {
        lock (_gate)
        {
            change();
        }
        AfterOperation?.Invoke();
    }

    /// <summary>The bytes of one file and those that a flush made safe.</summary>
    private sealed class Node
    {
        private readonly SortedSet<int> _unsafeSectors = [];
        private byte[] _safe = [];

        public byte[] Bytes { get; private set; } = [];

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            if (Bytes.Length < offset + bytes.Length)
            {
                byte[] longer = new byte[offset + bytes.Length];
                Bytes.CopyTo(longer, 0);
                Bytes = longer;
            }
            bytes.CopyTo(Bytes.AsSpan((int)offset));
            for (long sector = offset / SectorBytes; sector * SectorBytes < offset + bytes.Length; sector++)
            {
                _unsafeSectors.Add((int)sector);
            }
        }

        public void Flush()
        {
            if (_safe.Length != Bytes.Length)
            {
                _safe = (byte[])Bytes.Clone();
            }
            foreach (int sector in _unsafeSectors)
            {
                CopySector(_safe, sector);
            }
            _unsafeSectors.Clear();
        }

        public Node AfterPowerCut(Cut cut, Random random)
        {
            bool isLonger = cut == Cut.Everything || (cut == Cut.Some && random.Next(2) == 0);
            byte[] found = isLonger ? new byte[Bytes.Length] : new byte[_safe.Length];
            _safe.CopyTo(found, 0);
            foreach (int sector in _unsafeSectors)
            {
                if (cut == Cut.Everything || (cut == Cut.Some && random.Next(2) == 0))
                {
                    CopySector(found, sector);
                }
            }
            return new Node { Bytes = found, _safe = (byte[])found.Clone() };
        }

        private void CopySector(byte[] to, int sector)
        {
            int start = sector * SectorBytes;
            int length = Math.Min(SectorBytes, Math.Min(to.Length, Bytes.Length) - start);
            if (length > 0)
            {
                Bytes.AsSpan(start, length).CopyTo(to.AsSpan(start));
            }
        }
    }

    private sealed class Held(CrashDisk disk, string path) : IDisposable
    {
        public void Dispose()
        {
            lock (disk._gate)
            {
                disk._locked.Remove(path);
            }
        }
    }

    private sealed class Opened(CrashDisk disk, Node node) : IFile
    {
        public long Length => node.Bytes.Length;

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            byte[] copy = bytes.ToArray();
            disk.Change(() => node.Write(copy, offset));
        }

        public int Read(Span<byte> bytes, long offset)
        {
            lock (disk._gate)
            {
                int count = (int)Math.Clamp(node.Bytes.Length - offset, 0, bytes.Length);
                node.Bytes.AsSpan((int)Math.Min(offset, node.Bytes.Length), count).CopyTo(bytes);
                return count;
            }
        }

        public void Flush() => disk.Change(node.Flush);

        public void Dispose()
        {
        }
    }
}
