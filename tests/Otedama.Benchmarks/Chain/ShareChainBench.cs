using System.Globalization;
using Otedama.Core;
using Otedama.Pool;

namespace Otedama.Benchmarks;

/// <summary>
/// What a share costs after its own bytes are checked (steps 10 to 12), with this many payees in a full standard window: prints
/// shares a second of processor time with and without payouts, and the processor time of the first split of a tip, and of one more;
/// by turns with the hashes of native code, as a node has them, and with the chain's own.
/// </summary>
internal static class ShareChainBench
{
    private const int Checked = 1_000, Splits = 200;

    public static int Run(string payeesText)
    {
        int payees = int.Parse(payeesText, CultureInfo.InvariantCulture);
        ChainParameters parameters = ChainSets.For(ChainSets.Standard, CoinCatalogue.Find("btc", "regtest")!);
        List<ChainShare> shares = Make(parameters, payees, parameters.WindowShares + Checked);
        for (int round = 0; round < 5; round++)
        {
            Measure("native", parameters, shares, new NativeSeedHashes());
            Measure("managed", parameters, shares, null);
        }
        return 0;
    }

    private static void Measure(string name, ChainParameters parameters, List<ChainShare> shares, ISeedHashes? hashes)
    {
        ShareChain chain = new(parameters, hashes);
        double restored = RateOf(shares[..parameters.WindowShares], chain.Restore);
        double added = RateOf(shares[parameters.WindowShares..], chain.Add);
        Console.Write(string.Create(CultureInfo.InvariantCulture, $"{name} hashes: restored {restored:n0}/s, added {added:n0}/s; first split of a tip, and one more, by class:"));
        for (byte capClass = 0; capClass < parameters.Caps.Count; capClass++)
        {
            // Another parent each time, for which the window moves one share: what a tip that has just moved costs.
            TimeSpan first = Time(i => chain.SplitOn(shares[^(1 + (i % Splits))].Id, capClass, FreeShares.CoinValue, default));
            TimeSpan more = Time(_ => chain.SplitFor(capClass, FreeShares.CoinValue, default));
            Console.Write(string.Create(CultureInfo.InvariantCulture, $" {capClass} {first.TotalMicroseconds:f0} and {more.TotalMicroseconds:f0} us"));
        }
        Console.WriteLine();
    }

    private static TimeSpan Time(Action<int> split)
    {
        TimeSpan before = Environment.CpuUsage.TotalTime;
        for (int i = 0; i < Splits; i++)
        {
            split(i);
        }
        return (Environment.CpuUsage.TotalTime - before) / Splits;
    }

    private static double RateOf(List<ChainShare> shares, Func<ChainShare, ShareFault?> take)
    {
        TimeSpan before = Environment.CpuUsage.TotalTime;
        foreach (ChainShare share in shares)
        {
            if (take(share) is { } fault)
            {
                throw new InvalidOperationException($"share {share} was refused: {fault}");
            }
        }
        return shares.Count / (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }

    /// <summary>The last Checked have the right coinbase; all payees are in the window, some with more shares than others.</summary>
    private static List<ChainShare> Make(ChainParameters parameters, int payees, int count)
    {
        const uint Hard = 0x1b00ffff; // a coin block of many shares, so that the window is as long as it may be
        ShareChain chain = new(parameters);
        List<ChainShare> shares = [];
        for (int i = 0; i < count; i++)
        {
            ulong time = parameters.GenesisTimeMs + (ulong)(i * parameters.SpacingMs);
            ShareCore core = FreeShares.Core(chain.Next(), FreeShares.Payee(i % 3 == 0 ? i % 97 % payees : i % payees), time);
            bool isChecked = i >= parameters.WindowShares;
            IReadOnlyList<PayoutOutput>? outputs = isChecked ? chain.SplitFor(core.CapClass, core.CoinValue, core.Payout) : null;
            shares.Add(FreeShares.Seal(core, parameters, (ulong)i, Hard, outputs));
            chain.Restore(shares[^1]);
        }
        return shares;
    }
}
