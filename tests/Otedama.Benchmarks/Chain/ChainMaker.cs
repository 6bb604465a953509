using System.Globalization;
using Otedama.Core;
using Otedama.Pool;

namespace Otedama.Benchmarks;

/// <summary>Writes a chain of real shares, no step skipped, in the form that `otedama sharechain verify` and `import` read.</summary>
internal static class ChainMaker
{
    /// <summary>Levels of the branch: a block of 2,049 to 4,096 transactions.</summary>
    public const int Branch = 12;

    /// <summary>set: std, wide or nano, of Bitcoin regtest. The last share is as old as now.</summary>
    public static int Run(string path, string set, string sharesText, string payeesText)
    {
        int count = int.Parse(sharesText, CultureInfo.InvariantCulture), payees = int.Parse(payeesText, CultureInfo.InvariantCulture);
        ChainParameters parameters = ChainSets.For(set, CoinCatalogue.BitcoinRegtest);
        using StreamWriter file = new(path);
        file.WriteLine(parameters.Line);
        foreach (ChainShare share in Make(parameters, count, payees))
        {
            file.WriteLine(Hex.Encode(share.Bytes.ToArray()));
        }
        return 0;
    }

    /// <summary>All payees are in a full window, some with more shares than others.</summary>
    public static IEnumerable<ChainShare> Make(ChainParameters parameters, int count, int payees)
    {
        ShareChain chain = new(parameters, new NativeSeedHashes());
        ulong now = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        ulong began = now - ((ulong)count * (ulong)parameters.SpacingMs);
        Hash256[] branch = [.. Enumerable.Range(0, Branch).Select(static level => FreeShares.Payee(level).ToArray()).Select(static key => Sha256d.Hash(key))];
        for (int i = 0; i < count; i++)
        {
            PayoutKey payout = FreeShares.Payee(i % 3 == 0 ? i % 97 % payees : i % payees);
            ulong time = began + ((ulong)i * (ulong)parameters.SpacingMs);
            ShareCore core = FreeShares.Core(chain.Next(), payout, time) with { CoinHeight = 100 };
            ChainShare share = EasyShares.Mine(
                core, parameters, chain.SplitFor(core.CapClass, core.CoinValue, payout)!, (ulong)i, Hash256.Zero, branch: branch);
            if (chain.Restore(share) is { } fault)
            {
                throw new InvalidOperationException($"share {i} was refused: {fault}");
            }
            yield return share;
        }
    }
}
