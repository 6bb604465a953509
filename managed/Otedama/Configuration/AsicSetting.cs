using System.Globalization;
using Otedama.Asic;

namespace Otedama;

/// <summary>mining.asic: boards to mine with, each by its port.</summary>
internal static class AsicSetting
{
    /// <summary>A hub's worth of boards that are named one by one; more are what auto is for.</summary>
    private const int EntriesMax = 64;

    private static readonly string[] s_keys =
        ["port", "board", "chip", "chips", "domains", "clock_mhz", "voltage_mv", "unlocked", "fan"];

    public static Setting<IReadOnlyList<BoardRequest>> Setting(string key, string help) => new(
        key,
        help,
        "list of port and what differs from the board's own",
        "entries \"port: PORT\" with any of board, chip, chips, domains, clock_mhz, voltage_mv, unlocked: true and "
            + "fan: PERCENT; short form "
            + "PORT,chip=BM1366,chips=1 and several with ; between. PORT is auto (everything that is recognised by "
            + "its USB strings), "
            + "/dev/ttyUSB0, COM3, tcp://HOST:PORT or usb:0403:6015:SERIAL",
        [],
        Read,
        static v => $"[{string.Join(", ", v.Select(Show))}]");

    /// <summary>One entry in its short form. Null and the request, or what is wrong.</summary>
    public static string? ReadShort(string text, out BoardRequest request)
    {
        request = new BoardRequest { Port = "" };
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        List<(string Key, string Value)> fields = [("port", parts[0])];
        foreach (string part in parts[1..])
        {
            if (part.Split('=', 2, StringSplitOptions.TrimEntries) is not [string key, string value])
            {
                return $"\"{SettingTypes.Shorten(part)}\" is not of the form key=value, such as chip=BM1366";
            }
            fields.Add((key, value));
        }
        return ReadFields(fields, out request);
    }

    private static string? Read(RawValue raw, out IReadOnlyList<BoardRequest> value)
    {
        List<BoardRequest> requests = [];
        value = requests;
        IEnumerable<RawValue>? items = raw switch
        {
            RawList list => list.Items,
            RawScalar { Text: "[]" } => [],
            RawScalar scalar =>
                scalar.Text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(static text => new RawScalar(text)),
            _ => null,
        };
        if (items is null)
        {
            return "expected a list";
        }
        foreach (RawValue item in items)
        {
            string? problem = ReadEntry(item, out BoardRequest request)
                ?? (requests.Exists(other => other.Port == request.Port) ? $"port {request.Port} stands there twice"
                : null);
            if (problem is not null)
            {
                return item.Line > 0 ? $"{problem}, in the entry at line {item.Line}" : problem;
            }
            requests.Add(request);
        }
        return requests.Count <= EntriesMax ? null
            : $"{requests.Count} entries are more than {EntriesMax}; port: auto takes every board there is";
    }

    private static string? ReadEntry(RawValue item, out BoardRequest request)
    {
        request = new BoardRequest { Port = "" };
        if (item is RawScalar scalar)
        {
            return ReadShort(scalar.Text, out request);
        }
        if (item is not RawMap map)
        {
            return "expected \"port: PORT\"";
        }
        List<(string Key, string Value)> fields = [];
        foreach ((RawScalar key, RawValue raw) in map.Entries)
        {
            if (SettingTypes.ScalarText(raw, out string text) is { } problem)
            {
                return $"{key.Text}: {problem}";
            }
            fields.Add((key.Text, text));
        }
        return ReadFields(fields, out request);
    }

    private static string? ReadFields(IReadOnlyList<(string Key, string Value)> fields, out BoardRequest request)
    {
        request = new BoardRequest { Port = "" };
        foreach ((string key, string value) in fields)
        {
            string? problem = key switch
            {
                "port" => Port(value, ref request),
                "board" => Text(key, value, ref request, static (r, v) => r with { Board = v.ToLowerInvariant() }),
                "chip" => Text(key, value, ref request, static (r, v) => r with { Chip = v }),
                "chips" => Number(
                    key, value, 1, ChainOptions.ChipsMax, ref request, static (r, v) => r with { Chips = (int)v }),
                "domains" => Number(
                    key, value, 1, ChainOptions.ChipsMax, ref request, static (r, v) => r with { Domains = (int)v }),
                "clock_mhz" => Number(
                    key, value, 1, 5000, ref request, static (r, v) => r with { Megahertz = v }, isWhole: false),
                "voltage_mv" => Number(
                    key, value, 1, 5000, ref request, static (r, v) => r with { Millivolts = (int)v }),
                "fan" => value.Equals("auto", StringComparison.OrdinalIgnoreCase) ? null
                    : Number(key, value, 0, 100, ref request, static (r, v) => r with { FanPercent = (int)v }),
                "unlocked" => Unlocked(value, ref request),
                _ => $"unknown key \"{SettingTypes.Shorten(key)}\"{Nearest.Suggest(key, s_keys)}; allowed: "
                    + $"{string.Join(", ", s_keys)}",
            };
            if (problem is not null)
            {
                return problem;
            }
        }
        return request.Port.Length == 0 ? "\"port\" is missing" : BoardChoice.Check(request);
    }

    private static string? Port(string value, ref BoardRequest request)
    {
        string port = value.Trim();
        request = request with
        {
            Port = port.Equals(BoardRequest.Auto, StringComparison.OrdinalIgnoreCase)
            ? BoardRequest.Auto : port
        };
        return port.Length > 0 ? null : "port: it is empty; give a port such as /dev/ttyUSB0, or auto";
    }

    private static string? Text(
        string key, string value, ref BoardRequest request, Func<BoardRequest, string, BoardRequest> set)
    {
        request = set(request, value.Trim());
        return value.Trim().Length > 0 ? null : $"{key}: it is empty";
    }

    private static string? Unlocked(string value, ref BoardRequest request)
    {
        if (value is not ("true" or "false"))
        {
            return $"unlocked: \"{SettingTypes.Shorten(value)}\" is neither true nor false";
        }
        request = request with { Unlocked = value == "true" };
        return null;
    }

    private static string? Number(
        string key, string value, double min, double max, ref BoardRequest request,
        Func<BoardRequest, double, BoardRequest> set, bool isWhole = true)
    {
        NumberStyles style = isWhole ? NumberStyles.None : NumberStyles.AllowDecimalPoint;
        if (!double.TryParse(value.Trim(), style, CultureInfo.InvariantCulture, out double number) || number < min
            || number > max)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{key}: \"{SettingTypes.Shorten(value)}\" is not a {(isWhole ? "whole " : "")}number from {min} to "
                + $"{max}");
        }
        request = set(request, number);
        return null;
    }

    private static string Show(BoardRequest request)
    {
        List<string> fields = [$"port: \"{request.Port}\""];
        Add("board", request.Board);
        Add("chip", request.Chip);
        Add("chips", request.Chips);
        Add("domains", request.Domains);
        Add("clock_mhz", request.Megahertz);
        Add("voltage_mv", request.Millivolts);
        Add("unlocked", request.Unlocked ? "true" : null);
        Add("fan", request.FanPercent);
        return $"{{{string.Join(", ", fields)}}}";

        void Add(string key, object? value)
        {
            if (value is not null)
            {
                fields.Add(string.Create(CultureInfo.InvariantCulture, $"{key}: {value}"));
            }
        }
    }
}
