using System.Globalization;
using System.Text;
using Otedama.Interop;

namespace Otedama.Asic;

/// <summary>
/// The record of one plan's steps. What Append returned from is on the disk, name included. One writer: a second tool
/// is refused by the system's lock. One thread.
/// </summary>
public sealed class FlashLedger : IDisposable
{
    private const string FileName = "ledger";
    private const string HeadName = "ledger.head";
    private const string LockName = "ledger.lock";

    /// <summary>Letters of a sentence that are kept, so that a line stays a line.</summary>
    private const int SaysMax = 1_000;

    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly FileStream _gate;
    private readonly FileStream _file;
    private readonly List<FlashEntry> _entries;
    private string _head;

    private FlashLedger(string folder, TimeProvider time, FileStream hold, FileStream file, FlashLedgerReading reading)
    {
        _folder = folder;
        _time = time;
        _gate = hold;
        _file = file;
        _entries = [.. reading.Entries];
        _head = reading.Head;
    }

    public IReadOnlyList<FlashEntry> Entries => _entries;

    /// <summary>Bytes of the ledger in a folder; 0 = there is none. It only grows.</summary>
    public static long LengthIn(string folder) =>
        new FileInfo(Path.Combine(folder, FileName)) is { Exists: true } file ? file.Length : 0;

    /// <summary>Looks without taking hold of it. An absent ledger is an empty one. Throws IOException.</summary>
    public static FlashLedgerReading Read(string folder, string planHash)
    {
        string path = Path.Combine(folder, FileName);
        return FlashLedgerReading.Of(File.Exists(path) ? ReadShared(path) : [], HeadOf(folder), planHash);
    }

    /// <summary>
    /// Takes hold of it. A torn last line is kept beside it and cut off, and an entry says so. Throws FlashException
    /// when it is broken or another program has it, IOException when the disk refuses.
    /// </summary>
    /// <param name="planHash">SHA-256 in hex of the plan's text: the chain begins with it.</param>
    public static FlashLedger Open(string folder, string planHash, TimeProvider time)
    {
        string path = Path.Combine(folder, FileName);
        FileStream hold = Hold(folder);
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, 1);
            byte[] bytes = new byte[checked(
                (int)Math.Min(file.Length, (long)FlashLedgerReading.EntriesMax * FlashLedgerReading.LineMax))];
            file.ReadExactly(bytes);
            FlashLedgerReading reading = FlashLedgerReading.Of(bytes, HeadOf(folder), planHash);
            if (reading.Damage == LedgerDamage.Broken)
            {
                throw new FlashException(reading.Says!);
            }
            DiskSync.Folder(folder);
            FlashLedger ledger = new(folder, time, hold, file, reading);
            if (reading.Damage == LedgerDamage.Torn)
            {
                ledger.Mend(bytes.AsSpan(reading.GoodBytes), reading);
            }
            file.Position = file.Length;
            return ledger;
        }
        catch
        {
            file?.Dispose();
            hold.Dispose();
            throw;
        }
    }

    /// <summary>Ties an empty ledger to the plan that is kept with it: no entry of another will be taken. Throws
    /// IOException.</summary>
    internal static void Bind(string folder, string planHash) => WriteHead(folder, 0, planHash);

    /// <summary>Returns when the disk has the entry. Throws IOException or FlashException; then nothing may be done to
    /// the device.</summary>
    public void Append(FlashEntryKind kind, int? step, string says)
    {
        if (_entries.Count >= FlashLedgerReading.EntriesMax)
        {
            throw new FlashException(
                $"The ledger in {_folder} has {_entries.Count} entries, as many as one may. Make a new plan.");
        }
        FlashEntry entry =
            new(_entries.Count, _time.GetUtcNow(), kind, step, says.Length > SaysMax ? says[..SaysMax] : says);
        byte[] line = FlashLedgerReading.LineOf(_head, entry, out string hash);
        _file.Write(line);
        _file.Flush(flushToDisk: true);
        _entries.Add(entry);
        _head = hash;
        WriteHead(_folder, _entries.Count, _head);
    }

    public void Dispose()
    {
        _file.Dispose();
        _gate.Dispose();
    }

    private static void WriteHead(string folder, int count, string head) => DurableFile.Write(
        Path.Combine(folder, HeadName),
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{count} {head}\n")));

    private static FileStream Hold(string folder)
    {
        string path = Path.Combine(folder, LockName);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new FlashException(
                $"The ledger in {folder} cannot be taken ({e.Message.TrimEnd('.')}). If another otedama flashes by "
                + "this plan, wait until it has ended.", e);
        }
    }

    private static byte[] ReadShared(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] bytes = new byte[checked(
            (int)Math.Min(file.Length, (long)FlashLedgerReading.EntriesMax * FlashLedgerReading.LineMax))];
        file.ReadExactly(bytes);
        return bytes;
    }

    private static byte[]? HeadOf(string folder)
    {
        string path = Path.Combine(folder, HeadName);
        return File.Exists(path) ? File.ReadAllBytes(path) : null;
    }

    private void Mend(ReadOnlySpan<byte> torn, FlashLedgerReading reading)
    {
        string kept = $"{FileName}.torn-{reading.Entries.Count}";
        DurableFile.Write(Path.Combine(_folder, kept), torn);
        _file.SetLength(reading.GoodBytes);
        _file.Flush(flushToDisk: true);
        _file.Position = reading.GoodBytes;
        Append(FlashEntryKind.Mended, null, $"{reading.Says} Those bytes are kept as {kept}.");
    }
}
