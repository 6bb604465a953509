using System.Globalization;

namespace Otedama.Benchmarks;

/// <summary>
/// How long a share takes to so many nodes of the real code, in a simulated network without faults. Three regions, 40 % of the
/// nodes in each of two and 20 % in the third; one way 15 ms inside of one, 45, 75 and 110 ms between them, with up to half
/// as much again at random. 20 Mbit/s, 8 full links out of each node.
/// </summary>
internal static class NetworkPropagation
{
    /// <summary>Until all have their links; and then so long.</summary>
    private static readonly TimeSpan s_joining = TimeSpan.FromSeconds(60), s_length = TimeSpan.FromSeconds(240);

    private static readonly double[,] s_between = { { 15, 45, 110 }, { 45, 15, 75 }, { 110, 75, 15 } };

    public static int Run(string nodesText, string seedsText)
    {
        int nodes = int.Parse(nodesText, CultureInfo.InvariantCulture);
        ulong seeds = ulong.Parse(seedsText, CultureInfo.InvariantCulture);
        List<double> everything = [];
        for (ulong seed = 1; seed <= seeds; seed++)
        {
            NetOptions options = new()
            {
                Nodes = nodes,
                Dials = 8,
                Known = 8,
                Faults = TimeSpan.Zero,
                SkewMs = 500,
                Length = s_joining + s_length,
                LatencyMs = Latency,
                BytesPerSecond = 2_500_000,
                IsTraced = false,
            };
            NetSim sim = new(seed, options);
            sim.Begin();
            sim.RunUntil(s_joining);
            long bytesBefore = sim.World.Wires.BytesSent;
            int madeBefore = sim.World.Audit.Made;
            sim.RunUntil(options.Length);
            if (sim.World.Broken is { } broken)
            {
                Console.WriteLine($"seed {seed}: {broken}");
                return 1;
            }
            // Of those made while nodes still looked for each other, and in the last seconds, nothing is counted.
            IReadOnlyList<(int Node, TimeSpan After)>[] spreads =
                [.. sim.World.Audit.Spreads.Skip(madeBefore).Where(had => had.Count >= nodes * 0.99)];
            double[] all = [.. spreads.SelectMany(static had => had.Select(static each => each.After.TotalMilliseconds)).Order()];
            everything.AddRange(all);
            int made = sim.World.Audit.Made - madeBefore;
            double bytes = (double)(sim.World.Wires.BytesSent - bytesBefore) / nodes / s_length.TotalSeconds;
            double links = sim.Nodes.Average(static node => node.PeerCount);
            Say($"seed {seed}: {spreads.Length} of {made} shares, {links:f1} links a node, p50 {At(all, 0.50):f0} ms, p95 {At(all, 0.95):f0}, p99 {At(all, 0.99):f0}, last {At(all, 1):f0}; {bytes:f0} bytes/s sent by a node");
        }
        everything.Sort();
        Say($"all: p50 {At(everything, 0.50):f0} ms, p95 {At(everything, 0.95):f0}, p99 {At(everything, 0.99):f0}");
        return 0;
    }

    private static double Latency(SeededRandom random, int one, int other) =>
        s_between[Region(one), Region(other)] * (1 + (random.Fraction() / 2));

    private static int Region(int node) => (node % 5) switch { 0 or 1 => 0, 2 or 3 => 1, _ => 2 };

    private static double At(IReadOnlyList<double> sorted, double part) =>
        sorted.Count == 0 ? double.NaN : sorted[(int)(part * (sorted.Count - 1))];

    private static void Say(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
