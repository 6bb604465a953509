using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Otedama.Tests.Asic;

/// <summary>An Antminer's web interface behind HTTP digest (MD5, qop auth): system, configuration, pools, actions.</summary>
internal sealed partial class AntminerServer : IAsyncDisposable
{
    private readonly BenchHttpServer _http;
    private readonly string _nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    public AntminerServer()
    {
        _http = new BenchHttpServer(ServeAsync);
        Conf = (JsonObject)JsonNode.Parse("""
            {"pools":[{"url":"stratum+tcp://old.bench.example:3333","user":"w.1","pass":"bench-ant-pass"},{"url":"","user":"","pass":""},{"url":"","user":"","pass":""}],
             "api-listen":true,"api-network":true,"bitmain-fan-ctrl":false,"bitmain-fan-pwm":"100","bitmain-use-vil":true,"bitmain-freq":"675","miner-mode":0,"freq-level":"100"}
            """)!;
    }

    public int Port => _http.Port;

    public string User { get; set; } = "root";

    public string Password { get; set; } = "bench-ant-root";

    public JsonObject Conf { get; private set; }

    public int Writes { get; private set; }

    public int Reboots { get; private set; }

    public bool Blinks { get; private set; }

    public bool MasksPasswords { get; set; }

    /// <summary>Takes a configuration and keeps the old one.</summary>
    public bool IgnoresWrites { get; set; }

    public HashSet<string> DeadPools { get; } = [];

    public ValueTask DisposeAsync() => _http.DisposeAsync();

    private async Task ServeAsync(BenchExchange exchange)
    {
        byte[] body = await exchange.AllBodyAsync();
        if (!IsAllowed(exchange))
        {
            await exchange.ReplyAsync(401, "<h1>401</h1>", "text/html", ("WWW-Authenticate", $"Digest realm=\"antMiner Configuration\", nonce=\"{_nonce}\", algorithm=MD5, qop=\"auth\""));
            return;
        }
        string page = exchange.Path.StartsWith("/cgi-bin/", StringComparison.Ordinal) ? exchange.Path["/cgi-bin/".Length..].Replace(".cgi", "", StringComparison.Ordinal) : exchange.Path;
        string? reply = page switch
        {
            "get_system_info" => """{"minertype":"Antminer S19 Pro","nettype":"DHCP","netdevice":"eth0","macaddr":"02:11:22:33:44:55","hostname":"antMiner","system_filesystem_version":"Mon Jul 4 13:47:27 CST 2022","Algorithm":"sha256d"}""",
            "summary" => """{"STATUS":{"STATUS":"S","when":1700000000,"Msg":"summary","api_version":"1.0.0"},"INFO":{"miner_version":"1","type":"Antminer S19 Pro"},"SUMMARY":[{"elapsed":5000,"rate_5s":110123.4,"rate_30m":109876.5,"rate_avg":109900.1,"rate_ideal":110000,"rate_unit":"GH/s","hw_all":7,"bestshare":123456,"status":[]}]}""",
            "stats" => """{"STATUS":{"STATUS":"S","Msg":"stats"},"INFO":{"type":"Antminer S19 Pro"},"STATS":[{"elapsed":5000,"rate_5s":110123.4,"rate_30m":109876.5,"rate_avg":109900.1,"rate_ideal":110000,"rate_unit":"GH/s","chain_num":3,"fan_num":4,"fan":[5880,5970,6000,0],"hwp_total":0.01,"miner-mode":0,"chain":[{"index":0,"freq_avg":675,"rate_ideal":36666,"rate_real":36700.5,"asic_num":5,"asic":"ooo ox","temp_pic":[45,45,60,60],"temp_pcb":[45,45,60,61],"temp_chip":[50,50,70,72],"hw":3},{"index":1,"freq_avg":675,"rate_real":36711.5,"asic_num":5,"asic":"ooo oo","temp_pcb":[44,44,59,60],"temp_chip":[49,50,69,71],"hw":4}]}]}""",
            "pools" => Pools(),
            "get_miner_conf" => Shown(),
            "set_miner_conf" => Write(Encoding.UTF8.GetString(body)),
            "blink" => Blink(Encoding.UTF8.GetString(body)),
            "reboot" => Reboot(),
            _ => null,
        };
        await exchange.ReplyAsync(reply is null ? 404 : 200, reply ?? "not found", reply is null ? "text/html" : "application/json");
    }

    private string Pools()
    {
        JsonArray pools = [];
        foreach (JsonNode? one in (JsonArray)Conf["pools"]!)
        {
            if (one!["url"]!.ToString() is { Length: > 0 } url)
            {
                pools.Add((JsonNode)new JsonObject
                {
                    ["index"] = pools.Count,
                    ["url"] = url,
                    ["user"] = one["user"]!.ToString(),
                    ["status"] = DeadPools.Contains(url) ? "Dead" : "Alive",
                    ["priority"] = pools.Count,
                    ["accepted"] = 500,
                    ["rejected"] = 5,
                    ["stale"] = 1,
                    ["diff"] = "65.5K",
                });
            }
        }
        return new JsonObject { ["STATUS"] = new JsonObject { ["STATUS"] = "S", ["Msg"] = "pools" }, ["POOLS"] = pools }.ToJsonString();
    }

    private string Shown()
    {
        JsonObject shown = (JsonObject)Conf.DeepClone();
        if (MasksPasswords)
        {
            foreach (JsonNode? pool in (JsonArray)shown["pools"]!)
            {
                pool!["pass"] = "*****";
            }
        }
        return shown.ToJsonString();
    }

    private string Write(string body)
    {
        Writes++;
        if (JsonNode.Parse(body) is not JsonObject conf || conf["pools"] is not JsonArray)
        {
            return """{"stats":"error","code":"M001","msg":"Bad configuration"}""";
        }
        if (!IgnoresWrites)
        {
            Conf = conf;
        }
        return """{"stats":"success","code":"M000","msg":"OK!"}""";
    }

    private string Blink(string body)
    {
        Blinks = JsonNode.Parse(body)?["blink"]?.GetValue<bool>() ?? false;
        return """{"code":"B000"}""";
    }

    private string Reboot()
    {
        Reboots++;
        return "";
    }

    /// <summary>RFC 7616 recomputed here.</summary>
    private bool IsAllowed(BenchExchange exchange)
    {
        if (!exchange.Headers.TryGetValue("Authorization", out string? header) || !header.StartsWith("Digest ", StringComparison.Ordinal))
        {
            return false;
        }
        Dictionary<string, string> parts = Parts().Matches(header).ToDictionary(static m => m.Groups[1].Value, static m => m.Groups[2].Value.Trim('"'));
        string a1 = Hash($"{User}:antMiner Configuration:{Password}");
        string a2 = Hash($"{exchange.Method}:{exchange.RawTarget}");
        string expected = Hash($"{a1}:{_nonce}:{parts.GetValueOrDefault("nc")}:{parts.GetValueOrDefault("cnonce")}:auth:{a2}");
        return parts.GetValueOrDefault("response") == expected && parts.GetValueOrDefault("nonce") == _nonce && parts.GetValueOrDefault("username") == User;
    }

    private static string Hash(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));

    [GeneratedRegex("""(\w+)=("[^"]*"|[^,\s]+)""")]
    private static partial Regex Parts();
}
