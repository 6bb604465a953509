using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Otedama.Tests.Asic;

/// <summary>
/// An Antminer's web server as far as an update goes, behind digest: what it is, what it does, and upgrade.cgi, which takes a form with one file, checks what stands
/// for its signature (the file begins with "signed VERSION"), writes its only slot and restarts.
/// </summary>
internal sealed partial class SimulatedAntminer : IAsyncDisposable
{
    private const string Realm = "antMiner Configuration", User = "root", Password = "bench-ant-root", Nonce = "0123456789abcdef0123456789abcdef";

    private readonly TimeProvider _time;
    private readonly BenchHttpServer _http;
    private DateTimeOffset _booted;
    private DateTimeOffset _upAt;

    public SimulatedAntminer(TimeProvider clock)
    {
        _time = clock;
        _booted = clock.GetUtcNow() - TimeSpan.FromDays(1);
        _http = new(ServeAsync) { IsUp = () => _time.GetUtcNow() >= _upAt };
    }

    public int Port => _http.Port;

    public string Version { get; private set; } = "1.0.0";

    public byte[]? Taken { get; private set; }

    public int Uploads { get; private set; }

    /// <summary>Breaks the connection after so many bytes of an upload.</summary>
    public int? BreaksAfter { get; set; }

    /// <summary>Restarts without its answer having gone out.</summary>
    public bool LosesReply { get; set; }

    /// <summary>Says success and keeps what it had.</summary>
    public bool KeepsOld { get; set; }

    public bool IsUp => _http.IsUp();

    public ValueTask DisposeAsync() => _http.DisposeAsync();

    private async Task ServeAsync(BenchExchange exchange)
    {
        if (!IsAllowed(exchange))
        {
            await exchange.AllBodyAsync();
            await exchange.ReplyAsync(401, "", "text/html", ("WWW-Authenticate", $"Digest realm=\"{Realm}\", nonce=\"{Nonce}\", algorithm=MD5, qop=\"auth\""));
            return;
        }
        string page = exchange.Path.Replace("/cgi-bin/", "", StringComparison.Ordinal).Replace(".cgi", "", StringComparison.Ordinal);
        if (page == "upgrade")
        {
            await UpgradeAsync(exchange);
            return;
        }
        int up = (int)(_time.GetUtcNow() - _booted).TotalSeconds;
        string? reply = page switch
        {
            "get_system_info" => $$"""{"minertype":"Antminer S21","macaddr":"02:11:22:33:44:55","hostname":"antMiner","system_filesystem_version":"{{Version}}","Algorithm":"sha256d"}""",
            "miner_type" => """{"miner_type":"S21","subtype":"X22"}""",
            "summary" => $$"""{"STATUS":{"STATUS":"S","Msg":"summary"},"SUMMARY":[{"elapsed":{{up}},"rate_5s":200000,"rate_30m":200000,"rate_avg":200000,"rate_ideal":200000,"rate_unit":"GH/s","hw_all":7,"bestshare":1,"status":[]}]}""",
            "stats" => $$"""{"STATUS":{"STATUS":"S","Msg":"stats"},"STATS":[{"elapsed":{{up}},"rate_5s":200000,"rate_30m":200000,"rate_unit":"GH/s","chain_num":1,"fan_num":4,"fan":[5880,5970,6000,6000],"chain":[{"index":0,"freq_avg":675,"rate_real":200000,"asic_num":5,"asic":"ooooo","temp_pcb":[44,44,50,51],"temp_chip":[49,50,61,62],"hw":4}]}]}""",
            "pools" => """{"STATUS":{"STATUS":"S","Msg":"pools"},"POOLS":[{"index":0,"url":"stratum+tcp://pool.bench.example:3333","user":"w.1","status":"Alive","priority":0,"accepted":500,"rejected":0,"stale":0,"diff":"65.5K"}]}""",
            _ => null,
        };
        await exchange.ReplyAsync(reply is null ? 404 : 200, reply ?? "not found", reply is null ? "text/html" : "application/json");
    }

    private async Task UpgradeAsync(BenchExchange exchange)
    {
        Uploads++;
        List<byte> all = [];
        for (byte[] part = await exchange.BodyAsync(4096); part.Length > 0; part = await exchange.BodyAsync(4096))
        {
            all.AddRange(part);
            if (all.Count > BreaksAfter)
            {
                exchange.Abort();
                return;
            }
        }
        byte[]? file = all.Count == exchange.ContentLength ? FileOf([.. all], exchange.Headers["Content-Type"]) : null;
        if (file is null || !file.AsSpan().StartsWith("signed "u8))
        {
            await exchange.ReplyAsync(200, """{"stats":"error","code":"U001","msg":"Invalid signature"}""");
            return;
        }
        Taken = file;
        if (!LosesReply)
        {
            await exchange.ReplyAsync(200, """{"stats":"success","code":"U000","msg":"OK!"}""");
        }
        else
        {
            exchange.Abort();
        }
        Version = KeepsOld ? Version : Encoding.ASCII.GetString(file, 7, 5);
        _booted = _upAt = _time.GetUtcNow() + TimeSpan.FromSeconds(90);
    }

    /// <summary>The one part of a form, whose field is firmware (RFC 7578).</summary>
    private static byte[]? FileOf(byte[] body, string contentType)
    {
        string boundary = contentType.Split("boundary=")[^1];
        byte[] open = Encoding.ASCII.GetBytes($"--{boundary}\r\n"), close = Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n");
        int head = body.AsSpan().IndexOf("\r\n\r\n"u8);
        return body.AsSpan().StartsWith(open) && body.AsSpan().EndsWith(close) && head > 0
            && Encoding.ASCII.GetString(body, 0, head).Contains("name=\"firmware\"", StringComparison.Ordinal)
            ? body[(head + 4)..^close.Length]
            : null;
    }

    private static bool IsAllowed(BenchExchange exchange)
    {
        if (!exchange.Headers.TryGetValue("Authorization", out string? header))
        {
            return false;
        }
        Dictionary<string, string> parts = Parts().Matches(header).ToDictionary(static m => m.Groups[1].Value, static m => m.Groups[2].Value.Trim('"'));
        string expected = Hash($"{Hash($"{User}:{Realm}:{Password}")}:{Nonce}:{parts["nc"]}:{parts["cnonce"]}:auth:{Hash($"{exchange.Method}:{exchange.RawTarget}")}");
        return parts["response"] == expected && parts["username"] == User;
    }

    private static string Hash(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));

    [GeneratedRegex("""(\w+)=("[^"]*"|[^,\s]+)""")]
    private static partial Regex Parts();
}
