using System.Diagnostics;
using System.Globalization;
using System.Net;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Benchmarks;

/// <summary>
/// What other nodes cost the program, and what honest ones notice of hostile ones. Everybody comes from an address of
/// his own in 127.0.0.0/8, the honest ones each from another /24, so that all limits hold as they are shipped.
/// </summary>
internal static class PeerFlood
{
    private const int Honest = 25;

    private static readonly Hash256 s_embedded = ChainSets.For(ChainSets.Standard, CoinCatalogue.Otedama).Id;
    private static readonly TimeSpan s_pingEvery = TimeSpan.FromSeconds(5);

    /// <summary>Resident memory with so many connected nodes that shares are pushed to.</summary>
    public static async Task<int> MemoryAsync(string path, string count)
    {
        int peers = int.Parse(count, CultureInfo.InvariantCulture);
        // A table a third larger than its guests, or the last of them solve puzzles for a minute.
        using LoadProgram program = new(path, $"p2p.max_inbound={peers * 3 / 2}", "p2p.max_peers=1000");
        NodeId id = await program.Id;
        await Task.Delay(5_000);
        Say($"alone: resident {program.Resident:0.0} MB");
        using CancellationTokenSource stop = new();
        List<LoadNode> nodes = await ConnectAsync(program, id, s_embedded, peers, stop.Token);
        await Task.Delay(15_000);
        int open = nodes.Count(static node => node.IsOpen), shares = nodes.Sum(static node => node.Shares.Count);
        Say($"{open} of {peers} nodes connected, {shares} shares arrived there: resident {program.Resident:0.0} MB");
        return open == peers ? 0 : 1;
    }

    /// <summary>
    /// The honest nodes find the shares, about ten a second, of a chain on a coin node of ours whose shares cost a few hashes: in
    /// ten seconds enough for a p99 of their way through the program, in calm and under flood.
    /// </summary>
    public static async Task<int> RunAsync(string path, string seconds, bool isJson)
    {
        TimeSpan time = TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture));
        using LoadShares shares = new();
        using LoadProgram program = new(path, ["p2p.max_peers=200", .. shares.Settings]);
        NodeId id = await program.Id;
        using CancellationTokenSource all = new();
        _ = program.WatchAsync(all.Token);
        List<LoadNode> honest = await ConnectAsync(program, id, LoadShares.Parameters.Id, Honest, all.Token);
        using Process hostile = HostilePeers.Start(program.To, id, time);
        await hostile.StandardOutput.ReadLineAsync();
        BenchRows rows = new("flood of 1,000");
        Say($"{"flood of 1,000",-28} {"tries links",14} {"RSS max MB",11} {"cores",6} {"ping p50 ms",12} {"ping p99 ms",12} {"share p50 ms",13} {"share p99 ms",13} {"shares",7} {"lost",5} {"honest",7}");
        foreach (string name in (string[])["calm", .. HostilePeers.Kinds.Keys, "calm again"])
        {
            await PhaseAsync(program, hostile, honest, shares, rows, name, time);
        }
        hostile.Kill();
        await hostile.WaitForExitAsync();
        await all.CancelAsync();
        if (isJson)
        {
            rows.Print(isJson);
        }
        return honest.TrueForAll(static node => node.IsOpen) ? 0 : 1;
    }

    private static async Task PhaseAsync(
        LoadProgram program, Process hostile, List<LoadNode> honest, LoadShares shares, BenchRows rows, string name, TimeSpan time)
    {
        foreach (LoadNode node in honest)
        {
            node.Shares.Clear();
            node.RoundTrips.Clear();
        }
        program.TakeMost();
        (double cpu, long began) = (program.CpuSeconds, Stopwatch.GetTimestamp());
        using CancellationTokenSource stop = new(time);
        bool isFlood = HostilePeers.Kinds.ContainsKey(name);
        if (isFlood)
        {
            await hostile.StandardInput.WriteLineAsync(name);
        }
        Task pinging = PingAsync(honest, stop.Token);
        (List<double> ways, int found, int lost) = await shares.PassAsync(honest, stop.Token);
        await pinging;
        double cores = (program.CpuSeconds - cpu) / Stopwatch.GetElapsedTime(began).TotalSeconds;
        string? tries = isFlood ? await hostile.StandardOutput.ReadLineAsync() : "";
        double[] trips = [.. honest.SelectMany(static node => node.RoundTrips).Select(static trip => trip.TotalMilliseconds)];
        double[] spreads = [.. ways];
        Say($"{name,-28} {tries,14} {program.TakeMost(),11:0.0} {cores,6:0.00} {At(trips, 0.5),12:0.0} {At(trips, 0.99),12:0.0} {At(spreads, 0.5),13:0.0} {At(spreads, 0.99),13:0.0} {found,7} {lost,5} {honest.Count(static node => node.IsOpen),7}");
        rows.Add($"{name}: share from one honest node to each other", "ms", spreads);
        rows.Add($"{name}: ping", "ms", trips);
        await Task.Delay(3_000);
    }

    private static async Task<List<LoadNode>> ConnectAsync(
        LoadProgram program, NodeId id, Hash256 chain, int count, CancellationToken stop)
    {
        List<LoadNode> nodes = [];
        for (int i = 0; i < count; i++)
        {
            NodeIdentity identity = LoadNode.NewIdentity();
            LoadNode node = new(identity, chain);
            LoadLink link = await LoadLink.OpenAsync(new Place(From(i), program.To, id), identity, null, node.On, stop);
            PeerRefusal refusal = await link.Shaken;
            while (refusal == PeerRefusal.None && !node.IsOpen && !link.Ended.IsCompleted)
            {
                await Task.Delay(5, stop);
            }
            nodes.Add(node);
        }
        return nodes;
    }

    /// <summary>Every second honest ones ping by turns, each as often as it may.</summary>
    private static async Task PingAsync(List<LoadNode> honest, CancellationToken stop)
    {
        for (int i = 0; !stop.IsCancellationRequested; i = (i + 1) % honest.Count)
        {
            honest[i].Ask(PeerMessage.Ping, BitConverter.GetBytes(Stopwatch.GetTimestamp()));
            await Task.Delay(s_pingEvery / honest.Count, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static IPAddress From(int i) => new(new byte[] { 127, 1, (byte)(i + 1), 1 });

    private static double At(double[] values, double part)
    {
        Array.Sort(values);
        return values.Length == 0 ? double.NaN : values[(int)Math.Min(values.Length - 1, part * values.Length)];
    }

    private static void Say(FormattableString line) => Console.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
