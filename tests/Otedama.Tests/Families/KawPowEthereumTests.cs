using System.Globalization;
using System.Text.Json;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Tests.Mining;
using Otedama.Tests.Pool;
using Xunit;

namespace Otedama.Tests.Families;

/// <summary>EthereumStratum/1.0.0 on a KawPow pool, line by line: no header and no mix comes with a share.</summary>
public sealed class KawPowEthereumTests : IAsyncLifetime
{
    private const uint Bits = 0x2007ffff; // 2^5 hashes a block
    private const string Subscribe = """{"id":1,"method":"mining.subscribe","params":["kawpowminer/1.2.4","EthereumStratum/1.0.0"]}""";

    private MiningRun _run = null!;
    private TestMiner _miner = null!;
    private string _user = "";

    public async ValueTask InitializeAsync()
    {
        _run = await MiningRun.StartAsync(MiningRun.CoinOf(Algorithm.KawPow, Bits));
        _miner = await TestMiner.ConnectAsync(_run.Pool.Endpoints[0]);
        _user = _run.Node.MiningAddress + ".nicehash";
    }

    public async ValueTask DisposeAsync()
    {
        _miner.Dispose();
        await _run.DisposeAsync();
    }

    [Fact]
    public async Task A_miner_that_asks_for_it_is_answered_in_it()
    {
        await _miner.SendAsync(Subscribe);
        JsonElement result = (await _miner.ReadMessageAsync()).GetProperty("result");
        Assert.Equal(2, result.GetArrayLength());
        Assert.Equal(("mining.notify", "EthereumStratum/1.0.0"), (result[0][0].GetString(), result[0][2].GetString()));
        Assert.Matches("^[0-9a-f]+$", result[0][1].GetString());
        Assert.Matches("^[0-9a-f]{4}$", result[1].GetString());
        await _miner.SendAsync("""{"id":2,"method":"mining.extranonce.subscribe","params":[]}""");
        Assert.Equal(20, (await _miner.ReadMessageAsync()).GetProperty("error")[0].GetInt32());
        await _miner.SendAsync($$"""{"id":3,"method":"mining.authorize","params":["{{_user}}","x"]}""");
        Assert.True((await _miner.ReadMessageAsync()).GetProperty("result").GetBoolean());
        JsonElement difficulty = await _miner.ReadMessageAsync();
        Assert.Equal("mining.set_difficulty", difficulty.GetProperty("method").GetString());
        Assert.InRange(difficulty.GetProperty("params")[0].GetDouble(), 1e-9, 1e-6); // no harder than a block of this chain
        JsonElement job = (await _miner.ReadMessageAsync()).GetProperty("params");
        Assert.Equal(4, job.GetArrayLength());
        Assert.Equal(new string('0', 64), job[1].GetString());
        Assert.Matches("^[0-9a-f]{64}$", job[2].GetString());
        Assert.Equal((JsonValueKind.String, "1"), (job[3].ValueKind, job[3].GetString()));
    }

    [Fact]
    public async Task A_block_found_without_a_mix_carries_the_mix_and_the_chain_takes_it()
    {
        (string prefix, JsonElement job) = await LoginAsync();
        (ulong nonce, string mix) = Search(prefix, job, Target.FromCompact(Bits), meets: true);
        Assert.Equal(0, await CodeAsync(job, $"{nonce:x16}"[4..]));
        await Patience.UntilAsync(() => _run.Node.Snapshot().Height == 1, "the block on the chain");
        Hash256 header = Hash256.FromDisplay(job[2].GetString()!);
        Assert.Equal(KawPow.FinalHash(header, new KawPowProof(nonce, Hash256.FromDisplay(mix))), _run.Node.Snapshot().Tip);
        Assert.Equal(1, _run.Pool.Snapshot().BlocksFound);
        await _miner.ReadJobAsync(static next => next[3].GetString() == "2");
        Assert.Equal(21, await CodeAsync(job, $"{nonce:x16}"[4..])); // once only: the block is the tip by now
    }

    [Fact]
    public async Task Shares_are_computed_whole_and_each_mistake_has_its_answer()
    {
        (string prefix, JsonElement job) = await LoginAsync();
        (ulong poor, _) = Search(prefix, job, Target.FromCompact(Bits), meets: false);
        Assert.Equal(23, await CodeAsync(job, $"{poor:x16}"[4..])); // the work of a miner that lies about it
        Assert.Equal(23, await CodeAsync(job, $"0x{poor:x16}"));    // all 16 digits are understood too
        Assert.Equal(20, await CodeAsync(job, $"{poor ^ (1UL << 63):x16}")); // of another connection
        foreach (string nonce in new[] { "", "12", $"{poor:x16}"[6..], $"{poor:x16}00", "zz34567890ab" })
        {
            JsonElement error = (await _miner.CallAsync(Line(job[0].GetString()!, nonce))).GetProperty("error");
            Assert.Equal(20, error[0].GetInt32());
            Assert.Contains("12 hex digits", error[1].GetString());
        }
        Assert.Equal(21, (await _miner.CallAsync(Line("ffffffff", $"{poor:x16}"[4..]))).GetProperty("error")[0].GetInt32());
        Assert.Equal(0, _run.Node.Snapshot().Height);
    }

    [Fact]
    public async Task Both_dialects_live_side_by_side_and_share_no_nonces()
    {
        (string prefix, _) = await LoginAsync();
        using TestMiner other = await TestMiner.ConnectAsync(_run.Pool.Endpoints[0]);
        string second = await other.LoginAsync(_user);
        JsonElement job = (await other.ReadNotificationAsync("mining.notify")).GetProperty("params");
        Assert.Equal((6, 7), (second.Length, job.GetArrayLength()));
        Assert.NotEqual(prefix, second[..4]);
        // What was chosen at the first subscribe stays.
        JsonElement again = (await other.CallAsync(Subscribe)).GetProperty("result");
        Assert.Equal(JsonValueKind.Null, again[0].ValueKind);
    }

    [Fact]
    public async Task The_probes_of_EthProxy_cost_nothing()
    {
        for (int i = 0; i < 20; i++)
        {
            using TestMiner probe = await TestMiner.ConnectAsync(_run.Pool.Endpoints[0]);
            foreach (string method in new[] { "eth_submitLogin", "eth_getWork", "eth_submitWork" })
            {
                JsonElement error = (await probe.CallAsync($$"""{"id":1,"method":"{{method}}","params":["{{_user}}"]}""")).GetProperty("error");
                Assert.Equal(20, error[0].GetInt32());
                Assert.Contains("EthereumStratum/1.0.0", error[1].GetString());
            }
        }
        await LoginAsync();
    }

    private async Task<(string Prefix, JsonElement Job)> LoginAsync()
    {
        string prefix = (await _miner.CallAsync(Subscribe)).GetProperty("result")[1].GetString()!;
        await _miner.SendAsync($$"""{"id":3,"method":"mining.authorize","params":["{{_user}}","x"]}""");
        JsonElement notify = await _miner.ReadNotificationAsync("mining.notify");
        return (prefix, notify.GetProperty("params"));
    }

    /// <summary>The first nonce under the prefix whose hash meets the target, or does not, and its mix.</summary>
    private (ulong Nonce, string Mix) Search(string prefix, JsonElement job, Target target, bool meets)
    {
        int height = int.Parse(job[3].GetString()!, CultureInfo.InvariantCulture);
        byte[] data = new byte[KawPow.DataSize];
        KawPow.WriteData(Hash256.FromDisplay(job[2].GetString()!), default, data);
        using PowEngine engine = PowEngine.Create(Algorithm.KawPow, dataset: _run.Datasets.Get(Algorithm.KawPow, height));
        PowHit[] hits = new PowHit[1];
        for (ulong nonce = ulong.Parse(prefix, NumberStyles.HexNumber, CultureInfo.InvariantCulture) << 48; ; nonce++)
        {
            PowWork work = new() { Data = data, NonceFirst = nonce, NonceCount = 1, Height = (uint)height, Target = target };
            bool hit = engine.Scan([work], hits, Patience.Limit).HitCount == 1;
            if (hit == meets)
            {
                return (nonce, hit ? Hex.Encode(hits[0].Proof) : "");
            }
        }
    }

    private async Task<int> CodeAsync(JsonElement job, string nonce)
    {
        JsonElement reply = await _miner.CallAsync(Line(job[0].GetString()!, nonce));
        return reply.GetProperty("error") is { ValueKind: JsonValueKind.Array } error ? error[0].GetInt32() : 0;
    }

    private string Line(string job, string nonce) => $$"""{"id":41,"method":"mining.submit","params":["{{_user}}","{{job}}","{{nonce}}"]}""";
}
