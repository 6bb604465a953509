using System.Diagnostics;
using System.Globalization;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Ledgers;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.ChainNet;

/// <summary>
/// Numbers for docs/benchmarks; run them with -class Otedama.Tests.ChainNet.NetBench -explicit only. They assert nothing
/// about speed.
/// </summary>
public sealed class NetBench(ITestOutputHelper output)
{
    /// <summary>
    /// Three regions, 40 % in each of two and 20 % in the third; one way 15 ms inside of one, 45, 75 and 110 ms between
    /// them, with half as much again at random. 20 Mbit/s, out-degree 8.
    /// </summary>
    [Fact(Explicit = true)]
    public void Propagation_through_a_thousand_nodes()
    {
        for (ulong seed = 1; seed <= 5; seed++)
        {
            NetOptions options = new()
            {
                Nodes = 1_000,
                Dials = 8,
                Faults = TimeSpan.Zero,
                SkewMs = 500,
                Length = TimeSpan.FromMinutes(3),
                LatencyMs = Latency,
                BytesPerSecond = 2_500_000,
            };
            NetSim sim = new(seed, options);
            sim.Begin();
            sim.RunUntil(options.Length);
            Assert.Null(sim.Broken);
            IReadOnlyList<(int Node, TimeSpan After)>[] whole = [.. sim.Audit.Spreads.Where(static had => had.Count >= 990)];
            double[] all = [.. whole.SelectMany(static had => had.Select(static each => each.After.TotalMilliseconds)).Order()];
            double last = whole.Average(static had => had.Max(static each => each.After.TotalMilliseconds));
            double bytes = (double)sim.Audit.BytesSent / options.Nodes / sim.Audit.Made;
            Say(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {whole.Length} of {sim.Audit.Made} shares, p50 {At(all, 0.50):f0} ms, p95 {At(all, 0.95):f0} ms, p99 {At(all, 0.99):f0} ms, last {last:f0} ms, {bytes:f0} bytes a node and share"));
        }
    }

    /// <summary>As above with a hundred nodes, for both ways of passing shares on; a fifth may be silent.</summary>
    [Theory(Explicit = true)]
    [InlineData(ChainPeers.GossipBudget, 0)]
    [InlineData(1, 0)]
    [InlineData(ChainPeers.GossipBudget, 20)]
    [InlineData(1, 20)]
    public void Both_ways_through_a_hundred_nodes(long budget, int hostile)
    {
        for (ulong seed = 1; seed <= 3; seed++)
        {
            NetOptions options = new()
            {
                Nodes = 100 - hostile,
                Hostile = hostile,
                Dials = 8,
                Faults = TimeSpan.Zero,
                SkewMs = 500,
                Length = TimeSpan.FromMinutes(5),
                LatencyMs = Latency,
                BytesPerSecond = 2_500_000,
                GossipBudget = budget,
            };
            NetSim sim = new(seed, options);
            sim.Begin();
            sim.RunUntil(TimeSpan.FromMinutes(2)); // links, and who is eager
            (long before, int made) = (sim.Audit.BytesSent, sim.Audit.Made);
            sim.RunUntil(options.Length);
            Assert.Null(sim.Broken);
            IReadOnlyList<(int Node, TimeSpan After)>[] whole = [.. sim.Audit.Spreads.Skip(made).Where(had => had.Count >= options.Nodes - 1)];
            double[] all = [.. whole.SelectMany(static had => had.Select(static each => each.After.TotalMilliseconds)).Order()];
            double bytes = (double)(sim.Audit.BytesSent - before) / options.Nodes / (sim.Audit.Made - made);
            double bodies = (double)sim.Audit.SharesSent / options.Nodes / sim.Audit.Made;
            Say(string.Create(CultureInfo.InvariantCulture, $"budget {budget}, {hostile} hostile, seed {seed}: {whole.Length} of {sim.Audit.Made - made} shares, p50 {At(all, 0.50):f0} ms, p99 {At(all, 0.99):f0} ms, {bytes:f0} bytes a node and share, each sent {bodies:f1} times a node"));
        }
    }

    /// <summary>One core; shares made here, with uncles, on the real rules. Cold: bytes to a chain that is ready to pay.</summary>
    [Theory(Explicit = true)]
    [InlineData(2_160)]
    [InlineData(20_160)]
    public void Synchronising_and_restarting(int window)
    {
        ChainNode other = new(window);
        other.GrowFast((2 * window) + 64, payees: 1_000);
        for (int round = 0; round < 5; round++)
        {
            ChainNode node = new(window, new CrashDisk(), other.Clock);
            HandPeer peer = new HandPeer(node, other.Desk.Tip).Join();
            node.Step();
            (uint correlation, List<byte[]> frames) = peer.AnswerOf(other);
            TimeSpan began = Cpu();
            frames.ForEach(frame => peer.Say(PeerMessage.Chain, frame, correlation));
            TimeSpan received = Cpu();
            node.Step();
            TimeSpan joined = Cpu();
            Assert.Equal(other.Desk.Tip, node.Desk.Tip);
            int shares = node.Desk.Look(static chain => chain.Count);
            Say(string.Create(CultureInfo.InvariantCulture, $"N {window}: {shares} shares, {frames.Sum(static frame => frame.Length) / 1e6:f2} MB: received and checked alone {(received - began).TotalSeconds:f2} s ({shares / (received - began).TotalSeconds:n0}/s), joined {(joined - received).TotalSeconds:f2} s ({shares / (joined - received).TotalSeconds:n0}/s)"));
        }
        CrashDisk disk = new();
        ChainNode kept = new(window, disk, other.Clock);
        kept.Desk.TakeHistory(other.Desk.Look(static chain => chain.History(chain.TipId).Reverse().OrderBy(static share => share.Core.Height).ToArray()), 1, default);
        kept.Desk.Dispose();
        for (int round = 0; round < 5; round++)
        {
            TimeSpan began = Cpu();
            ChainNode again = new(window, disk, other.Clock);
            again.Desk.Look(static chain => chain.SplitFor(2, FreeShares.CoinValue, default));
            Say(string.Create(CultureInfo.InvariantCulture, $"N {window}: restart to the first split {(Cpu() - began).TotalSeconds:f2} s"));
            Assert.Equal(other.Desk.Tip, again.Desk.Tip);
            again.Desk.Dispose();
        }
    }

    private static TimeSpan Cpu() => Process.GetCurrentProcess().TotalProcessorTime;

    private static double Latency(SeededRandom random, int one, int other)
    {
        double[,] between = { { 15, 45, 110 }, { 45, 15, 75 }, { 110, 75, 15 } };
        return between[Region(one), Region(other)] * (1 + (random.Fraction() / 2));
    }

    private static int Region(int node) => (node % 5) switch { 0 or 1 => 0, 2 or 3 => 1, _ => 2 };

    private static double At(double[] sorted, double part) => sorted.Length == 0 ? 0 : sorted[(int)(part * (sorted.Length - 1))];

    private void Say(string line) => output.WriteLine(line);
}
