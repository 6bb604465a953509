using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Benchmarks;

/// <summary>
/// What other nodes cost the program, and what honest ones notice of hostile ones. Everybody comes from an address of
/// his own in 127.0.0.0/8, the honest ones each from another /24, so that all limits hold as they are shipped.
/// </summary>
internal static class PeerFlood
{
    private const int Hostile = 1_000, Honest = 25;

    private static readonly Hash256 s_chain = ChainSets.For(ChainSets.Standard, CoinCatalogue.Otedama).Id;
    private static readonly TimeSpan s_pingEvery = TimeSpan.FromSeconds(5);
    private static readonly SemaphoreSlim s_solving = new(1, 1);

    private static int s_links, s_tries;

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
        List<LoadNode> nodes = await ConnectAsync(program, id, peers, stop.Token);
        await Task.Delay(15_000);
        int open = nodes.Count(static node => node.IsOpen), shares = nodes.Sum(static node => node.Shares.Count);
        Say($"{open} of {peers} nodes connected, {shares} shares arrived there: resident {program.Resident:0.0} MB");
        return open == peers ? 0 : 1;
    }

    public static async Task<int> RunAsync(string path, string seconds)
    {
        TimeSpan time = TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture));
        using LoadProgram program = new(path, "p2p.max_peers=200");
        NodeId id = await program.Id;
        using CancellationTokenSource all = new();
        _ = program.WatchAsync(all.Token);
        List<LoadNode> honest = await ConnectAsync(program, id, Honest, all.Token);
        (string Name, Func<Place, CancellationToken, Task>? Attack)[] floods =
        [
            ("calm", null), ("say nothing", SilentAsync), ("shake hands and leave", ShakeAsync), ("ask and never read", DeafAsync),
            ("a MiB without its last byte", HalfAsync), ("broken frames", BrokenAsync), ("calm again", null),
        ];
        Say($"{"flood of 1,000",-28} {"tries",7} {"links",6} {"RSS max MB",11} {"cores",6} {"ping p50 ms",12} {"ping p99 ms",12} {"spread p50 ms",14} {"spread p99 ms",14} {"shares",7} {"honest",7}");
        foreach ((string name, Func<Place, CancellationToken, Task>? attack) in floods)
        {
            await PhaseAsync(program, id, honest, name, attack, time);
        }
        await all.CancelAsync();
        return honest.TrueForAll(static node => node.IsOpen) ? 0 : 1;
    }

    private static async Task PhaseAsync(
        LoadProgram program, NodeId id, List<LoadNode> honest, string name, Func<Place, CancellationToken, Task>? attack, TimeSpan time)
    {
        (s_links, s_tries) = (0, 0);
        foreach (LoadNode node in honest)
        {
            node.Shares.Clear();
            node.RoundTrips.Clear();
        }
        program.TakeMost();
        (double cpu, long began) = (program.CpuSeconds, Stopwatch.GetTimestamp());
        using CancellationTokenSource stop = new(time);
        Task flood = attack is null ? Task.CompletedTask
            : Task.WhenAll(Enumerable.Range(0, Hostile).Select(i => RepeatAsync(new Place(From(2, i), program.To, id), attack, stop.Token)));
        await PingAsync(honest, stop.Token);
        double cores = (program.CpuSeconds - cpu) / Stopwatch.GetElapsedTime(began).TotalSeconds;
        await flood;
        double[] trips = [.. honest.SelectMany(static node => node.RoundTrips).Select(static trip => trip.TotalMilliseconds)];
        double[] spreads = [.. Spreads(honest)];
        Say($"{name,-28} {s_tries,7} {s_links,6} {program.TakeMost(),11:0.0} {cores,6:0.00} {At(trips, 0.5),12:0.0} {At(trips, 0.99),12:0.0} {At(spreads, 0.5),14:0.0} {At(spreads, 0.99),14:0.0} {spreads.Length / Honest,7} {honest.Count(static node => node.IsOpen),7}");
        await Task.Delay(3_000);
    }

    /// <summary>Each share at each honest node: how long after the first of them.</summary>
    private static IEnumerable<double> Spreads(List<LoadNode> honest)
    {
        foreach (IGrouping<Hash256, long> share in honest.SelectMany(static node => node.Shares).GroupBy(static one => one.Key, static one => one.Value))
        {
            long first = share.Min();
            foreach (long at in share)
            {
                yield return Stopwatch.GetElapsedTime(first, at).TotalMilliseconds;
            }
        }
    }

    private static async Task<List<LoadNode>> ConnectAsync(LoadProgram program, NodeId id, int count, CancellationToken stop)
    {
        List<LoadNode> nodes = [];
        for (int i = 0; i < count; i++)
        {
            NodeIdentity identity = LoadNode.NewIdentity();
            LoadNode node = new(identity, s_chain);
            LoadLink link = await LoadLink.OpenAsync(new Place(From(1, i), program.To, id), identity, null, node.On, stop);
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

    private static async Task RepeatAsync(Place place, Func<Place, CancellationToken, Task> attack, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            Interlocked.Increment(ref s_tries);
            try
            {
                await attack(place, stop);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Refused, closed, or the time is over.
            }
            await Task.Delay(1_000, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task SilentAsync(Place place, CancellationToken stop)
    {
        using Socket socket = await LoadLink.ConnectAsync(place, stop);
        await socket.ReceiveAsync(new byte[1], stop);
    }

    private static async Task ShakeAsync(Place place, CancellationToken stop)
    {
        using NodeIdentity identity = LoadNode.NewIdentity();
        LoadLink link = await LoadLink.OpenAsync(place, identity, null, null, stop);
        if (await link.Shaken.WaitAsync(stop) == PeerRefusal.None)
        {
            Interlocked.Increment(ref s_links);
        }
        link.Close(CloseReason.ServerStopping);
    }

    private static Task DeafAsync(Place place, CancellationToken stop) => GreetedAsync(place, static (node, link) =>
    {
        byte[] tip = new byte[32 * 32];
        for (int i = 0; i < 32; i++)
        {
            node.Hello!.TipId.CopyTo(tip.AsSpan(32 * i));
        }
        byte[] history = new byte[40];
        BinaryPrimitives.WriteUInt32LittleEndian(history.AsSpan(32), uint.MaxValue);
        link.PauseReading();
        for (int i = 0; i < 60; i++)
        {
            node.Ask(PeerMessage.GetShares, tip);
        }
        node.Ask(PeerMessage.GetChain, history);
    }, stop);

    private static Task HalfAsync(Place place, CancellationToken stop) => GreetedAsync(place, static (_, link) =>
    {
        byte[] frame = new byte[PeerFrame.HeaderBytes + PeerMessageRule.FrameBytesMax - 1];
        PeerFrame.WriteHeader(frame, PeerMessage.BlockAnn, PeerMessageRule.FrameBytesMax, 0);
        link.Write(frame);
    }, stop);

    private static Task BrokenAsync(Place place, CancellationToken stop) => GreetedAsync(place, static (_, link) =>
        link.Write(RandomNumberGenerator.GetBytes(64)), stop);

    /// <summary>Through the handshake, with a puzzle where one is wanted; then as it likes, until it is closed.</summary>
    private static async Task GreetedAsync(Place place, Action<LoadNode, LoadLink> then, CancellationToken stop)
    {
        using NodeIdentity identity = LoadNode.NewIdentity();
        LoadNode node = new(identity, s_chain);
        LoadLink link = await LoadLink.OpenAsync(place, identity, null, node.On, stop);
        PeerRefusal refusal = await link.Shaken.WaitAsync(stop);
        if (refusal == PeerRefusal.PuzzleWanted)
        {
            string? solution = await SolveAsync(place.Server, stop);
            link = await LoadLink.OpenAsync(place, identity, solution, node.On, stop);
            refusal = await link.Shaken.WaitAsync(stop);
        }
        while (refusal == PeerRefusal.None && !node.IsOpen && !link.Ended.IsCompleted)
        {
            await Task.Delay(20, stop);
        }
        if (node.IsOpen)
        {
            Interlocked.Increment(ref s_links);
            then(node, link);
        }
        await link.Ended.WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        link.Close(CloseReason.ServerStopping);
    }

    private static async Task<string?> SolveAsync(NodeId server, CancellationToken stop)
    {
        await s_solving.WaitAsync(stop);
        try
        {
            PeerPuzzle puzzle = new(PeerPuzzle.BucketOf(TimeProvider.System.GetUtcNow()), (UInt128)Random.Shared.NextInt64(), 0);
            return puzzle.Search(server, PeerPuzzle.BitsMin, 1 << 22)?.ToString();
        }
        finally
        {
            s_solving.Release();
        }
    }

    /// <summary>Honest ones each in a /24 of their own, hostile ones eight in one.</summary>
    private static IPAddress From(int net, int i) => net == 1 ? new IPAddress(new byte[] { 127, 1, (byte)(i + 1), 1 })
        : new IPAddress(new byte[] { 127, 2, (byte)(1 + (i / 8)), (byte)(1 + (i % 8)) });

    private static double At(double[] values, double part)
    {
        Array.Sort(values);
        return values.Length == 0 ? double.NaN : values[(int)Math.Min(values.Length - 1, part * values.Length)];
    }

    private static void Say(FormattableString line) => Console.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
