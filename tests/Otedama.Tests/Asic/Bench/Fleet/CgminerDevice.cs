using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Otedama.Tests.Asic;

internal sealed record BenchPool(string Url, string User, string Password)
{
    public int Priority { get; set; }
}

/// <summary>
/// kanoi/cgminer 4.13.6 with one simulated device, as its API answers (fleet specification 2, key cgminer_api): requests in,
/// replies out, no socket. Values of single commands can be replaced, so that it also plays what vendors made of it.
/// </summary>
internal sealed class CgminerDevice
{
    private const long When = 1795360093;

    private readonly List<BenchPool> _pools = [new("stratum+tcp://old.bench.example:3333", "w,1|a=b", "bench-old-pass")];

    public CgminerQuirks Quirks { get; } = new();

    /// <summary>Whole replies (JSON) by command, for vendors' own.</summary>
    public Dictionary<string, string> Fixed { get; } = [];

    public IReadOnlyList<BenchPool> Pools => _pools;

    public int Active { get; private set; }

    public bool Enabled { get; private set; } = true;

    public bool Saved { get; private set; }

    public int Identified { get; private set; }

    public int Restarts { get; private set; }

    /// <summary>Commands in order, parameters left out.</summary>
    public List<string> Journal { get; } = [];

    /// <summary>What a Description says.</summary>
    public string Program { get; set; } = "cgminer 4.13.6";

    /// <summary>One request as it came in one recv; the reply without its NUL.</summary>
    public string Answer(string request)
    {
        bool json = request.StartsWith('{');
        string command, parameter = "";
        if (json)
        {
            JsonObject? body = null;
            try
            {
                body = JsonNode.Parse(request) as JsonObject;
            }
            catch (System.Text.Json.JsonException)
            {
                // Answered below.
            }
            if (body is null)
            {
                return Finish("", Status('E', 23, "Invalid JSON"), json);
            }
            if (body["command"] is not JsonValue name)
            {
                return Finish("", Status('E', 24, "Missing JSON 'command'"), json);
            }
            command = name.ToString();
            parameter = body["parameter"]?.ToString() ?? "";
        }
        else
        {
            string[] parts = request.Split('|', 2);
            command = parts[0];
            parameter = parts.Length > 1 ? parts[1] : "";
        }
        JsonObject reply;
        if (command.Contains('+', StringComparison.Ordinal) && !Quirks.NoJoin)
        {
            reply = [];
            foreach (string one in command.Split('+'))
            {
                reply[one] = new JsonArray(Joinable(one) ? One(one, "") : Status('E', Known(one) ? 45 : 14, Known(one) ? $"Access denied to '{one}' command" : "Invalid command"));
            }
            reply["id"] = 1;
        }
        else
        {
            reply = One(command, parameter);
        }
        return Finish(command, reply, json && !Quirks.TextOnly);
    }

    private string Finish(string command, JsonObject reply, bool json)
    {
        string text = json
            ? reply.ToJsonString(new System.Text.Json.JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
            : CgminerTextForm.Write(reply);
        text = Quirks.Rewrite?.Invoke(command, text) ?? text;
        if (Quirks.PadTo is int size && text.Length < size)
        {
            text = text[..^1] + new string(' ', size - text.Length) + text[^1];
        }
        return Quirks.TruncateAt is int at && at < text.Length ? text[..at] : text;
    }

    private JsonObject One(string command, string parameter)
    {
        Journal.Add(command);
        if (Fixed.TryGetValue(command, out string? kept))
        {
            return (JsonObject)JsonNode.Parse(kept)!;
        }
        if (Quirks.ReadOnly && !Joinable(command))
        {
            return Status('E', 45, $"Access denied to '{command}' command");
        }
        return command switch
        {
            "version" => Section(Status('S', 22, "CGMiner versions"), "VERSION", new JsonObject { ["CGMiner"] = "4.13.6", ["API"] = "3.7" }),
            "summary" => Section(Status('S', 11, "Summary"), "SUMMARY", Summary()),
            "devs" => Section(Status('S', 9, "1 ASC(s)"), "DEVS", Device()),
            "pools" => PoolList(),
            "config" => Section(Status('S', 33, "CGMiner config"), "CONFIG", new JsonObject { ["ASC Count"] = 1, ["PGA Count"] = 0, ["Pool Count"] = _pools.Count, ["Strategy"] = "Failover", ["OS"] = "Linux" }),
            "devdetails" => Section(Status('S', 69, "Device Details"), "DEVDETAILS", new JsonObject { ["DEVDETAILS"] = 0, ["Name"] = "GSF", ["ID"] = 0, ["Driver"] = "gekko" }),
            "stats" => Section(Status('S', 70, "CGMiner stats"), "STATS", new JsonObject { ["STATS"] = 0, ["ID"] = "GSF0", ["Elapsed"] = 28, ["Calls"] = 0 }),
            "privileged" => Status('S', 46, "Privileged access OK"),
            "addpool" => AddPool(parameter),
            "poolpriority" => Priority(parameter),
            "switchpool" => Switch(parameter),
            "removepool" => Remove(parameter),
            "save" => Quirks.CannotSave ? Status('E', 43, "Can't write config") : Save(),
            "ascenable" or "ascdisable" => Enable(command == "ascenable"),
            "ascidentify" => Identify(),
            "restart" => Restart(),
            "asc" => Status('E', 107, $"Invalid ASC id {parameter} - range is 0 - 0"),
            _ => new JsonObject { ["STATUS"] = new JsonArray(new JsonObject { ["STATUS"] = "E", ["When"] = When, ["Code"] = 14, ["Msg"] = "Invalid command" }), ["id"] = 1 },
        };
    }

    private static bool Joinable(string command) => command is "version" or "config" or "devs" or "edevs" or "pools" or "summary" or "notify" or "devdetails" or "stats" or "estats" or "coin"
        or "temps" or "fans" or "tunerstatus";

    private static bool Known(string command) => command is "asc" or "switchpool" or "addpool" or "removepool" or "poolpriority" or "privileged" or "save" or "restart" or "quit";

    private JsonObject Status(char letter, int code, string message) => new()
    {
        ["STATUS"] = new JsonArray(new JsonObject { ["STATUS"] = letter.ToString(), ["When"] = When, ["Code"] = code, ["Msg"] = message, ["Description"] = Program }),
        ["id"] = 1,
    };

    private static JsonObject Section(JsonObject status, string name, params JsonObject[] values)
    {
        status.Remove("id");
        status[name] = new JsonArray(values);
        status["id"] = 1;
        return status;
    }

    private static JsonObject Summary() => new()
    {
        ["Elapsed"] = 2800,
        ["MHS av"] = 2414.38,
        ["MHS 5s"] = 485.35,
        ["MHS 1m"] = 724.96,
        ["MHS 5m"] = 208.06,
        ["MHS 15m"] = 73.92,
        ["Found Blocks"] = 1,
        ["Getworks"] = 12,
        ["Accepted"] = 101,
        ["Rejected"] = 2,
        ["Hardware Errors"] = 1,
        ["Stale"] = 3,
        ["Difficulty Accepted"] = 1.0,
        ["Best Share"] = 2536,
        ["Device Hardware%"] = 5.8824,
        ["Last getwork"] = 1795360500,
    };

    private JsonObject Device() => new()
    {
        ["ASC"] = 0,
        ["Name"] = "GSF",
        ["ID"] = 0,
        ["Enabled"] = Enabled ? "Y" : "N",
        ["Status"] = "Alive",
        ["Temperature"] = 41.5,
        ["MHS av"] = 2414.38,
        ["MHS 5s"] = 485.35,
        ["Accepted"] = 101,
        ["Hardware Errors"] = 1,
        ["No Device"] = false,
        ["Last Valid Work"] = 1795360035,
    };

    private JsonObject PoolList() => Section(Status('S', 7, $"{_pools.Count} Pool(s)"), "POOLS", [.. _pools.Select((pool, i) => new JsonObject
    {
        ["POOL"] = i, ["URL"] = pool.Url, ["Status"] = Quirks.DeadPools.Contains(pool.Url) ? "Dead" : "Alive", ["Priority"] = pool.Priority, ["User"] = pool.User,
        ["Last Share Time"] = i == Active ? When - 60 : 0, ["Last Share Difficulty"] = 1024.0, ["Stratum Active"] = i == Active, ["Stratum URL"] = pool.Url.Split('/')[^1],
    })]);

    private JsonObject AddPool(string parameter)
    {
        string[] fields = Fields(parameter);
        if (fields.Length != 3)
        {
            return Status('E', 53, "Invalid addpool details");
        }
        _pools.Add(new BenchPool(fields[0], fields[1], fields[2]) { Priority = _pools.Count });
        Saved = false;
        return Status('S', 55, $"Added pool {_pools.Count - 1}: '{fields[0]}'");
    }

    private static string[] Fields(string text)
    {
        List<string> fields = [];
        StringBuilder field = new();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
            {
                field.Append(text[++i]);
            }
            else if (text[i] == ',')
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(text[i]);
            }
        }
        fields.Add(field.ToString());
        return [.. fields];
    }

    private JsonObject Priority(string parameter)
    {
        int priority = 0;
        foreach (string one in parameter.Split(','))
        {
            if (!int.TryParse(one, NumberStyles.None, CultureInfo.InvariantCulture, out int index) || index >= _pools.Count)
            {
                return Status('E', 26, $"Invalid pool id {one}");
            }
            _pools[index].Priority = priority++;
        }
        return Status('S', 73, "Changed pool priorities");
    }

    private JsonObject Switch(string parameter)
    {
        if (!int.TryParse(parameter, NumberStyles.None, CultureInfo.InvariantCulture, out int index) || index >= _pools.Count)
        {
            return Status('E', 26, $"Invalid pool id {parameter}");
        }
        Active = index;
        return Status('S', 27, $"Switching to pool {index}:'{_pools[index].Url}'");
    }

    private JsonObject Remove(string parameter)
    {
        if (!int.TryParse(parameter, NumberStyles.None, CultureInfo.InvariantCulture, out int index) || index >= _pools.Count)
        {
            return Status('E', 26, $"Invalid pool id {parameter}");
        }
        if (_pools.Count == 1)
        {
            return Status('E', 66, $"Cannot remove last pool {index}:'{_pools[index].Url}'");
        }
        if (index == Active || Quirks.StaysActive-- > 0)
        {
            return Status('E', 67, $"Cannot remove active pool {index}:'{_pools[index].Url}'");
        }
        string url = _pools[index].Url;
        BenchPool active = _pools[Active];
        // As in cgminer the last pool takes the number that becomes free.
        _pools[index] = _pools[^1];
        _pools.RemoveAt(_pools.Count - 1);
        Active = _pools.IndexOf(active);
        return Status('S', 68, $"Removed pool {index}:'{url}'");
    }

    private JsonObject Save()
    {
        Saved = true;
        return Status('S', 44, "Configuration saved to file '/etc/cgminer.conf'");
    }

    private JsonObject Enable(bool enabled)
    {
        if (enabled == Enabled)
        {
            return Status('I', enabled ? 49 : 50, $"ASC 0 already {(enabled ? "enabled" : "disabled")}");
        }
        Enabled = enabled;
        return Status('S', enabled ? 110 : 111, $"ASC 0 set to {(enabled ? "en" : "dis")}able");
    }

    private JsonObject Identify()
    {
        Identified++;
        return Status('S', 113, "Identify command sent to ASC 0");
    }

    private JsonObject Restart()
    {
        Restarts++;
        return new JsonObject { ["STATUS"] = "RESTART" };
    }
}

/// <summary>The text form of such a reply.</summary>
internal static class CgminerTextForm
{
    public static string Write(JsonObject reply)
    {
        StringBuilder text = new();
        foreach ((string key, JsonNode? value) in reply)
        {
            if (value is not JsonArray list)
            {
                continue;
            }
            if (list is [JsonObject { } joined] && joined.ContainsKey("STATUS") && key != "STATUS")
            {
                text.Append("CMD=").Append(key).Append('|').Append(Write(joined));
                continue;
            }
            foreach (JsonNode? section in list)
            {
                JsonObject fields = (JsonObject)section!;
                string name = key switch { "POOLS" => "POOL", "DEVS" => "ASC", _ => key };
                string[] parts = [.. fields.Select(static field => $"{Escape(field.Key)}={Escape(field.Value?.ToString() ?? "")}")];
                text.Append(fields.ContainsKey(name) ? "" : $"{name},").AppendJoin(',', parts).Append('|');
            }
        }
        return text.ToString();
    }

    private static string Escape(string text) => string.Concat(text.Select(static c => c is ',' or '=' or '|' or '\\' ? $"\\{c}" : c.ToString()));
}
