using System.Globalization;
using Otedama.Core;

namespace Otedama.Interop;

/// <summary>Compares the table of algorithm facts with what native code says and does.</summary>
public static class FactChecks
{
    /// <summary>What differs for one algorithm; null when nothing does.</summary>
    public static string? Compare(AlgorithmInfo info)
    {
        AlgorithmFacts facts = info.Algorithm.Facts;
        (string Fact, object Here, object Native)[] pairs =
        [
            ("name", facts.Name, info.Name),
            ("needs a dataset", facts.NeedsDataset, info.NeedsDataset),
            ("is slow to search", facts.IsSlowToSearch, info.SlowScan),
            ("length of a mined header", facts.DataLengthMax, Math.Min(facts.DataLengthMax, info.DataLengthMax)), // some take longer data in tests
            ("rolls versions", facts.RollsVersions, facts.RollsVersions && info.VersionsMax > 1), // where it can and does not pay, none
            ("short nonces", facts.Family == HeaderFamily.Bitcoin, info.NonceBits == 32),
        ];
        return pairs.Where(static pair => !pair.Here.Equals(pair.Native))
            .Select(pair => $"{info.Name}: {pair.Fact}: {pair.Here} here, {pair.Native} in native code").FirstOrDefault();
    }

    /// <summary>
    /// Makes the light cache of the second epoch and has items at both its ends checked: native code refuses one of another
    /// epoch. Null when the epoch is as long as the table says. A second of one processor.
    /// </summary>
    public static string? CompareEpoch(AlgorithmFacts facts)
    {
        using PowDataset second = PowDataset.Create(facts.Algorithm, DatasetKind.Light, epoch: 1);
        NativeProofChecker checker = new(dataset: second);
        (int Height, bool Serves)[] ends =
        [
            (facts.EpochBlocks - 1, false), (facts.EpochBlocks, true), ((2 * facts.EpochBlocks) - 1, true), (2 * facts.EpochBlocks, false),
        ];
        return ends.Where(end => Serves(checker, facts, end.Height) != end.Serves)
            .Select(end => string.Create(CultureInfo.InvariantCulture,
                $"{facts.Name}: with epochs of {facts.EpochBlocks} blocks height {end.Height} is {(end.Serves ? "" : "not ")}of epoch 1; native code thinks otherwise"))
            .FirstOrDefault();
    }

    private static bool Serves(NativeProofChecker checker, AlgorithmFacts facts, int height)
    {
        try
        {
            checker.Check(facts.Algorithm, [new ProofItem(0, facts.DataLengthMax, height, Target.Max)], new byte[facts.DataLengthMax], new ProofResult[1]);
            return true;
        }
        catch (NativeException)
        {
            return false;
        }
    }
}
