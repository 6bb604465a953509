using System.Text.Json;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Tests.Pool;
using Xunit;

namespace Otedama.Tests.Families;

/// <summary>ZIP 301 against a whole pool, line by line, with Equihash 48,5.</summary>
public sealed class ZcashPoolTests : IAsyncLifetime
{
    private const uint Bits = 0x2007ffff; // 2^5 solutions a block

    private MiningRun _run = null!;
    private TestMiner _miner = null!;
    private string _user = "";

    public async ValueTask InitializeAsync()
    {
        _run = await MiningRun.StartAsync(MiningRun.CoinOf(Algorithm.Equihash, Bits));
        _miner = await TestMiner.ConnectAsync(_run.Pool.Endpoints[0]);
        _user = _run.Node.MiningAddress + ".sol";
    }

    public async ValueTask DisposeAsync()
    {
        _miner.Dispose();
        await _run.DisposeAsync();
    }

    [Fact]
    public async Task A_miner_is_told_nonce1_then_the_target_then_the_header_fields()
    {
        JsonElement subscribed = await _miner.CallAsync("""{"id":1,"method":"mining.subscribe","params":["nheqminer/0.5c",null,"127.0.0.1","3333"]}""");
        Assert.Equal(2, subscribed.GetProperty("result").GetArrayLength());
        Assert.Matches("^[0-9a-f]{8}$", subscribed.GetProperty("result")[1].GetString());
        Assert.True((await _miner.CallAsync($$"""{"id":2,"method":"mining.authorize","params":["{{_user}}","x"]}""")).GetProperty("result").GetBoolean());
        JsonElement target = await _miner.ReadMessageAsync();
        Assert.Equal("mining.set_target", target.GetProperty("method").GetString());
        Assert.Matches("^[0-9a-f]{64}$", target.GetProperty("params")[0].GetString());
        JsonElement notify = await _miner.ReadMessageAsync();
        JsonElement job = notify.GetProperty("params");
        Assert.Equal("mining.notify", notify.GetProperty("method").GetString());
        Assert.Equal(8, job.GetArrayLength());
        Assert.Equal("04000000", job[1].GetString());
        Assert.Equal(Hex.Encode(_run.Node.Snapshot().Tip.ToArray()), job[2].GetString());
        Assert.Matches("^[0-9a-f]{64}$", job[3].GetString());
        Assert.Equal(new string('0', 64), job[4].GetString());
        Assert.Matches("^[0-9a-f]{8}$", job[5].GetString());
        Assert.Equal(("ffff0720", JsonValueKind.True), (job[6].GetString(), job[7].ValueKind));
    }

    [Fact]
    public async Task A_solution_counts_once_and_forgeries_are_told_apart()
    {
        (string nonce1, JsonElement job) = await LoginAsync();
        (string nonce2, string solution) = Solve(nonce1, job);
        string time = job[5].GetString()!;
        string wrong = WrongSolution(nonce1, job, nonce2, solution);
        Assert.Equal(20, await CodeAsync(job[0].GetString()!, time, nonce2[..^2], solution));           // a byte short
        Assert.Equal(20, await CodeAsync(job[0].GetString()!, time, nonce2, solution[2..]));            // without its length
        Assert.Equal(20, await CodeAsync(job[0].GetString()!, "0", nonce2, solution));
        Assert.Equal(20, await CodeAsync(job[0].GetString()!, "00000000", nonce2, solution));           // time out of range
        Assert.Equal(23, await CodeAsync(job[0].GetString()!, time, nonce2, wrong));                    // the hash is looked at first
        Assert.Equal(21, await CodeAsync("ffffffff", time, nonce2, solution));
        Assert.Equal(0, await CodeAsync(job[0].GetString()!, time, nonce2, solution));
        await _miner.ReadJobAsync(next => next[2].GetString() != job[2].GetString());
        Assert.Equal(21, await CodeAsync(job[0].GetString()!, time, nonce2, solution));                 // the block is the tip by now
        Assert.Equal(1, _run.Pool.Snapshot().BlocksFound);
    }

    [Fact]
    public async Task A_solution_under_another_connections_nonce_is_no_proof_here()
    {
        (string nonce1, JsonElement job) = await LoginAsync();
        using TestMiner thief = await TestMiner.ConnectAsync(_run.Pool.Endpoints[0]);
        string theirs = await thief.LoginAsync(_user);
        Assert.NotEqual(nonce1, theirs);
        (string nonce2, string solution) = Solve(nonce1, job, (other, found) => !IsBlock(theirs, job, other, found));
        JsonElement reply = await thief.CallAsync(Line(job[0].GetString()!, job[5].GetString()!, nonce2, solution));
        Assert.Equal(23, reply.GetProperty("error")[0].GetInt32());
    }

    [Fact]
    public async Task A_session_comes_back_to_its_nonce()
    {
        JsonElement first = (await _miner.CallAsync("""{"id":1,"method":"mining.subscribe","params":["a"]}""")).GetProperty("result");
        await _miner.CallAsync($$"""{"id":2,"method":"mining.authorize","params":["{{_user}}","x"]}""");
        await _miner.ReadNotificationAsync("mining.notify");
        _miner.Dispose();
        for (int i = 0; i < 1_000; i++)
        {
            using TestMiner again = await TestMiner.ConnectAsync(_run.Pool.Endpoints[0]);
            JsonElement second = (await again.CallAsync($$"""{"id":1,"method":"mining.subscribe","params":["a","{{first[0].GetString()}}","h",1]}""")).GetProperty("result");
            if (second[1].GetString() == first[1].GetString())
            {
                return;
            }
            await Task.Delay(100, TestContext.Current.CancellationToken); // the server has not seen the end of the first yet
        }
        Assert.Fail("the nonce did not come back");
    }

    private async Task<(string Nonce1, JsonElement Job)> LoginAsync()
    {
        string nonce1 = await _miner.LoginAsync(_user);
        JsonElement notify = await _miner.ReadNotificationAsync("mining.notify");
        return (nonce1, notify.GetProperty("params"));
    }

    /// <summary>
    /// Nonce 2 and solution, with its length, of the first block that fits: from the lines alone, as a miner would.
    /// </summary>
    private static (string Nonce2, string Solution) Solve(string nonce1, JsonElement job, Func<string, string, bool>? fits = null)
    {
        for (ulong first = 1; ; first += 1_000)
        {
            (string nonce2, string solution) = SolveFrom(first, nonce1, job);
            if (fits?.Invoke(nonce2, solution) ?? true)
            {
                return (nonce2, solution);
            }
        }
    }

    private static (string Nonce2, string Solution) SolveFrom(ulong first, string nonce1, JsonElement job)
    {
        byte[] header = Hex.Decode($"{string.Concat(Enumerable.Range(1, 6).Select(i => job[i].GetString()))}{nonce1}{new string('0', 56)}");
        using PowEngine engine = PowEngine.Create(Algorithm.Equihash, PowParameters.Of(new EquihashRule(48, 5, "ZcashPoW", Twist: false)));
        PowHit[] hits = new PowHit[1];
        PowWork work = new() { Data = header, NonceFirst = first, NonceCount = 100_000, Target = Target.FromCompact(Bits) };
        Assert.Equal(1, engine.Scan([work], hits, Patience.Limit).HitCount);
        string counter = Hex.Encode(BitConverter.GetBytes(hits[0].Nonce));
        return (new string('0', 40) + counter, "24" + Hex.Encode(hits[0].Proof));
    }

    /// <summary>Whether the hash of the notify's header with this nonce and solution meets the network's target.</summary>
    private static bool IsBlock(string nonce1, JsonElement job, string nonce2, string solution) => Target.FromCompact(Bits).IsMetBy(
        BitcoinHash.Sha256d(Hex.Decode($"{string.Concat(Enumerable.Range(1, 6).Select(i => job[i].GetString()))}{nonce1}{nonce2}{solution}")));

    /// <summary>The solution with another end, so that the hash is above the target.</summary>
    private static string WrongSolution(string nonce1, JsonElement job, string nonce2, string solution)
    {
        for (int i = 0; ; i++)
        {
            string other = solution[..^2] + $"{i:x2}";
            if (other != solution && !IsBlock(nonce1, job, nonce2, other))
            {
                return other;
            }
        }
    }

    private async Task<int> CodeAsync(string job, string time, string nonce2, string solution)
    {
        JsonElement reply = await _miner.CallAsync(Line(job, time, nonce2, solution));
        return reply.GetProperty("error") is { ValueKind: JsonValueKind.Array } error ? error[0].GetInt32() : 0;
    }

    private string Line(string job, string time, string nonce2, string solution) =>
        $$"""{"id":7,"method":"mining.submit","params":["{{_user}}","{{job}}","{{time}}","{{nonce2}}","{{solution}}"]}""";
}
