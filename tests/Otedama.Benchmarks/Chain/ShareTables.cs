using System.Globalization;

namespace Otedama.Benchmarks;

/// <summary>The tables of the share chain rules, sections 9 and 10, made again on the real chain. Minutes at full size.</summary>
internal static class ShareTables
{
    private static readonly double[] s_latencies = [100, 250, 500, 1_000, 2_000];

    public static int Run(string sharesText)
    {
        int shares = int.Parse(sharesText, CultureInfo.InvariantCulture);
        foreach (int spacing in (int[])[5_000, 10_000, 30_000])
        {
            Say($"T {spacing / 1_000} s, uncle % (lost %) for latencies of {string.Join(", ", s_latencies)} ms:");
            foreach (double latency in s_latencies)
            {
                ShareTally tally = ShareNetwork.Run(new ShareNetworkOptions { Spacing = spacing, Latency = latency, Shares = shares, Seed = 1 });
                Say($"  {latency,5:f0}: {tally.UnclePercent:f1} ({tally.LostPercent:f3}), largest {LargestGain(tally):+0.00;-0.00} %");
            }
        }
        foreach (int unclesMax in (int[])[0, 5])
        {
            ShareTally tally = ShareNetwork.Run(new ShareNetworkOptions
            {
                Spacing = 10_000,
                Latency = 1_000,
                Shares = shares,
                Seed = 1,
                UnclesMax = unclesMax,
            });
            Say($"T 10 s, latency 1 s, at most {unclesMax} uncles: largest {LargestGain(tally):+0.00;-0.00} %, lost {tally.LostPercent:f1} %");
        }
        Selfish(shares);
        return 0;
    }

    private static void Selfish(int shares)
    {
        Say("gain of a selfish miner, %: without uncles, own uncles, all uncles, all with pen 10, all with gamma 0, with gamma 1, all and hidden");
        foreach (double alpha in (double[])[0.10, 0.20, 0.25, 0.30, 0.35, 0.40, 0.45])
        {
            SelfishOptions options = new() { Alpha = alpha, Shares = 5 * shares, Seed = 1 };
            SelfishOptions all = options with { ListsOthers = true };
            double[] gains =
            [
                SelfishMining.Gain(options with { UnclesMax = 0 }), SelfishMining.Gain(options), SelfishMining.Gain(all),
                SelfishMining.Gain(all with { PenaltyPercent = 10 }), SelfishMining.Gain(all with { Gamma = 0 }),
                SelfishMining.Gain(all with { Gamma = 1 }), SelfishMining.Gain(all with { Hides = true }),
            ];
            Say($"  {alpha:f2}: {string.Join("  ", gains.Select(static gain => gain.ToString("+0.0;-0.0", CultureInfo.InvariantCulture)))}");
        }
    }

    private static double LargestGain(ShareTally tally) => tally.GainPercent([0], ShareNetwork.PartOf(0));

    private static void Say(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));

    private static void Say(string line) => Console.WriteLine(line);
}
