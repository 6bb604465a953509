using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Otedama.Tests.Asic;

/// <summary>
/// A Whatsminer of version 2 as far as an update goes: reads in clear, upgrade_firmware under a token, then LE32 length and package on the same or a new
/// connection. The package stands for signed when it begins with "signed VERSION".
/// </summary>
internal sealed class SimulatedWhatsminer : IAsyncDisposable
{
    private const string Salt = "BQ5hoXV9", NewSalt = "jbzkfQls", Time = "5626";

    private readonly TimeProvider _time;
    private readonly bool _sameConnection;
    private readonly BenchTcpServer _tcp;
    private readonly string _host;
    private readonly string _sign;
    private DateTimeOffset _booted;
    private DateTimeOffset _upAt;
    private bool _ready;

    public SimulatedWhatsminer(TimeProvider clock, bool sameConnection, string password = "bench-wm-pass")
    {
        _time = clock;
        _sameConnection = sameConnection;
        _booted = clock.GetUtcNow() - TimeSpan.FromDays(1);
        _host = WhatsminerV2Server.OpenSsl(password, Salt);
        _sign = WhatsminerV2Server.OpenSsl(_host + Time, NewSalt);
        _tcp = new(ServeAsync);
    }

    public int Port => _tcp.Port;

    public string Version { get; private set; } = "1.0.0";

    public byte[]? Taken { get; private set; }

    public bool WritesEnabled { get; set; } = true;

    public int? BreaksAfter { get; set; }

    public ValueTask DisposeAsync() => _tcp.DisposeAsync();

    private async Task ServeAsync(Socket socket, CancellationToken end)
    {
        if (_time.GetUtcNow() < _upAt)
        {
            return;
        }
        using NetworkStream stream = new(socket);
        if (_ready && !_sameConnection)
        {
            await TakeAsync(stream, end);
            return;
        }
        byte[] buffer = new byte[4095];
        int count = await stream.ReadAsync(buffer, end);
        if (count == 0)
        {
            return;
        }
        JsonNode request = JsonNode.Parse(buffer.AsSpan(0, count))!;
        string reply = request["enc"] is null ? Read(request["command"]?.ToString() ?? request["cmd"]?.ToString() ?? "") : Upgrade(request["data"]!.ToString());
        await stream.WriteAsync(Encoding.UTF8.GetBytes(reply), end);
        if (_ready && _sameConnection)
        {
            await TakeAsync(stream, end);
        }
    }

    private async Task TakeAsync(NetworkStream stream, CancellationToken end)
    {
        _ready = false;
        byte[] head = new byte[4];
        try
        {
            await stream.ReadExactlyAsync(head, end);
            byte[] package = new byte[BinaryPrimitives.ReadInt32LittleEndian(head)];
            await stream.ReadExactlyAsync(package.AsMemory(0, Math.Min(package.Length, BreaksAfter ?? package.Length)), end);
            if (BreaksAfter is not null || !package.AsSpan().StartsWith("signed "u8))
            {
                return;
            }
            Taken = package;
            Version = Encoding.ASCII.GetString(package, 7, 5);
            _booted = _upAt = _time.GetUtcNow() + TimeSpan.FromSeconds(60);
        }
        catch (EndOfStreamException)
        {
            // Less than announced: it keeps what it has.
        }
    }

    private string Upgrade(string data)
    {
        using Aes aes = Aes.Create();
        aes.Key = SHA256.HashData(Encoding.ASCII.GetBytes(_host));
        JsonNode? command = null;
        try
        {
            command = JsonNode.Parse(Encoding.UTF8.GetString(aes.DecryptEcb(Convert.FromBase64String(data), PaddingMode.None)).TrimEnd('\0'));
        }
        catch (System.Text.Json.JsonException)
        {
            // Another password was used.
        }
        if (command?["token"]?.ToString() != _sign)
        {
            return """{"STATUS":"E","When":1,"Code":135,"Msg":"check token err","Description":""}""";
        }
        if (!WritesEnabled)
        {
            return """{"STATUS":"E","When":1,"Code":45,"Msg":"can't access write cmd","Description":""}""";
        }
        _ready = command["cmd"]?.ToString() == "upgrade_firmware";
        byte[] plain = Encoding.UTF8.GetBytes("""{"STATUS":"S","When":1,"Code":131,"Msg":"ready","Description":""}""");
        Array.Resize(ref plain, (plain.Length + 15) / 16 * 16);
        return new JsonObject { ["enc"] = Convert.ToBase64String(aes.EncryptEcb(plain, PaddingMode.None)) }.ToJsonString();
    }

    private string Read(string command)
    {
        int up = (int)(_time.GetUtcNow() - _booted).TotalSeconds;
        return command switch
        {
            "get_token" => $$"""{"STATUS":"string","When":5626,"Code":134,"Msg":{"time":"{{Time}}","salt":"{{Salt}}","newsalt":"{{NewSalt}}"},"Description":"string"}""",
            "summary" => $$"""{"STATUS":[{"STATUS":"S","Msg":"Summary"}],"SUMMARY":[{"Elapsed":{{up}},"Uptime":{{up}},"MHS av":86000000,"MHS 5s":86000000,"MHS 1m":86000000,"MHS 5m":86000000,"MHS 15m":86000000,"Accepted":900,"Rejected":0,"Temperature":60.5,"Power":3306,"Factory GHS":86000,"Chip Temp Max":68.8,"MAC":"C6:07:20:00:1E:C2","Firmware Version":"'{{Version}}'"}],"id":1}""",
            "pools" => """{"STATUS":[{"STATUS":"S","Code":7,"Msg":"Pools"}],"POOLS":[{"POOL":1,"URL":"stratum+tcp://pool.bench.example:3333","Status":"Alive","Priority":0,"User":"w.1","Stratum Active":true}],"id":1}""",
            "edevs" => """{"STATUS":[{"STATUS":"S","Msg":"1 ASC(s)"}],"DEVS":[{"ASC":0,"Slot":0,"Enabled":"Y","Status":"Alive","Temperature":60,"MHS 5s":86000000,"Effective Chips":111,"Chip Temp Max":68.8}],"id":1}""",
            "devdetails" => """{"STATUS":[{"STATUS":"S","Code":69,"Msg":"Device Details"}],"DEVDETAILS":[{"DEVDETAILS":0,"Name":"SM","ID":0,"Driver":"bitmicro","Kernel":"","Model":"M30S+VE40"}],"id":1}""",
            "get_version" => $$"""{"STATUS":"S","When":1,"Code":131,"Msg":{"api_ver":"2.0.3","fw_ver":"{{Version}}","platform":"H3","chip":"K27A09"},"Description":""}""",
            "get_miner_info" => """{"STATUS":"S","When":1,"Code":131,"Msg":{"ip":"192.0.2.16","mac":"C6:07:20:00:1E:C2","hostname":"WhatsMiner"},"Description":""}""",
            "status" => $$"""{"STATUS":"S","When":1,"Code":131,"Msg":{"mineroff":"false","FirmwareVersion":"{{Version}}"},"Description":""}""",
            _ => """{"STATUS":[{"STATUS":"E","When":1,"Code":14,"Msg":"invalid cmd","Description":""}]}""",
        };
    }
}
