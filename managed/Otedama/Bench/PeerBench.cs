using System.Diagnostics;
using Otedama.Wire;

namespace Otedama;

/// <summary>
/// Measures nodes of a share chain against each other in this process, over TCP and TLS of this machine. Processor time
/// is of the whole process, so of both ends.
/// </summary>
internal static class PeerBench
{
    /// <summary>What is asked for on a core of a present server (docs/benchmarks/p2p.md).</summary>
    private const double HandshakesBar = 200, GigabitsBar = 2, GigabitsCpuBar = 5, CoresBar = 1,
        DecodeMsBar = 50, DecodeBytesBar = 4 << 20;

    private const double GigabitsPerByte = 8 / 1e9;

    /// <summary>
    /// The rows in their order, each as soon as it is there. begins: told in words what is measured next. Throws
    /// IOException or SocketException where this machine has no sockets to give.
    /// </summary>
    public static async IAsyncEnumerable<PeerBenchRow> RunAsync(PeerBenchOptions options, Action<string> begins)
    {
        begins("handshakes");
        Measured[] handshakes = await HandshakeRate.MeasureAsync(options);
        yield return new PeerBenchRow("handshakes_per_s", "mutual TLS handshakes, new connection each", "/s",
            [.. handshakes.Select(static s => s.PerSecond)]);
        yield return new PeerBenchRow("handshakes_per_cpu_s", "the same by processor time of both ends", "/CPU s",
            [.. handshakes.Select(static s => s.PerCpuSecond)], HandshakesBar);

        begins($"throughput of {options.Connections} {(options.Connections == 1 ? "link" : "links")}");
        Measured[] throughput = await LinkThroughput.MeasureAsync(options);
        string links = options.Connections == 1 ? "one link" : $"{options.Connections} links";
        yield return new PeerBenchRow("gbit_per_s", $"frames of 256 KiB over {links}", "Gbit/s",
            [.. throughput.Select(static s => s.PerSecond * GigabitsPerByte)], GigabitsBar);
        yield return new PeerBenchRow("gbit_per_cpu_s", "the same by processor time of both ends", "Gbit/CPU s",
            [.. throughput.Select(static s => s.PerCpuSecond * GigabitsPerByte)], GigabitsCpuBar);

        begins("a share passed on, allocations");
        double[] bytes = await ShareRouting.BytesPerShareAsync(options);
        yield return new PeerBenchRow("bytes_per_relayed_share",
            "memory allocated for a share received and passed on", "B", bytes, 0, BarIsMost: true);

        begins($"shares routed between {options.Peers} peers; that many handshakes come first");
        Measured[] routed = await ShareRouting.MeasureAsync(options);
        yield return new PeerBenchRow("routing_cores",
            $"{options.Peers} peers x {ShareRouting.SharesPerSecond} shares/s, with the peers' own ends", "cores",
            [.. routed.Select(static s => s.Cpu.TotalSeconds)], CoresBar, BarIsMost: true);

        begins("hostile bytes");
        HostileBytes.Result[] hostile =
        [
            .. Enumerable.Range(0, options.Repeats).Select(static _ => HostileBytes.Measure()),
        ];
        yield return new PeerBenchRow("hostile_mib_ms",
            $"1 MiB of hostile bytes, the slowest of {HostileBytes.Kinds} kinds ({hostile[^1].Slowest})", "ms",
            [.. hostile.Select(static r => r.Time.TotalMilliseconds)], DecodeMsBar, BarIsMost: true);
        yield return new PeerBenchRow("hostile_mib_bytes", "memory allocated for it, the most of all kinds", "B",
            [.. hostile.Select(static r => (double)r.Bytes)], DecodeBytesBar, BarIsMost: true);
    }

    /// <summary>What happened between two looks at the clocks.</summary>
    internal readonly record struct Measured(double Count, TimeSpan Wall, TimeSpan Cpu)
    {
        public double PerSecond => Wall > TimeSpan.Zero ? Count / Wall.TotalSeconds : 0;

        /// <summary>0 where it took too little for the clock.</summary>
        public double PerCpuSecond => Cpu > TimeSpan.Zero ? Count / Cpu.TotalSeconds : 0;
    }

    /// <summary>Both clocks at one time.</summary>
    internal readonly record struct Mark(long Wall, TimeSpan Cpu)
    {
        public static Mark Now => new(Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);

        public Measured Since(double count) =>
            new(count, Stopwatch.GetElapsedTime(Wall), Environment.CpuUsage.TotalTime - Cpu);
    }
}
