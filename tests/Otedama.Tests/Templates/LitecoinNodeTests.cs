using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Templates;

public class LitecoinNodeTests
{
    private const string Program = "/usr/bin/litecoind";

    [Fact]
    public async Task A_real_litecoin_node_takes_50_blocks_of_ours_in_a_row_before_and_after_its_extension_blocks()
    {
        Assert.SkipUnless(File.Exists(Program), $"{Program} is not installed; blocks with extension blocks were not checked against it");
        string folder = Directory.CreateTempSubdirectory("otedama-ltc").FullName;
        (int rpc, int peer) = (FreePort.Next(), FreePort.Next());
        // Without a peer the node refuses templates even on regtest, so a second one keeps it company.
        using Process node = Start(folder, "a", $"-rpcport={rpc}", $"-port={peer}", "-bind=127.0.0.1", "-listen=1", "-connect=0", "-fallbackfee=0.001");
        using Process company = Start(folder, "b", $"-rpcport={FreePort.Next()}", "-listen=0", $"-connect=127.0.0.1:{peer}", "-disablewallet");
        try
        {
            await RunAsync(RpcEndpoint.Parse($"http://127.0.0.1:{rpc}", cookiePath: Path.Combine(folder, "a", "regtest", ".cookie")));
        }
        finally
        {
            node.Kill();
            company.Kill();
            await node.WaitForExitAsync();
            await company.WaitForExitAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Process Start(string folder, string name, params string[] arguments)
    {
        string data = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        return Process.Start(new ProcessStartInfo(
            Program,
            [$"-datadir={data}", "-regtest", "-server", "-dnsseed=0", "-dbcache=8", "-printtoconsole=0", "-par=1", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    private static async Task RunAsync(RpcEndpoint endpoint)
    {
        using RpcClient setup = new(endpoint, TimeProvider.System);
        await WaitAsync(setup);
        await CallAsync(setup, "createwallet", "\"w\"");
        string address = (await CallAsync(setup, "getnewaddress")).GetString()!;
        byte[] script = Hex.Decode((await CallAsync(setup, "getaddressinfo", $"\"{address}\"")).GetProperty("scriptPubKey").GetString()!);
        await CallAsync(setup, "generatetoaddress", $"425,\"{address}\"");
        string hidden = (await CallAsync(setup, "getnewaddress", "\"\",\"mweb\"")).GetString()!;

        await using ChainMiner miner = new(endpoint, Algorithm.Scrypt, ["segwit", "mweb"], script);
        uint generation = 0;
        int extended = 0;
        int transactions = 0;
        Hash256 coinbase = default;
        long paid = 0;
        for (int i = 0; i < 50; i++)
        {
            (PoolJob job, _, coinbase) = await miner.MineAsync(generation);
            generation = job.Job.Generation;
            extended += job.Template.BlockSuffix.IsEmpty ? 0 : 1;
            transactions += job.Template.Transactions.Count;
            paid = job.Split.Reward.Units;
            if (i is 2 or 5 or 12)
            {
                // The node cannot make its first extension block, at height 432, without a payment into it.
                await CallAsync(setup, "sendtoaddress", $"\"{(i == 2 ? address : hidden)}\",1");
            }
        }
        Assert.Equal(475, (await CallAsync(setup, "getblockcount")).GetInt32());
        Assert.True(extended >= 40, $"{extended} blocks with an extension block");
        Assert.True(transactions > extended, $"{transactions} transactions, {extended} of them made by the node itself");
        Assert.Equal((50L, 0L), (miner.Source.Blocks.History.AcceptedCount, miner.Source.Blocks.History.RefusedCount));
        Assert.Null(miner.Source.ProposalProblem);
        JsonElement output = await CallAsync(setup, "gettxout", $"\"{coinbase}\",0");
        Assert.True(output.GetProperty("coinbase").GetBoolean());
        Assert.Equal(paid, (long)(output.GetProperty("value").GetDecimal() * 100_000_000));
    }

    private static async Task WaitAsync(RpcClient rpc)
    {
        using CancellationTokenSource patience = new(Patience.Limit);
        while (true)
        {
            try
            {
                await CallAsync(rpc, "getblockcount");
                return;
            }
            catch (RpcException e) when (e.IsTransient || e.Failure == RpcFailure.Credentials)
            {
                await Task.Delay(50, patience.Token);
            }
        }
    }

    private static async Task<JsonElement> CallAsync(RpcClient rpc, string method, string parameters = "")
    {
        using RpcAnswer answer = await rpc.CallAsync(RpcRequest.Create(method, parameters), Patience.Limit, default);
        return JsonDocument.Parse(answer.Result.ToArray()).RootElement;
    }
}
