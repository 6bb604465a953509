using System.Globalization;
using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// The shares of one chain on disk, in the order in which they were taken: parents and uncles first. What was appended
/// is safe after Flush. Shares are never changed; segments that lie wholly below what the chain keeps are deleted. One
/// thread at a time appends, one flushes.
/// </summary>
/// <remarks>
/// Nothing is lost for ever here: what a damaged disk takes away, other nodes have. So damage is set aside and said,
/// and the node goes on with the shares before it.
/// </remarks>
internal sealed partial class ShareStore : IDisposable
{
    /// <summary>
    /// A new segment begins when one has grown to this: all of them are read at a start, and two windows of a standard
    /// chain are 3 MB.
    /// </summary>
    public const int SegmentBytes = 8 << 20;

    private const string Prefix = "shares-";
    private const string Suffix = ".chain";

    private readonly IFiles _files;
    private readonly string _folder;
    private readonly ILogger _logger;
    private readonly IDisposable _held;
    private readonly int _pendingMax;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<uint, uint> _highest = []; // share of each segment, by its number; under _gate
    private readonly List<(byte[] Record, uint Height)> _pending = []; // under _gate, and so those below
    private long _pendingBytes;
    private int _renewals;
    private int _renewed; // of those, the ones that the disk has seen
    private bool _isFull; // said already
    private IFile? _file;
    private uint _segment;
    private uint _firstOfUse;
    private long _end;

    private ShareStore(IFiles files, string folder, int pendingMax, ILogger logger)
    {
        _files = files;
        _pendingMax = pendingMax;
        _folder = folder;
        _logger = logger;
        files.CreateFolder(folder);
        _held = files.Lock(Path.Combine(folder, "lock"));
    }

    /// <summary>Something waits to be flushed.</summary>
    public bool HasPending
    {
        get
        {
            lock (_gate)
            {
                return _pending.Count > 0;
            }
        }
    }

    /// <summary>
    /// Opens or makes the folder and hands every kept share to load, which returns its height, or null for bytes that
    /// are no share. pendingMax: bytes of shares that wait for a disk which refuses; beyond, the newest are not kept.
    /// Throws IOException when the folder cannot be used.
    /// </summary>
    public static ShareStore Open(
        IFiles files, string folder, int pendingMax, ILogger logger, Func<StoredShare, uint?> load)
    {
        ShareStore store = new(files, folder, pendingMax, logger);
        try
        {
            WholeFiles.DeleteUnfinished(files, folder);
            foreach (uint segment in store.Segments())
            {
                store.Load(segment, load);
            }
            if (store._segment == 0)
            {
                store.Begin(1);
            }
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Never waits. False when the disk has refused for so long that no more can wait: the share is not kept.
    /// isChecked: its proof of work was, and need not be again when it is read.
    /// </summary>
    public bool Append(ChainShare share, bool isChecked = true)
    {
        byte[] record = StoreFormat.Write(share.Bytes.Span, StoreFormat.FlagsOf(share, isChecked));
        lock (_gate)
        {
            if (_pendingBytes + record.Length > _pendingMax)
            {
                if (!_isFull)
                {
                    LogNotKept(_folder, _pendingMax >> 20);
                }
                _isFull = true;
                return false;
            }
            _pending.Add((record, share.Core.Height));
            _pendingBytes += record.Length;
            return true;
        }
    }

    /// <summary>
    /// What was kept so far is of no use any more, and goes once something of what is appended from now on is safe.
    /// </summary>
    public void Renew()
    {
        lock (_gate)
        {
            _pending.Clear();
            _pendingBytes = 0;
            _renewals++;
        }
    }

    /// <summary>
    /// Makes everything appended before the call durable. Throws IOException or UnauthorizedAccessException; nothing is
    /// lost then, and the next call tries again.
    /// </summary>
    public void Flush()
    {
        (byte[] Record, uint Height)[] records;
        int renewals;
        lock (_gate)
        {
            records = [.. _pending];
            renewals = _renewals;
        }
        if (records.Length > 0 && renewals != _renewed)
        {
            Begin(_segment + 1);
            _firstOfUse = _segment;
            _renewed = renewals;
        }
        for (int done = 0; done < records.Length;)
        {
            done += Write(records.AsSpan(done), renewals);
        }
        DeleteUseless();
    }

    /// <summary>Makes as many as fit into the segment durable; how many.</summary>
    private int Write(ReadOnlySpan<(byte[] Record, uint Height)> records, int renewals)
    {
        if (_end + records[0].Record.Length > SegmentBytes)
        {
            Begin(_segment + 1);
        }
        List<byte> bytes = [];
        uint highest = 0;
        int count = 0;
        while (count < records.Length && _end + bytes.Count + records[count].Record.Length <= SegmentBytes)
        {
            bytes.AddRange(records[count].Record);
            highest = Math.Max(highest, records[count].Height);
            count++;
        }
        _file!.Write(bytes.ToArray(), _end);
        _file.Flush();
        _end += bytes.Count;
        lock (_gate)
        {
            if (renewals == _renewals)
            {
                _pending.RemoveRange(0, count);
                _pendingBytes -= bytes.Count;
            }
            _highest[_segment] = Math.Max(_highest.GetValueOrDefault(_segment), highest);
            _isFull = false;
        }
        return count;
    }

    private void DeleteUseless()
    {
        uint[] useless;
        lock (_gate)
        {
            useless = [.. _highest.Keys.Where(segment => segment < _firstOfUse)];
        }
        Delete(useless);
    }

    /// <summary>Deletes segments whose shares all lie below this height; the newest stays.</summary>
    public void Prune(uint below)
    {
        uint[] old;
        lock (_gate)
        {
            old = [.. _highest.Keys.Where(segment => segment != _segment && _highest[segment] < below)];
        }
        Delete(old);
    }

    private void Delete(uint[] segments)
    {
        foreach (uint segment in segments)
        {
            _files.Delete(PathOf(segment));
            lock (_gate)
            {
                _highest.Remove(segment);
            }
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _held.Dispose();
    }

    private void Begin(uint segment)
    {
        string path = PathOf(segment);
        _files.Create(path, 0);
        _files.SyncFolder(_folder);
        IFile file = _files.Open(path);
        _file?.Dispose();
        (_file, _segment, _end) = (file, segment, 0);
        lock (_gate)
        {
            _highest[segment] = 0;
        }
    }

    private void Load(uint segment, Func<StoredShare, uint?> load)
    {
        string path = PathOf(segment);
        IFile file = _files.Open(path);
        _file?.Dispose();
        _file = file;
        byte[] bytes = new byte[Math.Min(file.Length, 2 * SegmentBytes)];
        file.Read(bytes, 0);
        int at = 0;
        uint highest = 0;
        while (StoreFormat.TryRead(bytes.AsSpan(at), ChainShare.LengthMax, out StoredShare share, out int length))
        {
            if (load(share) is { } height)
            {
                highest = Math.Max(highest, height);
            }
            at += length;
        }
        if (bytes.AsSpan(at).ContainsAnyExcept((byte)0))
        {
            SetAside(path, bytes.AsSpan(at), at);
        }
        (_segment, _end) = (segment, at);
        _highest[segment] = highest;
    }

    /// <summary>
    /// An interrupted write, or damage: kept for a look, then cleared so that it cannot pass for records later.
    /// </summary>
    private void SetAside(string path, ReadOnlySpan<byte> rest, int at)
    {
        string aside = _files.KeepCopy(string.Create(CultureInfo.InvariantCulture, $"{path}.{at}"), "torn", rest);
        _file!.Write(new byte[rest.Length], at);
        _file.Flush();
        LogTorn(path, rest.Length, at, aside);
    }

    private IEnumerable<uint> Segments() => _files.List(_folder)
        .Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .Where(static name => name.EndsWith(Suffix, StringComparison.Ordinal))
        .Select(static name => uint.TryParse(name.AsSpan(Prefix.Length, name.Length - Prefix.Length - Suffix.Length),
            NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : 0)
        .Where(static number => number > 0)
        .Order();

    private string PathOf(uint segment) =>
        Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{segment:d8}{Suffix}"));

    [LoggerMessage(Level = LogLevel.Warning, EventName = "chain_torn_tail",
        Message = "{Path}: {Bytes} bytes from byte {Start} are no whole share: an interrupted write, or damage. They are kept "
            + "in {Aside}; the shares before them are good, and those after them are asked for from other nodes.")]
    private partial void LogTorn(string path, int bytes, int start, string aside);

    [LoggerMessage(Level = LogLevel.Error, EventName = "chain_not_kept",
        Message = "{Folder} cannot be written, and {MiB} MiB of shares wait for it: newer ones are not kept, and are asked "
            + "for from other nodes after a restart. Free some disk space.")]
    private partial void LogNotKept(string folder, int miB);
}
