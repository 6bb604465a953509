using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Otedama.Benchmarks;

/// <summary>
/// A pool for one miner that says yes to every share and notes when it came. Each job has a previous hash of its own, eight times the
/// same word, so that it is recognised however the words are turned.
/// </summary>
internal sealed class ChipPool : IDisposable
{
    private const string CoinbaseBegin =
        "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff1003010203";

    private const string CoinbaseEnd = "ffffffff0100f2052a010000001600140000000000000000000000000000000000000000" + "00000000";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TaskCompletionSource<StreamWriter> _miner = new();
    private int _job;

    public ChipPool()
    {
        _listener.Start();
        _ = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Shares: when they were there, the job, the nonce.</summary>
    public List<(long At, string Job, string Nonce)> Shares { get; } = [];

    /// <summary>When jobs were sent, and the word of their previous hash.</summary>
    public List<(long At, string Job, string Word)> Jobs { get; } = [];

    /// <summary>Another block: a clean job.</summary>
    public async Task SendJobAsync()
    {
        StreamWriter miner = await _miner.Task;
        string half = (++_job).ToString("x2", CultureInfo.InvariantCulture).PadLeft(2, '0');
        string word = $"{half}5a5a{half}";
        string time = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString("x8", CultureInfo.InvariantCulture);
        Jobs.Add((Stopwatch.GetTimestamp(), half, word));
        await miner.WriteAsync($$"""{"id":null,"method":"mining.notify","params":["{{half}}","{{string.Concat(Enumerable.Repeat(word, 8))}}","{{CoinbaseBegin}}","{{CoinbaseEnd}}",[],"20000000","1d00ffff","{{time}}",true]}""" + "\n");
        await miner.FlushAsync();
    }

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        using TcpClient client = await _listener.AcceptTcpClientAsync();
        client.NoDelay = true;
        using StreamReader reader = new(client.GetStream());
        await using StreamWriter writer = new(client.GetStream());
        while (await reader.ReadLineAsync() is { } line)
        {
            long now = Stopwatch.GetTimestamp();
            using JsonDocument request = JsonDocument.Parse(line);
            string id = request.RootElement.GetProperty("id").GetRawText();
            string method = request.RootElement.GetProperty("method").GetString()!;
            if (method == "mining.submit")
            {
                JsonElement share = request.RootElement.GetProperty("params");
                Shares.Add((now, share[1].GetString()!, share[4].GetString()!));
            }
            string result = method switch
            {
                "mining.configure" => """{"version-rolling":true,"version-rolling.mask":"1fffe000"}""",
                "mining.subscribe" => """[[["mining.notify","1"]],"0a0b0c0d",8]""",
                _ => "true",
            };
            await writer.WriteAsync($$"""{"id":{{id}},"result":{{result}},"error":null}""" + "\n");
            if (method == "mining.authorize")
            {
                // What chips find that are content with eight zero bits is a share.
                await writer.WriteAsync("""{"id":null,"method":"mining.set_difficulty","params":[0.00000005]}""" + "\n");
                await writer.FlushAsync();
                _miner.TrySetResult(writer);
            }
            await writer.FlushAsync();
        }
    }
}
