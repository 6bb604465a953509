using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Node;
using Otedama.Pool;
using Xunit;

namespace Otedama.Tests.Pool;

/// <summary>The whole pool against the embedded chain, mined by a few lines of managed code.</summary>
public class PoolServerTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("otedama-pool-");

    private protected virtual PoolWorld World => TestWorld.Make();

    public void Dispose()
    {
        _directory.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(PayoutScheme.Pplns)]
    [InlineData(PayoutScheme.Solo)]
    [InlineData(PayoutScheme.Pps)]
    public async Task Shares_are_accepted_blocks_reach_the_chain_and_the_snapshot_tells(PayoutScheme scheme)
    {
        NativeProofChecker checker = new();
        await using EmbeddedNode node = await EmbeddedNode.StartAsync(
            new EmbeddedNodeOptions { DataDirectory = Path.Combine(_directory.FullName, "chain"), Coin = CoinCatalogue.BitcoinRegtest, Retarget = RetargetMode.Off },
            checker, NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);
        await using PoolServer pool = await PoolServer.StartAsync(
            OptionsFor(node, scheme), checker, World, CancellationToken.None);
        using TestMiner miner = await TestMiner.ConnectAsync(pool.Endpoints[0]);
        string user = StratumHarness.Address(5) + ".rig";
        string extranonce1 = await miner.LoginAsync(user);
        JsonElement parameters = (await miner.ReadNotificationAsync("mining.notify")).GetProperty("params");
        await miner.SendAsync(Solve(parameters, extranonce1, user));
        (JsonElement reply, JsonElement next) = (default, default);
        // The reply waits for the disk, the block does not: the job on it may come first.
        while (reply.ValueKind == JsonValueKind.Undefined || next.ValueKind == JsonValueKind.Undefined)
        {
            JsonElement message = await miner.ReadMessageAsync();
            if (!message.TryGetProperty("method", out JsonElement method))
            {
                reply = message;
            }
            else if (method.GetString() == "mining.notify" && message.GetProperty("params")[1].GetString() != parameters[1].GetString())
            {
                next = message.GetProperty("params");
            }
        }
        Assert.Equal(JsonValueKind.True, reply.GetProperty("result").ValueKind);
        Assert.True(next[8].GetBoolean());
        Assert.Equal(21, (await miner.CallAsync(Solve(parameters, extranonce1, user))).GetProperty("error")[0].GetInt32());
        // The meters count after the replies are sent, so that nobody waits for them.
        await Patience.UntilAsync(() => pool.Snapshot().Shares.Rejected > 0, "the count");
        PoolSnapshot snapshot = pool.Snapshot();
        Assert.Equal((1L, 1L, 1L), (snapshot.Shares.Accepted, snapshot.Shares.Rejected, snapshot.BlocksFound));
        Assert.Equal(user, Assert.Single(snapshot.Blocks).Finder);
        MinerSnapshot listed = Assert.Single(snapshot.Miners);
        Assert.Equal((1, 1L, 1L, "rig"), (listed.Connections, listed.Accepted, listed.Rejected, listed.Worker));
        Assert.Equal(NodeState.Ready, Assert.Single(snapshot.Nodes).State);
        Assert.Equal(2, snapshot.Job!.Height);
        // Nobody had work: 50 coins less 1 % are the finder's. Under PPS only shares earn, and here a block is easier than one.
        LedgerMoney miners = pool.Ledger.Totals().Miners;
        long expected = scheme == PayoutScheme.Pps ? 0 : 4_950_000_000;
        Assert.Equal((expected, expected), (miners.Earned.Units, miners.Owed.Units));
        await pool.StopAsync(Patience.Limit);
        await miner.ReadToEndAsync();
    }

    [Fact]
    public async Task A_port_in_use_and_bad_options_are_named()
    {
        NativeProofChecker checker = new();
        PoolOptions options = OptionsFor(null, PayoutScheme.Pplns);
        await using PoolServer first = await PoolServer.StartAsync(options, checker, World, CancellationToken.None);
        IOException taken = await Assert.ThrowsAsync<IOException>(() => PoolServer.StartAsync(
            options with { Listen = first.Endpoints, DataDirectory = Path.Combine(_directory.FullName, "second") },
            checker, World, CancellationToken.None));
        Assert.Contains(first.Endpoints[0].ToString(), taken.Message);
        ArgumentException fee = await Assert.ThrowsAsync<ArgumentException>(() => PoolServer.StartAsync(
            options with { FeePercent = 101 }, checker, World, CancellationToken.None));
        Assert.Contains("101", fee.Message);
        ArgumentException address = await Assert.ThrowsAsync<ArgumentException>(() => PoolServer.StartAsync(
            options with { OperatorAddress = "nowhere" }, checker, World, CancellationToken.None));
        Assert.Contains("nowhere", address.Message);
    }

    private PoolOptions OptionsFor(EmbeddedNode? node, PayoutScheme scheme) => new()
    {
        Coin = CoinCatalogue.BitcoinRegtest,
        OwnChain = true,
        Nodes = [new PoolNode(node?.RpcUri ?? new Uri("http://127.0.0.1:1")) { Name = "chain", CookiePath = node?.CookiePath ?? "" }],
        DataDirectory = Path.Combine(_directory.FullName, "pool"),
        OperatorAddress = StratumHarness.Address(1),
        Listen = [new IPEndPoint(IPAddress.Loopback, 0)],
        Scheme = scheme,
    };

    /// <summary>A submit that meets regtest's target.</summary>
    private static string Solve(JsonElement job, string extranonce1, string user)
    {
        const string extranonce2 = "0000000000000001";
        byte[] root = Sha256d(Hex.Decode(job[2].GetString() + extranonce1 + extranonce2 + job[3].GetString()));
        foreach (JsonElement branch in job[4].EnumerateArray())
        {
            root = Sha256d([.. root, .. Hex.Decode(branch.GetString()!)]);
        }
        byte[] header = new byte[80];
        Swapped(job[5].GetString()!).CopyTo(header, 0);
        Swapped(job[1].GetString()!).CopyTo(header, 4);
        root.CopyTo(header, 36);
        Swapped(job[7].GetString()!).CopyTo(header, 68);
        Swapped(job[6].GetString()!).CopyTo(header, 72);
        for (uint nonce = 0; ; nonce++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(76), nonce);
            if (Sha256d(header)[31] < 0x7f)
            {
                return $$"""{"id":4,"method":"mining.submit","params":["{{user}}","{{job[0].GetString()}}","{{extranonce2}}","{{job[7].GetString()}}","{{nonce:x8}}"]}""";
            }
        }
    }

    private static byte[] Swapped(string hex)
    {
        byte[] bytes = Hex.Decode(hex);
        for (int at = 0; at < bytes.Length; at += 4)
        {
            Array.Reverse(bytes, at, 4);
        }
        return bytes;
    }

    private static byte[] Sha256d(byte[] bytes) => SHA256.HashData(SHA256.HashData(bytes));
}
