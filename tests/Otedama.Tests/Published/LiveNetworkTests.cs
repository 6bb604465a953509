using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Otedama.Core;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Published;

/// <summary>Five nodes of the shipped program on one machine, a coin node and a miner that are not ours.</summary>
public sealed class LiveNetworkTests
{
    private const string Python = "/usr/bin/python3";

    private const string BehindTheWire = ", private: true, max_inbound: 0";

    private static readonly TimeSpan s_partition = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Five_nodes_pay_by_one_chain_through_a_kill_and_a_partition()
    {
        string program = PublishedProgram.PathOrSkip();
        Assert.SkipUnless(File.Exists(LiveCoin.Program), $"{LiveCoin.Program} is not installed; no network of nodes was run on it");
        Assert.SkipUnless(File.Exists(Python), $"{Python} is not installed; no foreign miner for the network of nodes");
        using TempFolder folder = new();
        await using LiveCoin coin = new(folder.Path);
        LiveNode[] nodes = [.. Enumerable.Range(1, 5).Select(number => new LiveNode(program, folder.Path, number, coin))];
        using LiveForwarder wire = new(nodes[0].Place);
        try
        {
            await coin.BeginAsync(nodes[0].Address);
            await RunAsync(nodes, coin, wire);
            await EqualAsync(nodes);
            await UntilAsync(() => nodes.Any(static node => node.Said.Contains("of another node of the pool: duplicate", StringComparison.OrdinalIgnoreCase)),
                50, "a block that a node got from its finder and handed to the coin node too");
            await CheckSplitsAsync(nodes, coin);
            await CheckVerifyAsync(program, folder, nodes[2]);
        }
        catch (Exception e) when (e is not Xunit.Sdk.IAssertionException)
        {
            throw new InvalidOperationException(
                $"{e.Message}\n{string.Join("\n---\n", nodes.Select(static node => Tail(node.Said)))}", e);
        }
        finally
        {
            foreach (LiveNode node in nodes)
            {
                await node.DisposeAsync();
            }
        }
    }

    /// <summary>The third is killed, the fifth has no way to the others but the wire.</summary>
    private static async Task RunAsync(LiveNode[] nodes, LiveCoin coin, LiveForwarder wire)
    {
        nodes[0].Start(mines: true, "", "");
        await Patience.UntilAsync(() => nodes[0].Name is not null, "the name of the first node");
        string first = $"\"{nodes[0].Name}\"";
        foreach (LiveNode node in nodes[1..4])
        {
            node.Start(mines: false, first, "");
        }
        nodes[4].Start(mines: true, Through(nodes[0], wire), BehindTheWire);
        await Patience.UntilAsync(() => nodes[1].Said.Contains("Stratum listens", StringComparison.Ordinal), "the second node's port");
        ConcurrentQueue<string> foreign = [];
        using Process miner = Foreign(nodes[1], foreign);
        await UntilAsync(() => foreign.Any(static line => line.StartsWith("accepted", StringComparison.Ordinal)), 50, "a share of the foreign miner");
        await UntilAsync(() => nodes.All(static node => node.Chain().Height >= 5), 200, "five shares in every chain");

        await nodes[2].KillAsync();
        wire.Cut();
        long cut = Stopwatch.GetTimestamp();
        uint height = nodes[0].Chain().Height;
        nodes[2].Start(mines: false, first, "");
        await UntilAsync(() => Stopwatch.GetElapsedTime(cut) > s_partition && nodes[0].Chain().Height > height
            && nodes[4].Chain().TipId != nodes[0].Chain().TipId, 500, "two chains on the two sides of the cut");
        Assert.True((await coin.CallAsync("getblockcount")).GetInt32() > 5);
        miner.Kill();
        await miner.WaitForExitAsync().WaitAsync(Patience.Limit);
        Assert.DoesNotContain(foreign, static line => line.Contains("Traceback", StringComparison.Ordinal));
        await QuietAsync(nodes, wire);
        wire.Mend();
    }

    /// <summary>
    /// Both rigs end, so that each side's last share is known before the two meet: a chain that grows while it is looked at
    /// on five disks is never the same on all.
    /// </summary>
    private static async Task QuietAsync(LiveNode[] nodes, LiveForwarder wire)
    {
        await nodes[0].StopAsync();
        await nodes[4].StopAsync();
        Assert.NotEqual(nodes[0].Chain().TipId, nodes[4].Chain().TipId);
        nodes[0].Start(mines: false, "", "");
        nodes[4].Start(mines: false, Through(nodes[0], wire), BehindTheWire);
    }

    /// <summary>The first node's name at the forwarder's place.</summary>
    private static string Through(LiveNode first, LiveForwarder wire) =>
        $"\"{first.Name![..first.Name!.IndexOf('@', StringComparison.Ordinal)]}@{wire.Place}\"";

    private static Process Foreign(LiveNode pool, ConcurrentQueue<string> said)
    {
        string script = Path.Combine(Repository.Root, "tests", "live", "stratum_client.py");
        Process miner = Process.Start(new ProcessStartInfo(
            Python, [script, pool.StratumPort.ToString(CultureInfo.InvariantCulture), $"{pool.Address}.foreign"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        miner.OutputDataReceived += (_, line) => said.Enqueue(line.Data ?? "");
        miner.ErrorDataReceived += (_, line) => said.Enqueue(line.Data ?? "");
        miner.BeginOutputReadLine();
        miner.BeginErrorReadLine();
        return miner;
    }

    private static Task EqualAsync(LiveNode[] nodes) => UntilAsync(
        () => nodes.Select(static node => node.Chain().TipId).Distinct().Count() == 1 && nodes[0].Chain().Height > 0, 500, "one tip");

    /// <summary>Every block of ours pays what each node that knows its share reckons for it.</summary>
    private static async Task CheckSplitsAsync(LiveNode[] nodes, LiveCoin coin)
    {
        ShareChain[] chains = [.. nodes.Select(static node => node.Chain())];
        Dictionary<string, ChainShare> shares = [];
        foreach (ChainShare share in chains.SelectMany(static chain => chain.History(chain.TipId)))
        {
            shares[share.Work.Header.Id.ToString()] = share;
        }
        int known = 0, payees = 0;
        int blocks = (await coin.CallAsync("getblockcount")).GetInt32();
        for (int height = 2; height <= blocks; height++) // the first is not ours
        {
            JsonElement id = await coin.CallAsync("getblockhash", height.ToString(CultureInfo.InvariantCulture));
            if (!shares.TryGetValue(id.GetString()!, out ChainShare? share))
            {
                continue; // an uncle that none lists, or of the shorter side of the cut
            }
            known++;
            string[] paid = Paid(await coin.CallAsync("getblock", $"\"{id.GetString()}\",2"));
            payees = Math.Max(payees, paid.Length);
            foreach (ShareChain chain in chains)
            {
                Assert.Equal(Due(chain, share), paid);
            }
        }
        Assert.True(known >= 5, $"{known} of {blocks} blocks are shares of the chain");
        Assert.True(payees >= 2, "no block paid two");
    }

    private static string[] Paid(JsonElement block) =>
    [
        .. block.GetProperty("tx")[0].GetProperty("vout").EnumerateArray()
            .Select(static output => (Value: (long)(output.GetProperty("value").GetDecimal() * 100_000_000),
                Script: output.GetProperty("scriptPubKey").GetProperty("hex").GetString()))
            .Where(static output => output.Value > 0)
            .Select(static output => $"{output.Value} {output.Script}"),
    ];

    private static string[] Due(ShareChain chain, ChainShare share)
    {
        ShareCore core = share.Core;
        ulong reward = core.CoinValue - core.FixedOutputs.Aggregate(0UL, static (sum, output) => sum + output.Value);
        IReadOnlyList<PayoutOutput>? split = chain.SplitOn(core.Parent, core.CapClass, reward, core.Payout);
        Assert.NotNull(split);
        return
        [
            .. ShareCoinbase.Outputs(core, split).Where(static output => output.Amount.Units > 0)
                .Select(static output => $"{output.Amount.Units} {Hex.Encode(output.Script.Span)}"),
        ];
    }

    private static async Task CheckVerifyAsync(string program, TempFolder folder, LiveNode node)
    {
        string[] lines = [.. node.Lines()];
        using Process verify = Process.Start(new ProcessStartInfo(
            program, ["sharechain", "verify", folder.File("chain.txt", string.Join('\n', lines))])
        { RedirectStandardOutput = true })!;
        string answer = await verify.StandardOutput.ReadToEndAsync().WaitAsync(Patience.Limit);
        await verify.WaitForExitAsync().WaitAsync(Patience.Limit);
        Assert.StartsWith($"{lines.Length - 1} shares, tip ", answer, StringComparison.Ordinal);
    }

    /// <summary>The chains are read again and again, which costs more than a look at a field.</summary>
    private static async Task UntilAsync(Func<bool> condition, int milliseconds, string what)
    {
        long began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(began) > Patience.Limit)
            {
                throw new TimeoutException($"waited {Patience.Limit.TotalSeconds:F0} s in vain for {what}");
            }
            await Task.Delay(milliseconds);
        }
    }

    private static string Tail(string text) => text[^Math.Min(4_000, text.Length)..];
}
