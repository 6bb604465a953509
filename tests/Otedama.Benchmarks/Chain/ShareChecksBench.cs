using System.Globalization;
using Otedama.Core;

namespace Otedama.Benchmarks;

/// <summary>
/// What a share costs before the chain is asked, from its bytes to the proof of work (steps 1, 2, 4, 7 and 8): prints shares a
/// second of processor time of one thread, SHA-256d and a branch of twelve, as many at once as a history is checked, and what is allocated.
/// </summary>
internal static class ShareChecksBench
{
    private const int Shares = 512, Times = 40, Rounds = 7;

    public static int Run()
    {
        ChainParameters parameters = ChainSets.For(ChainSets.Standard, CoinCatalogue.BitcoinRegtest);
        ChainCoin coin = ChainCoin.Of(parameters);
        byte[][] shares = [.. ChainMaker.Make(parameters, Shares, payees: 100).Select(static share => share.Bytes.ToArray())];
        double[] rates = [.. Enumerable.Range(0, Rounds).Select(_ => Measure(shares, parameters, coin, out double _))];
        Array.Sort(rates);
        Measure(shares, parameters, coin, out double bytes);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{shares[^1].Length} bytes: median {rates[Rounds / 2]:n0}/s of processor time, least {rates[0]:n0}, most {rates[^1]:n0}; {bytes:n0} bytes allocated a share"));
        return 0;
    }

    private static double Measure(byte[][] shares, ChainParameters parameters, ChainCoin coin, out double bytes)
    {
        TimeSpan before = Environment.CpuUsage.TotalTime;
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        ChainShare[] some = new ChainShare[ShareChecks.AtOnce];
        ShareFault?[] faults = new ShareFault?[some.Length];
        for (int i = 0; i < Times * shares.Length; i += some.Length)
        {
            for (int j = 0; j < some.Length; j++)
            {
                some[j] = ChainShare.Decode(shares[(i + j) % shares.Length], coin, out _)!;
            }
            ShareChecks.Stateless(some, parameters, coin, faults);
            if (Array.Find(faults, static fault => fault is not null) is { } wrong)
            {
                throw new InvalidOperationException(wrong.ToString());
            }
        }
        bytes = (double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / (Times * shares.Length);
        return Times * shares.Length / (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }
}
