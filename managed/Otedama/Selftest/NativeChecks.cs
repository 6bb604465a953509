using Otedama.Core;
using Otedama.Interop;

namespace Otedama;

/// <summary>
/// The native code: layout of its structs, and known answers of every algorithm in every flavour of this CPU.
/// </summary>
internal static class NativeChecks
{
    public static IEnumerable<(string Name, Func<string?> Check)> All()
    {
        yield return ("native layout", Layout);
        yield return ("native sha256d of the genesis header", Genesis);
        IReadOnlyList<AlgorithmInfo> algorithms;
        try
        {
            algorithms = Catalogue.Algorithms();
        }
        catch (Exception e) when (e is NativeException or DllNotFoundException)
        {
            yield break; // "native layout" reports the same failure with its reason
        }
        yield return ("epochs of datasets", Epochs);
        foreach (AlgorithmInfo algorithm in algorithms)
        {
            yield return ($"{algorithm.Name} facts", () => FactChecks.Compare(algorithm));
            foreach (FlavourInfo flavour in algorithm.Flavours.Where(static f => f.Supported))
            {
                yield return ($"{algorithm.Name} {flavour.Name}", () =>
                {
                    Catalogue.SelfTest(algorithm.Algorithm, flavour.Index);
                    return null;
                }
                );
            }
        }
    }

    private static string? Epochs() =>
        AlgorithmFacts.All.Where(static facts => facts.HasEpochs).Select(FactChecks.CompareEpoch).FirstOrDefault(static wrong => wrong is not null);

    private static string? Layout()
    {
        Native.Open(); // throws when a struct differs between C and C#
        return null;
    }

    private static string? Genesis()
    {
        byte[] header = Convert.FromHexString("0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e"
            + "67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c");
        string hash = BitcoinHash.Sha256d(header).ToString();
        return hash == "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f" ? null : $"got {hash}";
    }
}
