using System.Text.Json;
using Otedama.Core;
using Otedama.Tests.Pool;
using Xunit;

namespace Otedama.Tests.Families;

/// <summary>The Verus dialect against a whole pool, line by line, mined as the miners in use do.</summary>
public sealed class VerusPoolTests : IAsyncLifetime
{
    private const uint Bits = 0x1f07ffff; // 2^13 hashes a block

    private MiningRun _run = null!;
    private TestMiner _miner = null!;
    private string _user = "";

    public async ValueTask InitializeAsync()
    {
        _run = await MiningRun.StartAsync(MiningRun.CoinOf(Algorithm.VerusHash, Bits));
        _miner = await TestMiner.ConnectAsync(_run.Pool.Endpoints[0]);
        _user = _run.Node.MiningAddress + ".cpu";
    }

    public async ValueTask DisposeAsync()
    {
        _miner.Dispose();
        await _run.DisposeAsync();
    }

    [Fact]
    public async Task A_notify_carries_the_whole_solution_of_a_bound_header()
    {
        (string nonce1, JsonElement job) = await LoginAsync();
        Assert.Equal(8, nonce1.Length);
        Assert.Equal(9, job.GetArrayLength());
        Assert.Equal("04000100", job[1].GetString());
        byte[] solution = Hex.Decode(job[8].GetString()!);
        Assert.Equal(Verus.SolutionLength, solution.Length);
        Assert.True(Verus.Binds(solution));
        // The entry holds the hash of the very fields of this notify.
        byte[] header = VerusMiner.HeaderOf(job);
        Hash256 bound = Verus.PreHeaderHash(
            solution, new Hash256(header.AsSpan(4, 32)), new Hash256(header.AsSpan(36, 32)), Hash256.Zero, Hash256.Zero, Bits);
        Assert.Equal(bound.ToArray(), solution[92..124]);
        JsonElement message = await _miner.ReadNotificationAsync("client.show_message");
        Assert.Equal("equihash OTE block 1", message.GetProperty("params")[0].GetString());
    }

    [Fact]
    public async Task A_share_counts_once_and_forgeries_are_told_apart()
    {
        (string nonce1, JsonElement job) = await LoginAsync();
        byte[] solution = VerusMiner.Solve(nonce1, job, Bits);
        string time = job[5].GetString()!;
        string id = job[0].GetString()!;
        Assert.Equal(20, await CodeAsync(id, time, Changed(solution, 1_329)));            // another connection's bytes
        Assert.Equal(20, await CodeAsync(id, time, Changed(solution, 0)));                // another version
        Assert.Equal(20, await CodeAsync(id, Later(time), solution));                     // time is not the miner's
        Assert.Equal(23, await CodeAsync(id, time, Changed(solution, 1_343)));            // another counter: no proof
        Assert.Equal(20, await CodeAsync(id, time, solution[..^1]));
        Assert.Equal(21, await CodeAsync("ffffffff", time, solution));
        Assert.Equal(0, await CodeAsync(id, time, solution));
        await _miner.ReadJobAsync(next => next[2].GetString() != job[2].GetString());
        Assert.Equal(21, await CodeAsync(id, time, solution));                            // the block is the tip by now
        Assert.Equal(1, _run.Node.Snapshot().Height);
    }

    [Fact]
    public async Task Work_that_bears_the_bytes_of_two_sessions_belongs_to_none()
    {
        (string nonce1, JsonElement job) = await LoginAsync();
        using TestMiner other = await TestMiner.ConnectAsync(_run.Pool.Endpoints[0]);
        string theirs = await other.LoginAsync(_user);
        byte[] solution = VerusMiner.Solve(nonce1, job, Bits);
        Hex.Decode(theirs).CopyTo(solution.AsSpan(1_329 + 8));
        JsonElement reply = await _miner.CallAsync(
            $$"""{"id":9,"method":"mining.submit","params":["{{_user}}","{{job[0].GetString()}}","{{job[5].GetString()}}","{{new string('0', 56)}}","fd4005{{Convert.ToHexStringLower(solution)}}"]}""");
        Assert.Equal("extranonce is not yours", reply.GetProperty("error")[1].GetString());
    }

    [Fact]
    public async Task A_miner_that_leaves_zeros_in_the_bound_fields_is_paid_all_the_same()
    {
        (string nonce1, JsonElement job) = await LoginAsync();
        byte[] solution = VerusMiner.Solve(nonce1, job, Bits);
        solution.AsSpan(8, 64).Clear();
        solution.AsSpan(92, 32).Clear();
        Assert.Equal(0, await CodeAsync(job[0].GetString()!, job[5].GetString()!, solution));
    }

    private async Task<(string Nonce1, JsonElement Job)> LoginAsync()
    {
        string nonce1 = await _miner.LoginAsync(_user);
        JsonElement notify = await _miner.ReadNotificationAsync("mining.notify");
        return (nonce1, notify.GetProperty("params"));
    }

    private static byte[] Changed(byte[] solution, int at)
    {
        byte[] other = [.. solution];
        other[at] ^= 0x55;
        return other;
    }

    private static string Later(string time)
    {
        byte[] bytes = Hex.Decode(time);
        bytes[0] ^= 1;
        return Hex.Encode(bytes);
    }

    private async Task<int> CodeAsync(string job, string time, byte[] solution)
    {
        string line = $$"""{"id":11,"method":"mining.submit","params":["{{_user}}","{{job}}","{{time}}","{{new string('0', 56)}}","fd4005{{Hex.Encode(solution)}}"]}""";
        JsonElement reply = await _miner.CallAsync(line);
        return reply.GetProperty("error") is { ValueKind: JsonValueKind.Array } error ? error[0].GetInt32() : 0;
    }
}
