using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Pool;
using Otedama.Tests.Pool;
using Otedama.Tests.Wire;
using Xunit;

namespace Otedama.Tests.Families;

/// <summary>
/// A pool on a node that answers as verusd does: the coinbase is the node's and the solution commits to it, so that payees
/// are asked for with the template and blocks go back in the merged form.
/// </summary>
public sealed class VerusNodeTests : IAsyncLifetime
{
    private const uint Bits = 0x1f07ffff;

    private const uint Time = 1_764_000_000;

    private static readonly CoinSpec s_coin = CoinCatalogue.Get("vrsc", "main");

    private static readonly byte[] s_operator = Script.PayToPublicKeyHash(Enumerable.Repeat((byte)7, 20).ToArray());

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("otedama-verus-");
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ConcurrentQueue<string> _blocks = new();
    private FakeNode _node = null!;
    private PoolServer _pool = null!;
    private TestMiner _miner = null!;
    private string _user = "";

    public async ValueTask InitializeAsync()
    {
        Assert.True(Address.TryEncode(s_operator, s_coin, out string address));
        _user = address + ".cpu";
        _node = FakeNode.Answering(call =>
        {
            string body = call.Body;
            if (body.Contains("getblocktemplate", StringComparison.Ordinal))
            {
                _requests.Enqueue(body);
                return Task.FromResult<string?>(TemplateJson());
            }
            if (body.Contains("submitmergedblock", StringComparison.Ordinal))
            {
                _blocks.Enqueue(body);
                return Task.FromResult<string?>("{\"blockhash\":\"00\",\"accepted\":true}");
            }
            return Task.FromResult<string?>(body.Contains("getbestblockhash", StringComparison.Ordinal)
                ? $"\"{Previous}\"" : "ERROR{\"code\":-32601,\"message\":\"Method not found\"}");
        });
        using DatasetStore none = new();
        _pool = await PoolServer.StartAsync(
            new PoolOptions
            {
                Coin = s_coin,
                Nodes = [new PoolNode(_node.Endpoint.Uri)],
                DataDirectory = _directory.FullName,
                OperatorAddress = address,
                Listen = [new IPEndPoint(IPAddress.Loopback, 0)],
                RenotifyInterval = TimeSpan.FromSeconds(1),
            },
            new DatasetProofChecker(none), TestWorld.Make(), CancellationToken.None);
        _miner = await TestMiner.ConnectAsync(_pool.Endpoints[0]);
    }

    public async ValueTask DisposeAsync()
    {
        _miner.Dispose();
        await _pool.DisposeAsync();
        await _node.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private static string Previous => new('5', 64);

    [Fact]
    public async Task Coinbase_time_and_nonce_are_the_nodes_and_a_block_goes_back_merged()
    {
        string nonce1 = await _miner.LoginAsync(_user);
        JsonElement job = (await _miner.ReadNotificationAsync("mining.notify")).GetProperty("params");
        byte[] coinbase = NodeCoinbase();
        Assert.Equal(Hex.Encode(Sha256d.Hash(coinbase).ToArray()), job[3].GetString());
        Assert.Equal(Hex.Encode(BitConverter.GetBytes(Time)), job[5].GetString());
        Assert.Contains($"\"miningdistribution\":{{\"{_user[..^4]}\":1}}", _requests.First(), StringComparison.Ordinal);

        byte[] solution = VerusMiner.Solve(nonce1, job, Bits);
        Assert.True((await SubmitAsync(job, solution)).GetProperty("result").GetBoolean());
        await Patience.UntilAsync(() => !_blocks.IsEmpty, "the block");
        string block = JsonDocument.Parse(Assert.Single(_blocks)).RootElement.GetProperty("params")[0].GetString()!;
        string fields = string.Concat(Enumerable.Range(1, 6).Select(i => job[i].GetString()));
        Assert.Equal($"{fields}{HeaderNonce}fd4005{Hex.Encode(solution)}01{Hex.Encode(coinbase)}", block);
    }

    [Fact]
    public async Task The_same_work_under_a_new_job_id_counts_once()
    {
        string nonce1 = await _miner.LoginAsync(_user);
        JsonElement first = (await _miner.ReadNotificationAsync("mining.notify")).GetProperty("params");
        byte[] solution = VerusMiner.Solve(nonce1, first, Bits);
        Assert.True((await SubmitAsync(first, solution)).GetProperty("result").GetBoolean());
        JsonElement second = (await _miner.ReadNotificationAsync("mining.notify")).GetProperty("params");
        Assert.NotEqual(first[0].GetString(), second[0].GetString());
        Assert.Equal(first[3].GetString(), second[3].GetString());
        Assert.Equal(22, (await SubmitAsync(second, solution)).GetProperty("error")[0].GetInt32());
    }

    [Fact]
    public void What_a_given_coinbase_pays_is_booked_as_paid_and_the_rest_is_owed()
    {
        PayoutRules rules = new() { OperatorScript = s_operator, Fee = FeeRate.FromPercent(1), PayoutMin = new Amount(1) };
        byte[] anna = Script.PayToPublicKeyHash(new byte[20]);
        byte[] bert = Script.PayToPublicKeyHash(Enumerable.Repeat((byte)1, 20).ToArray());
        PayeeWork[] payees = [new(1, anna, 300, Amount.Zero), new(2, bert, 100, Amount.Zero)];
        PayoutSplit split = PayoutPlanner.PlanGiven([new(anna, new Amount(700)), new(s_operator, new Amount(300))], rules, payees);
        Assert.Equal(new Amount(1_000), split.Reward);
        Assert.Equal(
            [new PayoutEntry(0, new Amount(10), new Amount(300)), new(1, new Amount(742), new Amount(700)), new(2, new Amount(248), Amount.Zero)],
            split.Entries);
    }

    private static string HeaderNonce => string.Concat(Enumerable.Repeat("0102030405060708", 4));

    private static byte[] NodeCoinbase() => new ByteWriter()
        .UInt32(0x8000_0004).UInt32(0x892f_2085).Byte(1).Hash(Hash256.Zero).UInt32(uint.MaxValue).Bytes([2, 0x10, 0x27, 0]).UInt32(uint.MaxValue)
        .CompactSize(1).Int64(300_000_000).Bytes(s_operator).UInt32(0).UInt32(0).Int64(0).Byte(0).Byte(0).Byte(0).ToArray();

    private static string TemplateJson()
    {
        byte[] coinbase = NodeCoinbase();
        byte[] solution = Verus.NewSolution(Enumerable.Repeat((byte)0x1a, 20).ToArray());
        Verus.Bind(solution, Hash256.FromDisplay(Previous), Sha256d.Hash(coinbase), Hash256.Zero, new Hash256(Hex.Decode(HeaderNonce)), Bits);
        string nonce = new Hash256(Hex.Decode(HeaderNonce)).ToString(); // display order, as all hashes of the interface
        return $$"""
            {"capabilities":["proposal"],"version":65540,"previousblockhash":"{{Previous}}","finalsaplingroothash":"{{new string('0', 64)}}",
            "solution":"{{Hex.Encode(solution)}}","transactions":[],"coinbasetxn":{"data":"{{Hex.Encode(coinbase)}}","hash":"{{Sha256d.Hash(coinbase)}}",
            "depends":[],"fee":0,"sigops":1,"coinbasevalue":300000000,"required":true},"target":"{{Target.FromCompact(Bits)}}","mintime":{{Time - 1_000}},
            "mutable":["time"],"noncerange":"00000000ffffffff","sigoplimit":60000,"sizelimit":2000000,"curtime":{{Time}},"bits":"{{Bits:x8}}",
            "mergeminebits":"00000000","nonce":"{{nonce}}","height":10000}
            """;
    }

    private Task<JsonElement> SubmitAsync(JsonElement job, byte[] solution) => _miner.CallAsync(
        $$"""{"id":11,"method":"mining.submit","params":["{{_user}}","{{job[0].GetString()}}","{{job[5].GetString()}}","{{new string('0', 56)}}","fd4005{{Hex.Encode(solution)}}"]}""");
}
