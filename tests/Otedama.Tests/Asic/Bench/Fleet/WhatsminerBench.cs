using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Otedama.Tests.Asic;

/// <summary>What both versions of a simulated Whatsminer share.</summary>
internal sealed class WhatsminerState
{
    public string Password { get; set; } = "bench-wm-admin";

    public bool WritesEnabled { get; set; } = true;

    public List<BenchPool> Pools { get; set; } = [new("stratum+tcp://old.bench.example:3333", "w.1", "bench-wm-pass")];

    public HashSet<string> DeadPools { get; } = [];

    public bool Off { get; set; }

    /// <summary>Commands that wrote, with their parameters but without secrets.</summary>
    public List<string> Written { get; } = [];
}

/// <summary>A Whatsminer of version 2: reads in clear, writes encrypted; its cryptography made with openssl's own functions in mind.</summary>
internal sealed class WhatsminerV2Server : IAsyncDisposable
{
    private const string Salt = "BQ5hoXV9", NewSalt = "jbzkfQls", Time = "5626";
    private readonly CgminerServer _server;
    private readonly string _host;
    private readonly string _sign;

    public WhatsminerV2Server(WhatsminerState state)
    {
        State = state;
        _host = OpenSsl(state.Password, Salt);
        _sign = OpenSsl(_host + Time, NewSalt);
        CgminerDevice device = new() { Program = "btminer", Quirks = { NoNul = true } };
        device.Fixed["version"] = """{"STATUS":[{"STATUS":"S","When":1,"Code":22,"Msg":"BTMiner versions","Description":"btminer"}],"VERSION":[{"BTMiner":"2.0","API":"2.0.3"}],"id":1}""";
        device.Fixed["summary"] = """{"STATUS":[{"STATUS":"S","Msg":"Summary"}],"SUMMARY":[{"Elapsed":8000,"MHS av":86000000.1,"MHS 5s":86500000.5,"MHS 1m":86400000,"MHS 5m":86300000,"MHS 15m":86200000,"Accepted":900,"Rejected":3,"Stale":0,"Hardware Errors":0,"Temperature":72.5,"freq_avg":660,"Fan Speed In":4980,"Fan Speed Out":5070,"Voltage":1380,"Power":3306,"Power_RT":3300,"Power Limit":3500,"Power Mode":"Normal","Factory GHS":86000,"Chip Temp Min":70.1,"Chip Temp Max":88.8,"Chip Temp Avg":80.5,"Env Temp":25.5,"Error Code Count":1,"Error Code 0":531,"MAC":"C6:07:20:00:1E:C2","Firmware Version":"'20210322.22.REL'"}],"id":1}""";
        device.Fixed["edevs"] = """{"STATUS":[{"STATUS":"S","Msg":"3 ASC(s)"}],"DEVS":[{"ASC":0,"Slot":0,"Enabled":"Y","Status":"Alive","Temperature":72.5,"Chip Frequency":661,"MHS av":28600000.1,"MHS 5s":28700000.1,"Effective Chips":111,"Chip Temp Max":88.8},{"ASC":1,"Slot":1,"Enabled":"Y","Status":"Alive","Temperature":71,"Chip Frequency":660,"MHS 5s":28800000,"Effective Chips":111},{"ASC":2,"Slot":2,"Enabled":"Y","Status":"Alive","Temperature":70,"Chip Frequency":659,"MHS 5s":29000000,"Effective Chips":110}],"id":1}""";
        device.Fixed["devdetails"] = """{"STATUS":[{"STATUS":"S","Code":69,"Msg":"Device Details"}],"DEVDETAILS":[{"DEVDETAILS":0,"Name":"SM","ID":0,"Driver":"bitmicro","Kernel":"","Model":"M30S+VE40"}],"id":1}""";
        device.Fixed["get_miner_info"] = """{"STATUS":"S","When":1618212903,"Code":131,"Msg":{"ip":"192.0.2.16","proto":"dhcp","mac":"C6:07:20:00:1E:C2","hostname":"WhatsMiner","ledstat":"auto"},"Description":""}""";
        device.Fixed["get_version"] = """{"STATUS":"S","When":1,"Code":131,"Msg":{"api_ver":"2.0.3","fw_ver":"20220125.13.Rel","platform":"H3","chip":"K27A09-21010704"},"Description":""}""";
        _server = new CgminerServer(device, Special);
    }

    public WhatsminerState State { get; }

    public int Port => _server.Port;

    public int Tokens { get; private set; }

    /// <summary>Old tokens are no longer taken.</summary>
    public bool TokensLapse { get; set; }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>A foreign judge of md5crypt: openssl passwd -1.</summary>
    public static string OpenSsl(string password, string salt)
    {
        ProcessStartInfo start = new("openssl") { RedirectStandardOutput = true, RedirectStandardInput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["passwd", "-1", "-salt", salt, "-stdin"])
        {
            start.ArgumentList.Add(argument);
        }
        using Process process = Process.Start(start)!;
        process.StandardInput.WriteLine(password);
        process.StandardInput.Close();
        string line = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return line.Split('$')[3];
    }

    private string? Special(string request)
    {
        JsonNode? body = JsonNode.Parse(request);
        if (body?["enc"] is not null)
        {
            return Encrypted(body["data"]!.ToString());
        }
        return body?["command"]?.ToString() switch
        {
            "get_token" => Token(),
            "status" => $$"""{"STATUS":"S","When":1,"Code":131,"Msg":{"mineroff":"{{(State.Off ? "true" : "false")}}","FirmwareVersion":"20220125.13.Rel","power_mode":"Normal"},"Description":""}""",
            "pools" => new JsonObject
            {
                ["STATUS"] = new JsonArray(new JsonObject { ["STATUS"] = "S", ["Code"] = 7, ["Msg"] = "Pools" }),
                ["POOLS"] = Pools(),
                ["id"] = 1,
            }.ToJsonString(),
            "summary+pools+edevs+devdetails" => null,
            _ => null,
        };
    }

    private JsonArray Pools() => [.. State.Pools.Select((pool, i) => (JsonNode)new JsonObject
    {
        ["POOL"] = i + 1, ["URL"] = pool.Url, ["Status"] = State.DeadPools.Contains(pool.Url) ? "Dead" : "Alive", ["Priority"] = i, ["User"] = pool.User, ["Stratum Active"] = i == 0,
    })];

    private string Token()
    {
        Tokens++;
        TokensLapse = false;
        return $$"""{"STATUS":"string","When":5626,"Code":134,"Msg":{"time":"{{Time}}","salt":"{{Salt}}","newsalt":"{{NewSalt}}"},"Description":"string"}""";
    }

    private string Encrypted(string data)
    {
        using Aes aes = Aes.Create();
        aes.Key = SHA256.HashData(Encoding.ASCII.GetBytes(_host));
        JsonNode? command = null;
        try
        {
            command = JsonNode.Parse(Encoding.UTF8.GetString(aes.DecryptEcb(Convert.FromBase64String(data), PaddingMode.None)).TrimEnd('\0'));
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or FormatException or CryptographicException)
        {
            // Another password was used.
        }
        if (command is null || command["token"]?.ToString() != _sign || TokensLapse)
        {
            return """{"STATUS":"E","When":1,"Code":135,"Msg":"check token err","Description":""}""";
        }
        if (!State.WritesEnabled)
        {
            return """{"STATUS":"E","When":1,"Code":45,"Msg":"can't access write cmd","Description":""}""";
        }
        string answer = Write((JsonObject)command);
        byte[] plain = Encoding.UTF8.GetBytes(answer);
        Array.Resize(ref plain, (plain.Length + 15) / 16 * 16);
        return new JsonObject { ["enc"] = Convert.ToBase64String(aes.EncryptEcb(plain, PaddingMode.None)) }.ToJsonString();
    }

    private string Write(JsonObject command)
    {
        string name = command["cmd"]!.ToString();
        switch (name)
        {
            case "update_pools":
                State.Pools = [.. Enumerable.Range(1, 3).Where(i => command[$"pool{i}"]?.ToString() is { Length: > 0 })
                    .Select(i => new BenchPool(command[$"pool{i}"]!.ToString(), command[$"worker{i}"]!.ToString(), command[$"passwd{i}"]!.ToString()))];
                break;
            case "power_off" or "power_on":
                State.Off = name == "power_off";
                break;
            case "restart_btminer" or "reboot" or "set_led" or "set_low_power" or "set_normal_power" or "set_high_power" or "set_power_pct" or "adjust_power_limit":
                break;
            default:
                return """{"STATUS":"E","When":1,"Code":14,"Msg":"invalid command","Description":""}""";
        }
        State.Written.Add(string.Join(' ', command.Where(static field => field.Key != "token" && !field.Key.StartsWith("passwd", StringComparison.Ordinal)).Select(static field => field.Value!.ToString())));
        return """{"STATUS":"S","When":1,"Code":131,"Msg":"API command OK","Description":""}""";
    }
}

/// <summary>A Whatsminer of version 3.</summary>
internal sealed class WhatsminerV3Server : IAsyncDisposable
{
    private const string Salt = "abcd1234";
    private readonly BenchTcpServer _tcp;

    public WhatsminerV3Server(WhatsminerState state)
    {
        State = state;
        _tcp = new BenchTcpServer(ServeAsync);
    }

    public WhatsminerState State { get; }

    public int Port => _tcp.Port;

    /// <summary>Lies about the length of its replies.</summary>
    public uint? Announces { get; set; }

    public ValueTask DisposeAsync() => _tcp.DisposeAsync();

    private async Task ServeAsync(Socket socket, CancellationToken end)
    {
        using NetworkStream stream = new(socket);
        byte[] head = new byte[4];
        await stream.ReadExactlyAsync(head, end);
        byte[] text = new byte[BinaryPrimitives.ReadInt32LittleEndian(head)];
        await stream.ReadExactlyAsync(text, end);
        byte[] reply = Encoding.UTF8.GetBytes(Answer((JsonObject)JsonNode.Parse(text)!));
        byte[] length = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(length, Announces ?? (uint)reply.Length);
        await stream.WriteAsync(length, end);
        await stream.WriteAsync(reply, end);
    }

    private string Answer(JsonObject request)
    {
        string command = request["cmd"]!.ToString();
        string? parameter = request["param"] is JsonValue value ? value.ToString() : null;
        switch (command)
        {
            case "get.device.info" when parameter == "salt":
                return $$"""{"code":0,"when":1,"msg":{"salt":"{{Salt}}"},"desc":"get.device.info"}""";
            case "get.device.info":
                return $$"""{"code":0,"when":1692685443,"msg":{"network":{"ip":"192.0.2.98","mac":"CA:01:14:00:04:EB","hostname":"WhatsMiner"},"miner":{"working":"{{(State.Off ? "false" : "true")}}","type":"M60S_VK40","board-num":"3"},"system":{"api":"3.0.0","platform":"H616","fwversion":"20240722.07.51.REL","control-board-version":"CB6V10","ledstatus":"auto"},"power":{"mode":"1","iin":14.8,"vin":220.5,"vout":1209,"pin":3264,"fanspeed":6112},"salt":"{{Salt}}","error-code":[{"531":"2025-03-12 14:52:35","reason":"Slot1 not found."}]},"desc":"get.device.info"}""";
            case "get.miner.status":
                return Status(parameter ?? "");
            default:
                return command.StartsWith("set.", StringComparison.Ordinal) ? Set(command, request) : """{"code":-2,"when":1,"msg":"invalid command","desc":""}""";
        }
    }

    private string Status(string sections)
    {
        JsonObject message = [];
        if (sections.Contains("summary", StringComparison.Ordinal))
        {
            message["summary"] = JsonNode.Parse("""{"elapsed":1074,"bootup-time":1175,"freq-avg":788,"factory-hash":101.366,"hash-average":101.847,"hash-1min":102.072,"hash-15min":101.8,"hash-realtime":101.9,"power-realtime":3268,"environment-temperature":34.8,"board-temperature":[69.6,70.1,72.3],"chip-temp-min":83.2,"chip-temp-avg":92.9,"chip-temp-max":100.3,"power-limit":3500,"up-freq-finish":1,"fan-speed-in":4980,"fan-speed-out":5070}""");
        }
        if (sections.Contains("pools", StringComparison.Ordinal))
        {
            message["pools"] = new JsonArray([.. State.Pools.Select((pool, i) => (JsonNode)new JsonObject
            {
                ["id"] = i + 1, ["url"] = pool.Url, ["account"] = pool.User, ["status"] = State.DeadPools.Contains(pool.Url) ? "dead" : "alive", ["stratum-active"] = i == 0,
            })]);
        }
        if (sections.Contains("edevs", StringComparison.Ordinal))
        {
            message["edevs"] = JsonNode.Parse("""[{"id":0,"slot":0,"hash-average":33.9,"factory-hash":33.8,"freq":788,"effective-chips":160,"chip-temp-min":83.2,"chip-temp-max":100.3}]""");
        }
        return new JsonObject { ["code"] = 0, ["when"] = 1, ["msg"] = message, ["desc"] = "get.miner.status" }.ToJsonString();
    }

    private string Set(string command, JsonObject request)
    {
        byte[] key = SHA256.HashData(Encoding.UTF8.GetBytes($"{command}{State.Password}{Salt}{request["ts"]}"));
        if (!State.WritesEnabled || request["account"]?.ToString() != "super" || request["token"]?.ToString() != Convert.ToBase64String(key)[..8])
        {
            return """{"code":-4,"when":1,"msg":"no permission","desc":""}""";
        }
        string shown = request["param"]?.ToJsonString() ?? "";
        if (command == "set.miner.pools")
        {
            using Aes aes = Aes.Create();
            aes.Key = key;
            string plain = Encoding.UTF8.GetString(aes.DecryptEcb(Convert.FromBase64String(request["param"]!.ToString()), PaddingMode.None)).TrimEnd('\0');
            State.Pools = [.. ((JsonArray)JsonNode.Parse(plain)!).Select(static pool => new BenchPool(pool!["pool"]!.ToString(), pool["worker"]!.ToString(), pool["passwd"]!.ToString()))];
            shown = "";
        }
        if (command == "set.miner.service")
        {
            State.Off = shown == "\"stop\"";
        }
        State.Written.Add($"{command} {shown}".Trim());
        return $$"""{"code":0,"when":1,"msg":"ok","desc":"{{command}}"}""";
    }
}
