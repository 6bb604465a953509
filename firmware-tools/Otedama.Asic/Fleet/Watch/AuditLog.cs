using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Otedama.Interop;

namespace Otedama.Asic;

/// <summary>One line of the audit log.</summary>
/// <param name="What">ordered, refused, dry_run, done, failed, interrupted, or note.</param>
/// <param name="By">A person's verb, or the alarm whose rule asked.</param>
public sealed record AuditEntry(long Number, DateTimeOffset At, string What, string Device, string Order, string By,
    string Text);

/// <summary>
/// What was done to devices, in lines of JSON that are only ever appended; each carries the hash of the one before, so
/// that none can be changed or taken out unseen. Damage is told in words, put aside and never repaired silently. One
/// thread at a time; synced before what a line announces is done.
/// </summary>
public sealed class AuditLog : IDisposable
{
    /// <summary>The program ended, or was told to, before an order's outcome was known.</summary>
    public const string Interrupted = "interrupted";

    /// <summary>Bytes of a file; then it is put aside as audit.N.jsonl and the next begins with its last
    /// hash.</summary>
    private const long FileMax = 16 << 20;

    /// <summary>Characters of a text in a line.</summary>
    private const int TextMax = 1000;

    private const string FirstHash = "0000000000000000000000000000000000000000000000000000000000000000";

    private readonly string _path;
    private readonly List<AuditEntry> _entries = []; // of this file
    private FileStream? _file;
    private string _last = FirstHash;
    private long _number;

    private AuditLog(string path) => _path = path;

    /// <summary>What the file at the start was found to be, in sentences; empty = whole.</summary>
    public IReadOnlyList<string> Damage { get; private set; } = [];

    /// <summary>Lines of the file in use, oldest first.</summary>
    public IReadOnlyList<AuditEntry> Entries => _entries;

    /// <summary>
    /// Opens or makes audit.jsonl in the folder. Throws IOException or UnauthorizedAccessException when the disk
    /// refuses.
    /// </summary>
    public static AuditLog Open(string folder, DateTimeOffset now)
    {
        DurableFile.CreateFolder(folder);
        AuditLog log = new(Path.Combine(folder, "audit.jsonl"));
        log.Load(now);
        return log;
    }

    /// <summary>Says what is wrong with a file without changing it; empty = nothing.</summary>
    public static IReadOnlyList<string> Check(string path)
    {
        AuditLog log = new(path);
        return log.Read(File.ReadAllBytes(path), out _, out _);
    }

    /// <summary>Appends and syncs. Throws IOException: what was to be announced is then not to be done.</summary>
    public AuditEntry Add(DateTimeOffset at, string what, string device, string order, string by, string text)
    {
        if (_file is { Length: >= FileMax })
        {
            PutAside($"{_number}");
        }
        AuditEntry entry = new(_number + 1, at, what, Short(device), Short(order), Short(by), Short(text));
        byte[] line = LineOf(entry, _last, out string hash);
        _file ??= OpenFile(_path);
        long before = _file.Length;
        try
        {
            _file.Seek(0, SeekOrigin.End);
            _file.Write(line);
            DiskSync.Data(_file.SafeFileHandle);
        }
        catch (IOException)
        {
            TryCut(_file, before);
            throw;
        }
        (_last, _number) = (hash, entry.Number);
        _entries.Add(entry);
        return entry;
    }

    /// <summary>
    /// At a start: one order is under way at a time, so one without its end was cut short with the program. Throws
    /// IOException.
    /// </summary>
    public void EndWhatWasCut(DateTimeOffset now)
    {
        if (_entries.LastOrDefault(static entry => entry.What != "note") is { What: "ordered" } cut)
        {
            Add(now, Interrupted, cut.Device, cut.Order, cut.By, $"the program ended before the outcome of line "
                + $"{cut.Number} was written; what the device has now is not known");
        }
    }

    public void Dispose() => _file?.Dispose();

    private void Load(DateTimeOffset now)
    {
        if (!File.Exists(_path))
        {
            return;
        }
        FileKind.RequireFile(_path);
        byte[] bytes = File.ReadAllBytes(_path);
        Damage = Read(bytes, out int good, out bool isTorn);
        if (Damage.Count == 0)
        {
            return;
        }
        string aside = AsideName($"damaged-{now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}");
        if (isTorn)
        {
            // Only the end is unfinished, as after a power cut: the chain goes on after the last whole line.
            DurableFile.Write(aside, bytes.AsSpan(good));
            using FileStream file = OpenFile(_path);
            file.SetLength(good);
            DiskSync.Data(file.SafeFileHandle);
        }
        else
        {
            DurableFile.Rename(_path, aside);
            _entries.Clear();
            // the new chain begins with the hash of what was found
            _last = Convert.ToHexStringLower(SHA256.HashData(bytes));
        }
        Damage = [.. Damage, isTorn ? $"The {bytes.Length - good} bytes of it are in {aside}."
            : $"The file as it was is {aside}; a new one begins with its hash."];
        Add(now, "note", "", "", "otedama", string.Join(' ', Damage));
    }

    /// <summary>Reads the chain; good = bytes of whole lines that follow from each other.</summary>
    private List<string> Read(byte[] bytes, out int good, out bool isTorn)
    {
        (good, isTorn) = (0, false);
        int line = 0;
        while (good < bytes.Length)
        {
            line++;
            int length = bytes.AsSpan(good).IndexOf((byte)'\n');
            if (length < 0)
            {
                isTorn = true;
                return [$"{_path} ends in the middle of line {line}: it was being written when the machine stopped."];
            }
            ReadOnlySpan<byte> text = bytes.AsSpan(good, length);
            if (!TryParse(text, out AuditEntry? entry, out string before, out string hash))
            {
                return [$"{_path} line {line} is no line of an audit log: it was damaged or edited."];
            }
            if (line > 1 && (before != _last || entry!.Number != _number + 1))
            {
                return [$"{_path} line {line} does not follow from the line before: lines were taken out, put in "
                    + $"or changed."];
            }
            if (HashOf(entry!, before) != hash)
            {
                return [$"{_path} line {line} was changed after it was written: its hash is another."];
            }
            (_last, _number) = (hash, entry!.Number);
            _entries.Add(entry);
            good += length + 1;
        }
        return [];
    }

    private void PutAside(string name)
    {
        _file!.Dispose();
        _file = null;
        DurableFile.Rename(_path, AsideName(name));
        _entries.RemoveAll(entry => entry.At < _entries[^1].At - TimeSpan.FromDays(2)); // guard rails look a day back
    }

    private string AsideName(string name) => Path.ChangeExtension(_path, $".{name}.jsonl");

    private static FileStream OpenFile(string path)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            Share = FileShare.Read,
            BufferSize = 0
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = DurableFile.OwnerOnly;
        }
        return new FileStream(path, options);
    }

    private static void TryCut(FileStream file, long length)
    {
        try
        {
            file.SetLength(length);
        }
        catch (IOException)
        {
            // The next start finds an unfinished line and says so.
        }
    }

    private static byte[] LineOf(AuditEntry entry, string before, out string hash)
    {
        hash = HashOf(entry, before);
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("n", entry.Number);
            json.WriteString("at", entry.At.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture));
            json.WriteString("what", entry.What);
            json.WriteString("device", entry.Device);
            json.WriteString("order", entry.Order);
            json.WriteString("by", entry.By);
            json.WriteString("text", entry.Text);
            json.WriteString("before", before);
            json.WriteString("hash", hash);
            json.WriteEndObject();
        }
        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }

    private static bool TryParse(ReadOnlySpan<byte> line, out AuditEntry? entry, out string before, out string hash)
    {
        (entry, before, hash) = (null, "", "");
        try
        {
            using JsonDocument document = JsonDocument.Parse(line.ToArray());
            JsonElement it = document.RootElement;
            (before, hash) = (Text("before"), Text("hash"));
            entry = new AuditEntry(it.GetProperty("n").GetInt64(),
                DateTimeOffset.Parse(Text("at"), CultureInfo.InvariantCulture), Text("what"), Text("device"),
                Text("order"), Text("by"), Text("text"));
            return true;

            string Text(string name) => it.GetProperty(name).GetString() ?? "";
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            return false;
        }
    }

    /// <summary>SHA-256 over every field, each with its length before it, and the hash of the line before.</summary>
    private static string HashOf(AuditEntry entry, string before)
    {
        string at = entry.At.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);
        StringBuilder text = new();
        foreach (string field in (ReadOnlySpan<string>)[$"{entry.Number}", at, entry.What, entry.Device,
            entry.Order, entry.By, entry.Text, before])
        {
            text.Append(CultureInfo.InvariantCulture, $"{field.Length}:{field}");
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static string Short(string text) => Core.PlainText.Of(text.Length <= TextMax ? text : text[..TextMax]);
}
