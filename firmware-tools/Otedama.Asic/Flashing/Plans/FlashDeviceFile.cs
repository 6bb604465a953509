using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Otedama.Interop;

namespace Otedama.Asic;

/// <summary>
/// Reads what a device is from JSON: the reply of AxeOS to /api/system/info, our normal form (FleetReading), or a small
/// object {family, board, chip, version, ...}. Names of members are compared without case, blanks, "_" and "-". Pure.
/// </summary>
public static class FlashDeviceFile
{
    /// <summary>Controller of a device whose firmware is a Linux: Antminer, Whatsminer, Avalon.</summary>
    public const string Linux = "Linux control board";

    /// <summary>Bytes of a file that is read.</summary>
    public const int FileMax = 1 << 20;

    /// <summary>Letters of one text of a device.</summary>
    private const int TextMax = 128;

    private const double Giga = 1e9;

    private static readonly (string Begins, string Controller)[] s_controllers =
    [
        ("bitaxe", EspS3), ("nerd", EspS3), ("lucky", EspS3), ("axe", EspS3), ("ember", "RP2040"),
        ("antminer", Linux), ("whatsminer", Linux), ("avalon", Linux), ("braiins", Linux),
    ];

    private const string EspS3 = "ESP32-S3";

    /// <summary>Throws FlashException with what is wrong with the file.</summary>
    public static FlashDevice Read(string path)
    {
        try
        {
            return Parse(GivenFile.ReadAll(path, FileMax), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new FlashException($"The device file {path} cannot be read: {e.Message.TrimEnd('.')}.", e);
        }
    }

    public static FlashDevice Parse(ReadOnlyMemory<byte> json, string name)
    {
        if (json.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
        {
            json = json[3..]; // a byte order mark, as some editors write one
        }
        if (!Utf8.IsValid(json.Span))
        {
            throw new FlashException($"The device file {name} is no UTF-8 text. {Forms}");
        }
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json);
        }
        catch (JsonException e)
        {
            throw new FlashException($"The device file {name} is no JSON: {e.Message.TrimEnd('.')}.", e);
        }
        using (document)
        {
            try
            {
                return FlashDeviceValues.Checked(Of(document.RootElement, name), name);
            }
            catch (InvalidOperationException e) // half of a surrogate pair, written as an escape
            {
                throw new FlashException($"The device file {name} has text that is no Unicode. {Forms}", e);
            }
        }
    }

    private static FlashDevice Of(JsonElement root, string name)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new FlashException($"The device file {name} is no JSON object. {Forms}");
        }
        Members members = new(root, name);
        return members.Has("identity") ? OfReading(members, name)
            : members.Has("asicmodel") || members.Has("boardversion") || members.Has("axeosversion") ? OfAxeOs(members)
            : members.Has("board") || members.Has("family") || members.Has("model") ? OfSmall(members, name)
            : throw new FlashException($"The device file {name} is of none of the three forms. {Forms}");
    }

    /// <summary>The same of a look at a device on the network; heap and overheating are not in that form.</summary>
    public static FlashDevice Of(FleetReading reading) => new()
    {
        Id = reading.Id,
        Address = reading.Address,
        Transport = FlashTransport.Network,
        Family = reading.Identity.Family,
        Model = reading.Identity.Model,
        Board = reading.Identity.Board,
        Chip = reading.Identity.Chip,
        Controller = ControllerOf(reading.Identity.Family),
        Version = reading.Identity.Version,
        Slot = reading.Identity.Slot,
        Mac = reading.Identity.Mac,
        Health = new FlashHealth
        {
            TemperatureC = reading.Temperatures.ChipMax ?? reading.Temperatures.ChipAverage,
            Overheat = reading.State == FleetState.Throttled ? true : null,
            WifiSignal = reading.WifiSignal,
            UptimeSeconds = reading.Uptime?.TotalSeconds,
            Paused = reading.State == FleetState.Paused,
            Watts = reading.Power.Watts,
            Rate = reading.Rates.TenMinutes ?? reading.Rates.OneMinute ?? reading.Rates.FiveSeconds,
            Accepted = reading.Shares.Accepted,
            Rejected = reading.Shares.Rejected,
            PoolUser = reading.Pools.FirstOrDefault()?.User,
        },
    };

    public static string? ControllerOf(string? family) => family is null ? null
        : Array.Find(s_controllers, one => family.StartsWith(one.Begins, StringComparison.OrdinalIgnoreCase))
        .Controller;

    private const string Forms =
        "Give the reply of /api/system/info, an otedama reading, or "
        + "{\"family\":\"Bitaxe\",\"board\":\"601\",\"chip\":\"BM1370\",\"version\":\"v2.14.2\"}.";

    private static FlashDevice OfAxeOs(Members info)
    {
        string? model = info.Text("devicemodel");
        string family = model?.StartsWith("nerd", StringComparison.OrdinalIgnoreCase) == true ? "NerdQAxe" : "Bitaxe";
        string? mac = FlashDeviceValues.Canonical(info.Text("macaddr"));
        string address = info.Text("ipv4") is { } ip ? $"{ip}:80" : "unknown";
        return new FlashDevice
        {
            Id = mac ?? $"address:{address}",
            Address = address,
            Transport = FlashTransport.Network,
            Family = family,
            Model = model,
            Board = info.Text("boardversion"),
            Chip = info.Text("asicmodel"),
            Controller = EspS3,
            Version = info.Text("version"),
            Slot = info.Text("runningpartition"),
            Mac = mac,
            Health = new FlashHealth
            {
                TemperatureC = info.Number("temp") is { } t and > 0 ? t : null,
                Overheat = info.Number("overheatmode") is { } mode ? mode != 0 : null,
                WifiSignal = info.Small("wifirssi"),
                UptimeSeconds = info.Number("uptimeseconds"),
                FreeHeap = (long?)info.Number("freeheap"),
                Paused = info.Truth("miningpaused"),
                Watts = info.Number("power"),
                Rate = (info.Number("hashrate10m") ?? info.Number("hashrate")) * Giga,
                Accepted = info.Count("sharesaccepted"),
                Rejected = info.Count("sharesrejected"),
                PoolUser = info.Text("stratumuser"),
            },
        };
    }

    private static FlashDevice OfReading(Members root, string name)
    {
        Members identity = root.Inner("identity");
        Members temperatures = root.Inner("temperatures");
        Members power = root.Inner("power");
        Members rates = root.Inner("rates");
        string? family = identity.Text("family");
        string? mac = FlashDeviceValues.Canonical(identity.Text("mac"));
        return new FlashDevice
        {
            Id = root.Text("id") ?? mac ?? $"file:{Path.GetFileName(name)}",
            Address = root.Text("address") ?? "unknown",
            Transport = FlashTransport.Network,
            Family = family,
            Model = identity.Text("model"),
            Board = identity.Text("board"),
            Chip = identity.Text("chip"),
            Controller = ControllerOf(family),
            Version = identity.Text("version"),
            Slot = identity.Text("slot"),
            Mac = mac,
            Health = new FlashHealth
            {
                TemperatureC = temperatures.Number("chipmax") ?? temperatures.Number("chipaverage"),
                WifiSignal = root.Small("wifisignal"),
                UptimeSeconds = root.Seconds("uptime"),
                Watts = power.Number("watts"),
                Rate = rates.Number("tenminutes") ?? rates.Number("oneminute"),
            },
        };
    }

    private static FlashDevice OfSmall(Members root, string name)
    {
        string? family = root.Text("family");
        string? mac = FlashDeviceValues.Canonical(root.Text("mac"));
        Members health = root.Has("health") ? root.Inner("health") : root;
        string? transport = root.Text("transport");
        return new FlashDevice
        {
            Id = root.Text("id") ?? mac ?? $"file:{Path.GetFileName(name)}",
            Address = root.Text("address") ?? "unknown",
            Transport = transport is null ? FlashTransport.Unknown
                : Enum.TryParse(transport, ignoreCase: true, out FlashTransport known)
                && !char.IsAsciiDigit(transport[0]) ? known
                : throw new FlashException(
                $"The device file {name} has transport \"{transport}\"; serial, usb, storage and network are allowed."),
            Family = family,
            Model = root.Text("model"),
            Board = root.Text("board"),
            Chip = root.Text("chip"),
            Controller = root.Text("controller") ?? ControllerOf(family),
            Version = root.Text("version"),
            Slot = root.Text("slot"),
            Mac = mac,
            UsbId = root.Text("usbid")?.ToLowerInvariant(),
            FlashSize = root.Whole("flashsize"),
            SecureBoot = root.Truth("secureboot"),
            SecureDownload = root.Truth("securedownload"),
            Health = new FlashHealth
            {
                TemperatureC = health.Number("temperaturec") ?? health.Number("temp"),
                Overheat = health.Truth("overheat"),
                WifiSignal = health.Small("wifisignal"),
                Wired = health.Truth("wired"),
                UptimeSeconds = health.Number("uptimeseconds"),
                FreeHeap = (long?)health.Number("freeheap"),
                PoolUser = health.Text("pooluser"),
            },
        };
    }

    /// <summary>Members of an object by their bare names; the first of each name counts.</summary>
    private sealed class Members
    {
        private readonly Dictionary<string, JsonElement> _all = [];

        private readonly string _file;

        public Members(JsonElement element, string file)
        {
            _file = file;
            if (element.ValueKind == JsonValueKind.Object)
            {
                foreach (JsonProperty one in element.EnumerateObject())
                {
                    string key = string.Concat(one.Name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
                    if (!_all.TryAdd(key, one.Value))
                    {
                        throw new FlashException($"The device file {file} has {key} twice. Keep one.");
                    }
                }
            }
        }

        public bool Has(string name) => _all.TryGetValue(name, out JsonElement value)
            && value.ValueKind != JsonValueKind.Null;

        public Members Inner(string name) => new(_all.GetValueOrDefault(name), _file);

        /// <summary>A number counts as its text: boards are 601 here and "601" there.</summary>
        public string? Text(string name)
        {
            string? text = _all.GetValueOrDefault(name) switch
            {
                { ValueKind: JsonValueKind.String } value => value.GetString()!.Trim(),
                { ValueKind: JsonValueKind.Number } value => value.GetRawText(),
                _ => null,
            };
            return string.IsNullOrEmpty(text) ? null : text[..Math.Min(text.Length, TextMax)];
        }

        /// <summary>Null = it is not there. What is there and no number is refused: it may be why not to
        /// write.</summary>
        public double? Number(string name) => _all.GetValueOrDefault(name) switch
        {
            { ValueKind: JsonValueKind.Number } value when value.TryGetDouble(out double number)
                && Math.Abs(number) < 1e15 => number,
            { ValueKind: JsonValueKind.String } value when double.TryParse(
                value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                && Math.Abs(number) < 1e15 => number,
            { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => null,
            JsonElement other => throw NotUnderstood(name, other, "a number"),
        };

        public long? Whole(string name) => Number(name) is not { } number ? null
            : Math.Floor(number) == number ? (long)number : throw NotUnderstood(name, _all[name], "a whole number");

        public bool? Truth(string name) => _all.GetValueOrDefault(name) switch
        {
            { ValueKind: JsonValueKind.True } => true,
            { ValueKind: JsonValueKind.False } => false,
            { ValueKind: JsonValueKind.Number } value when value.TryGetDouble(out double number) => number != 0,
            { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => null,
            JsonElement other => throw NotUnderstood(name, other, "true or false"),
        };

        private FlashException NotUnderstood(string name, JsonElement value, string wanted)
        {
            string text = value.GetRawText();
            return new FlashException($"The device file {_file}: {name} is "
                + $"{(text.Length > 40 ? text[..40] + "..." : text)}, and {wanted} is expected. Mend it, or leave it "
                + "out.");
        }

        public ulong? Count(string name) => Number(name) is { } number and >= 0 ? (ulong)number : null;

        /// <summary>Null also when it fits no int.</summary>
        public int? Small(string name) => Number(name) is { } number && Math.Abs(number) < int.MaxValue ? (int)number
            : null;

        /// <summary>A number of seconds, or a TimeSpan as JSON has it.</summary>
        public double? Seconds(string name) =>
            _all.GetValueOrDefault(name).ValueKind == JsonValueKind.String
            && TimeSpan.TryParse(Text(name), CultureInfo.InvariantCulture, out TimeSpan span)
            ? span.TotalSeconds : Number(name);
    }
}
