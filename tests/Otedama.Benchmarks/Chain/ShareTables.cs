using System.Globalization;

namespace Otedama.Benchmarks;

/// <summary>
/// The tables of the share chain rules, sections 9 and 10, made again on the real chain; at full size (60,000 shares) minutes
/// of one core for each. Lines come as they are reckoned.
/// </summary>
internal static class ShareTables
{
    private static readonly double[] s_latencies = [100, 250, 500, 1_000, 2_000];

    /// <summary>table: latency, restart, unfairness, selfish, or null for all of them.</summary>
    public static int Run(string sharesText, string? table)
    {
        int shares = int.Parse(sharesText, CultureInfo.InvariantCulture);
        (string Name, Action<int> Make)[] tables =
            [("latency", Latency), ("restart", Restart), ("unfairness", Unfairness), ("selfish", Selfish)];
        foreach ((string name, Action<int> make) in tables.Where(each => table is null || each.Name == table))
        {
            Say($"{name}:");
            make(shares);
        }
        return 0;
    }

    private static ShareNetworkOptions Network(int shares, int spacing, double latency) =>
        new() { Spacing = spacing, Latency = latency, Shares = shares, Seed = 1 };

    private static void Latency(int shares)
    {
        foreach (int spacing in (int[])[1_000, 5_000, 10_000, 30_000])
        {
            foreach (double latency in s_latencies)
            {
                ShareTally tally = ShareNetwork.Run(Network(shares, spacing, latency));
                Say($"  T {spacing / 1_000} s, latency {latency} ms: {tally.UnclePercent:f1} % uncles, {tally.LostPercent:f3} % lost");
            }
        }
    }

    /// <summary>Devices that go on with their old job for a second, and a network ten times as large with a tenth of the shares.</summary>
    private static void Restart(int shares)
    {
        foreach (double latency in (double[])[250, 500, 1_000])
        {
            ShareTally tally = ShareNetwork.Run(Network(shares, 10_000, latency) with { Restart = 1_000 });
            Say($"  T 10 s, restart 1 s, latency {latency} ms: {tally.UnclePercent:f1} % uncles, {tally.LostPercent:f3} % lost");
        }
        ShareTally large = ShareNetwork.Run(Network(shares / 10, 10_000, 500) with { Nodes = 500 });
        Say($"  T 10 s, 500 nodes, latency 500 ms: {large.UnclePercent:f1} % uncles, {large.LostPercent:f3} % lost");
    }

    private static void Unfairness(int shares)
    {
        foreach (double latency in s_latencies[1..])
        {
            foreach ((string name, int uncles, uint penalty) in ((string, int, uint)[])
                [("no uncles", 0, 0), ("penalty 20 %", 5, 20), ("penalty 10 %", 5, 10)])
            {
                ShareNetworkOptions options = Network(shares, 10_000, latency) with { UnclesMax = uncles, PenaltyPercent = penalty };
                ShareTally tally = ShareNetwork.Run(options);
                double largest = tally.GainOfFoundPercent([0]);
                double half = tally.GainOfFoundPercent(Enumerable.Range(options.Nodes / 2, options.Nodes / 2));
                Say($"  T 10 s, latency {latency} ms, {name}: largest {largest:+0.00;-0.00} %, smaller half {half:+0.00;-0.00} %");
            }
        }
    }

    private static void Selfish(int shares)
    {
        foreach (double alpha in (double[])[0.10, 0.20, 0.25, 0.30, 0.35, 0.40, 0.45])
        {
            SelfishOptions own = new() { Alpha = alpha, Shares = 5 * shares, Seed = 1 };
            SelfishOptions all = own with { ListsOthers = true };
            (string Name, SelfishOptions Options)[] columns =
            [
                ("no uncles", own with { UnclesMax = 0 }), ("own uncles", own), ("all uncles", all),
                ("pen 10", all with { PenaltyPercent = 10 }), ("gamma 0", all with { Gamma = 0 }),
                ("gamma 1", all with { Gamma = 1 }), ("depth 6", all with { UncleDepth = 6 }), ("hidden", all with { Hides = true }),
                ("hidden and stubborn", all with { Hides = true, Trails = 1 }),
            ];
            IEnumerable<string> gains = columns.Select(static column =>
                string.Create(CultureInfo.InvariantCulture, $"{column.Name} {SelfishMining.Gain(column.Options):+0.0;-0.0}"));
            Say($"  alpha {alpha:f2}, gain in %: {string.Join(", ", gains)}");
        }
    }

    private static void Say(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
