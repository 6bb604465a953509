using System.Diagnostics;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Mining;
using Otedama.Pool;
using Otedama.Tests.Mining;
using Xunit;

namespace Otedama.Tests.Families;

/// <summary>Every family end to end: chain, pool, Stratum, rig, block, chain.</summary>
public class MiningTests
{
    [Theory]
    [InlineData(Algorithm.Scrypt, 0x1f07ffff, 4)]   // 2^13 hashes a block
    [InlineData(Algorithm.Verthash, 0x1f07ffff, 4)]
    [InlineData(Algorithm.KawPow, 0x2007ffff, 5)]   // 2^5 hashes a block
    [InlineData(Algorithm.Equihash, 0x2007ffff, 5)] // 2^5 solutions a block
    [InlineData(Algorithm.VerusHash, 0x1e3fffff, 5)] // 2^18 hashes a block
    public Task A_rig_finds_blocks_and_the_chain_takes_every_one(Algorithm algorithm, uint bits, int blocks) =>
        MineAsync(MiningRun.CoinOf(algorithm, bits), blocks);

    [Fact]
    public Task So_it_does_where_the_coins_family_is_not_the_algorithms_usual_one() => MineAsync(
        MiningRun.CoinOf(Algorithm.Equihash, 0x2007ffff, new EquihashRule(48, 5, "BgoldPoW", Twist: false)) with { Family = HeaderFamily.Gold }, 5);

    private static async Task MineAsync(CoinSpec coin, int blocks)
    {
        Algorithm algorithm = coin.Algorithm;
        await using MiningRun run = await MiningRun.StartAsync(coin, new DatasetStoreOptions { VerthashGraph = 9 });
        long began = Stopwatch.GetTimestamp();
        RigSnapshot rig;
        Otedama.Pool.PoolSnapshot pool;
        await using (Rig miner = await run.StartRigAsync())
        {
            await Patience.UntilAsync(() => run.Node.Snapshot().Height >= blocks, $"{blocks} blocks of {algorithm}");
            pool = run.Pool.Snapshot();
            await miner.StopAsync();
            rig = miner.Snapshot();
        }
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{algorithm}: {run.Node.Snapshot().Height} blocks in {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s, {rig.Hashrate.Seconds10:F0} H/s, {rig.Shares}");
        Assert.True(pool.BlocksFound >= blocks - 1 && run.Node.Snapshot().Height >= blocks);
        Assert.Equal(0, rig.Shares.Rejected);
        Assert.True(rig.Shares.Accepted >= blocks, $"{rig.Shares}");
        Assert.Equal("rig", Assert.Single(pool.Miners).Worker);
    }
}
