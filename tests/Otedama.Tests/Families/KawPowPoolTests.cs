using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Tests.Pool;
using Xunit;

namespace Otedama.Tests.Families;

/// <summary>The KawPow dialect against a whole pool, line by line.</summary>
public sealed class KawPowPoolTests : IAsyncLifetime
{
    private const uint Bits = 0x2007ffff; // 2^5 hashes a block

    private MiningRun _run = null!;
    private TestMiner _miner = null!;
    private string _user = "";

    public async ValueTask InitializeAsync()
    {
        _run = await MiningRun.StartAsync(MiningRun.CoinOf(Algorithm.KawPow, Bits));
        _miner = await TestMiner.ConnectAsync(_run.Pool.Endpoints[0]);
        _user = _run.Node.MiningAddress + ".gpu";
    }

    public async ValueTask DisposeAsync()
    {
        _miner.Dispose();
        await _run.DisposeAsync();
    }

    [Fact]
    public async Task A_miner_is_told_its_prefix_then_the_target_then_the_job()
    {
        await _miner.SendAsync("""{"id":1,"method":"mining.subscribe","params":["kawpowminer/1.2.4"]}""");
        JsonElement subscribed = await _miner.ReadMessageAsync();
        Assert.Equal(JsonValueKind.Null, subscribed.GetProperty("result")[0].ValueKind);
        Assert.Equal(2, subscribed.GetProperty("result").GetArrayLength());
        Assert.Matches("^[0-9a-f]{6}$", subscribed.GetProperty("result")[1].GetString());
        await _miner.SendAsync($$"""{"id":3,"method":"mining.authorize","params":["{{_user}}","x"]}""");
        Assert.True((await _miner.ReadMessageAsync()).GetProperty("result").GetBoolean());
        JsonElement target = await _miner.ReadMessageAsync();
        Assert.Equal("mining.set_target", target.GetProperty("method").GetString());
        JsonElement notify = await _miner.ReadMessageAsync();
        JsonElement job = notify.GetProperty("params");
        Assert.Equal("mining.notify", notify.GetProperty("method").GetString());
        Assert.Equal(7, job.GetArrayLength());
        Assert.Matches("^[0-9a-f]{64}$", job[1].GetString());
        Assert.Equal(new string('0', 64), job[2].GetString());
        Assert.Equal(target.GetProperty("params")[0].GetString(), job[3].GetString());
        Assert.Equal((JsonValueKind.True, 1, "2007ffff"), (job[4].ValueKind, job[5].GetInt32(), job[6].GetString()));
        Assert.False(notify.TryGetProperty("jsonrpc", out _));
    }

    [Fact]
    public async Task A_share_counts_once_and_forgeries_are_told_apart()
    {
        (string prefix, JsonElement job) = await LoginAsync();
        (ulong nonce, string mix) = Solve(prefix, job);
        string header = job[1].GetString()!;
        string wrongMix = MixAbove(Hash256.FromDisplay(header), nonce);
        ulong stranger = nonce ^ (1UL << 63);
        Assert.Equal(20, await CodeAsync(job, nonce, new string('2', 64), mix)); // another header
        Assert.Equal(20, await CodeAsync(job, stranger, header, mix));           // another connection's nonces
        Assert.Equal(20, await CodeAsync(job, nonce, header[2..], mix));         // lengths that are not
        Assert.Equal(20, await CodeAsync(job, nonce, header, mix + "00"));
        Assert.Equal(23, await CodeAsync(job, nonce, header, wrongMix)); // fails the cheap check
        Assert.Equal(0, await CodeAsync(job, nonce, header, mix));
        await _miner.ReadJobAsync(next => next[5].GetInt32() == 2);
        Assert.Equal(21, await CodeAsync(job, nonce, header, mix)); // the block is the tip by now
        Assert.Equal(21, (await _miner.CallAsync(Line("ffffffff", nonce, header, mix))).GetProperty("error")[0].GetInt32());
        Assert.Equal(20, (await _miner.CallAsync($$"""{"id":4,"method":"mining.submit","params":["{{_user}}","{{job[0].GetString()}}","0x12"]}""")).GetProperty("error")[0].GetInt32());
    }

    [Fact]
    public async Task A_mix_that_passes_the_cheap_check_but_is_invented_is_a_bad_proof()
    {
        (string prefix, JsonElement job) = await LoginAsync();
        ulong nonce = ulong.Parse(prefix, NumberStyles.HexNumber, CultureInfo.InvariantCulture) << 40;
        JsonElement error = (await _miner.CallAsync(Line(job[0].GetString()!, nonce, job[1].GetString()!, Forge(job, nonce)))).GetProperty("error");
        Assert.Equal((20, "bad proof of work"), (error[0].GetInt32(), error[1].GetString()));
        Assert.Equal(0, _run.Node.Snapshot().Height);
    }

    [Fact]
    public async Task A_session_that_forges_proofs_is_closed_with_a_reason_and_honest_ones_are_not()
    {
        (string prefix, JsonElement job) = await LoginAsync();
        using TestMiner forger = await TestMiner.ConnectAsync(_run.Pool.Endpoints[0]);
        string own = await forger.LoginAsync(_user);
        string jobId = (await forger.ReadNotificationAsync("mining.notify")).GetProperty("params")[0].GetString()!;
        ulong nonce = ulong.Parse(own, NumberStyles.HexNumber, CultureInfo.InvariantCulture) << 40;
        int wrong = 0;
        string? closing = null;
        while (closing is null)
        {
            string mix = Forge(job, nonce, skip: wrong);
            await forger.SendAsync(Line(jobId, nonce, job[1].GetString()!, mix));
            string? line = await forger.ReadAsync();
            while (line is not null && line.Contains("mining.", StringComparison.Ordinal))
            {
                line = await forger.ReadAsync();
            }
            Assert.Contains("bad proof of work", line, StringComparison.Ordinal);
            closing = ++wrong == 8 ? await forger.ReadAsync() : null;
        }
        Assert.Contains("client.show_message", closing, StringComparison.Ordinal);
        Assert.Contains("8 wrong proofs of work", closing, StringComparison.Ordinal);
        Assert.Null(await forger.ReadAsync());
        (ulong good, string goodMix) = Solve(prefix, job);
        Assert.Equal(0, await CodeAsync(job, good, job[1].GetString()!, goodMix));
    }

    [Fact]
    public async Task Two_connections_never_share_a_prefix()
    {
        (string first, _) = await LoginAsync();
        using TestMiner other = await TestMiner.ConnectAsync(_run.Pool.Endpoints[0]);
        string second = await other.LoginAsync(_user);
        Assert.NotEqual(first[..4], second[..4]);
    }

    [Fact]
    public async Task Probing_for_other_dialects_is_refused_kindly_and_hash_rates_are_taken()
    {
        for (int i = 0; i < 20; i++)
        {
            using TestMiner probe = await TestMiner.ConnectAsync(_run.Pool.Endpoints[0]);
            JsonElement refused = await probe.CallAsync("""{"id":0,"method":"mining.hello","params":{"agent":"kawpowminer","proto":"EthereumStratum/2.0.0"}}""");
            Assert.Equal(20, refused.GetProperty("error")[0].GetInt32());
        }
        await LoginAsync();
        JsonElement rate = await _miner.CallAsync("""{"id":9,"jsonrpc":"2.0","method":"eth_submitHashrate","params":["0x1","0x2"]}""");
        Assert.True(rate.GetProperty("result").GetBoolean());
        Assert.Equal("2.0", rate.GetProperty("jsonrpc").GetString());
        using TestMiner plain = await TestMiner.ConnectAsync(_run.Pool.Endpoints[0]);
        JsonElement reply = await plain.CallAsync("""{"id":9,"method":"eth_submitHashrate","params":["0x1","0x2"]}""");
        Assert.False(reply.TryGetProperty("jsonrpc", out _));
    }

    private async Task<(string Prefix, JsonElement Job)> LoginAsync()
    {
        string prefix = await _miner.LoginAsync(_user);
        JsonElement notify = await _miner.ReadNotificationAsync("mining.notify");
        return (prefix, notify.GetProperty("params"));
    }

    /// <summary>An invented mix that passes the cheap check of a block; the next one for each further `skip`.</summary>
    private static string Forge(JsonElement job, ulong nonce, int skip = 0)
    {
        Hash256 header = Hash256.FromDisplay(job[1].GetString()!);
        Target target = Target.FromCompact(Bits);
        for (ulong guess = 0; ; guess++)
        {
            Hash256 mix = Hash256.FromDisplay($"{guess:x64}");
            if (target.IsMetBy(KawPow.FinalHash(header, new KawPowProof(nonce, mix))) && skip-- == 0)
            {
                return mix.ToString();
            }
        }
    }

    /// <summary>A nonce under the prefix that makes a block, and its mix.</summary>
    private (ulong Nonce, string Mix) Solve(string prefix, JsonElement job)
    {
        byte[] data = new byte[KawPow.DataSize];
        KawPow.WriteData(Hash256.FromDisplay(job[1].GetString()!), default, data);
        using PowEngine engine = PowEngine.Create(Algorithm.KawPow, dataset: _run.Datasets.Get(Algorithm.KawPow, job[5].GetInt32()));
        PowHit[] hits = new PowHit[1];
        PowWork work = new()
        {
            Data = data,
            NonceFirst = ulong.Parse(prefix, NumberStyles.HexNumber, CultureInfo.InvariantCulture) << 40,
            NonceCount = 1UL << 40,
            Height = (uint)job[5].GetInt32(),
            Target = Target.FromCompact(Bits),
        };
        long began = Stopwatch.GetTimestamp();
        PowScan scan = engine.Scan([work], hits, Patience.Limit);
        TestContext.Current.TestOutputHelper?.WriteLine($"{scan.Hashes} hashes in {Stopwatch.GetElapsedTime(began).TotalMilliseconds:F0} ms");
        Assert.Equal(1, scan.HitCount);
        return (hits[0].Nonce, Hex.Encode(hits[0].Proof));
    }

    /// <summary>A mix whose final hash is above the target.</summary>
    private static string MixAbove(Hash256 header, ulong nonce)
    {
        for (int i = 1; ; i++)
        {
            Hash256 mix = Hash256.FromDisplay($"{i:x64}");
            if (!Target.FromCompact(Bits).IsMetBy(KawPow.FinalHash(header, new KawPowProof(nonce, mix))))
            {
                return mix.ToString();
            }
        }
    }

    private async Task<int> CodeAsync(JsonElement job, ulong nonce, string header, string mix)
    {
        JsonElement reply = await _miner.CallAsync(Line(job[0].GetString()!, nonce, header, mix));
        return reply.GetProperty("error") is { ValueKind: JsonValueKind.Array } error ? error[0].GetInt32() : 0;
    }

    private string Line(string job, ulong nonce, string header, string mix) =>
        $$"""{"id":40,"method":"mining.submit","params":["{{_user}}","{{job}}","0x{{nonce:x16}}","0x{{header}}","0x{{mix}}"]}""";
}
