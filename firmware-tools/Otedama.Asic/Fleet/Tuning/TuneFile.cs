using System.Text.Json;
using Otedama.Interop;

namespace Otedama.Asic;

/// <summary>
/// The last tuning of each device across restarts, in one file that is replaced whole at each change: one in minutes.
/// One thread at a time.
/// </summary>
public sealed class TuneFile
{
    /// <summary>Bytes of the file: DevicesMax records with some forty settings each.</summary>
    private const int FileMax = 16 << 20;

    private readonly string _path;
    private readonly Dictionary<string, TuneRecord> _records = [];

    /// <summary>Reads tunings.json in the folder; one that is damaged is put aside and told of.</summary>
    public TuneFile(string folder)
    {
        _path = Path.Combine(folder, "tunings.json");
        if (!File.Exists(_path))
        {
            return;
        }
        try
        {
            FileKind.RequireFile(_path);
            TuneRecord[]? records = new FileInfo(_path).Length > FileMax ? null
                : JsonSerializer.Deserialize(File.ReadAllBytes(_path), TuneJson.Default.TuneRecordArray);
            foreach (TuneRecord record in records ?? throw new JsonException("it holds no list of tunings"))
            {
                Keep(record);
            }
        }
        catch (JsonException)
        {
            _records.Clear();
            Problem = $"{_path} is damaged and was put aside; what devices were tuned to is not known.";
            TryPutAside();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Problem = $"{_path} cannot be read: {e.Message.TrimEnd('.')}. What devices were tuned to is not known.";
        }
    }

    /// <summary>What was wrong with the file at the start; null = nothing.</summary>
    public string? Problem { get; }

    public IReadOnlyCollection<TuneRecord> All => _records.Values;

    public TuneRecord? Of(string device) => _records.GetValueOrDefault(device);

    /// <summary>Returns null, or why it will be forgotten with this program.</summary>
    public string? Put(TuneRecord record)
    {
        Keep(record);
        try
        {
            DurableFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(
                [.. _records.Values], TuneJson.Default.TuneRecordArray));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{_path} cannot be written: {e.Message.TrimEnd('.')}. The tuning is remembered only "
                + "until this program ends.";
        }
    }

    private void Keep(TuneRecord record)
    {
        if (_records.ContainsKey(record.Device) || _records.Count < FleetWatch.DevicesMax)
        {
            _records[record.Device] = record;
        }
    }

    private void TryPutAside()
    {
        try
        {
            File.Move(_path, _path + ".damaged", overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It stays and is replaced at the next change.
        }
    }
}
