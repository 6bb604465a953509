using System.Text.Json;
using Otedama.Interop;

namespace Otedama.Asic;

/// <summary>What was agreed to of one device: whom it pays and what it runs.</summary>
internal sealed record DeviceAgreement(IReadOnlyList<PayoutEntry> Pools, string? Firmware)
{
    public static DeviceAgreement None { get; } = new([], null);
}

/// <summary>
/// What was agreed to of each device, across restarts, in one file that is replaced whole. One thread at a time.
/// </summary>
internal sealed class DeviceMemory
{
    /// <summary>Bytes of the file; as many as DevicesMax devices with eight long pools take.</summary>
    private const int FileMax = 64 << 20;

    private readonly string? _path;
    private readonly Dictionary<string, DeviceAgreement> _agreed = [];
    private bool _changed;

    /// <summary>Reads the file; null = nothing is kept on disk.</summary>
    public DeviceMemory(string? folder)
    {
        _path = folder is null ? null : Path.Combine(folder, "agreed.json");
        if (_path is not null && File.Exists(_path))
        {
            Problem = Load(_path);
        }
    }

    /// <summary>What is wrong with the file, in a sentence; null = nothing.</summary>
    public string? Problem { get; private set; }

    public DeviceAgreement Of(string id) => _agreed.GetValueOrDefault(id, DeviceAgreement.None);

    public void Set(string id, DeviceAgreement agreement)
    {
        if (_agreed.ContainsKey(id) || _agreed.Count < FleetWatch.DevicesMax)
        {
            _agreed[id] = agreement;
            _changed = true;
        }
    }

    /// <summary>Writes the file when something changed. Returns why it could not, or null.</summary>
    public string? Save()
    {
        if (_path is null || !_changed)
        {
            return null;
        }
        try
        {
            DurableFile.Write(_path, Bytes());
            _changed = false;
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{_path} cannot be written: {e.Message} Whom devices pay is remembered only until this "
                + $"program ends.";
        }
    }

    private byte[] Bytes()
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            foreach ((string id, DeviceAgreement agreement) in _agreed)
            {
                json.WriteStartObject(id);
                json.WriteString("firmware", agreement.Firmware);
                json.WriteStartArray("pools");
                foreach (PayoutEntry pool in agreement.Pools)
                {
                    json.WriteStartObject();
                    json.WriteString("url", pool.Url);
                    json.WriteString("user", pool.User);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    private string? Load(string path)
    {
        try
        {
            FileKind.RequireFile(path);
            if (new FileInfo(path).Length > FileMax)
            {
                throw new InvalidDataException("it is larger than such a file can be");
            }
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            foreach (JsonProperty device in document.RootElement.EnumerateObject().Take(FleetWatch.DevicesMax))
            {
                _agreed[device.Name] = new DeviceAgreement(
                    [.. device.Value.GetProperty("pools").EnumerateArray().Take(ReadingBounds.PoolsMax)
                        .Select(static pool =>
                        new PayoutEntry(pool.GetProperty("url").GetString() ?? "",
                            pool.GetProperty("user").GetString() ?? ""))],
                    device.Value.GetProperty("firmware").GetString());
            }
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{path} cannot be read: {e.Message} Whom devices paid before is not known; what they have "
                + $"now counts as agreed.";
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or InvalidOperationException
            or KeyNotFoundException)
        {
            _agreed.Clear();
            return $"{path} is damaged ({e.Message.TrimEnd('.')}) and was put aside{PutAside(path)}. Whom "
                + $"devices paid before is not known; what they "
                + "have now counts as agreed: look at their pools once.";
        }
    }

    private static string PutAside(string path)
    {
        try
        {
            File.Move(path, path + ".damaged", overwrite: true);
            return $" as {path}.damaged";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
