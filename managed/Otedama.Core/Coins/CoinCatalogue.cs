using System.Reflection;

namespace Otedama.Core;

/// <summary>All coins this build knows: the json files of this folder, embedded in the assembly.</summary>
public static class CoinCatalogue
{
    private const string ResourcePrefix = "coins/";

    private static readonly Lazy<IReadOnlyList<CoinSpec>> s_all = new(Load);

    public static IReadOnlyList<CoinSpec> All => s_all.Value;

    /// <summary>Bitcoin's main network.</summary>
    public static CoinSpec Bitcoin => Get("btc", "main");

    public static CoinSpec BitcoinRegtest => Get("btc", "regtest");

    /// <summary>The embedded chain.</summary>
    public static CoinSpec Otedama => Get("otedama", "otedama");

    /// <summary>
    /// The embedded chain with another proof of work: a chain of its own that takes algorithm, header family and
    /// difficulty 1 from the first coin of that algorithm. Throws ArgumentException when no coin has it.
    /// </summary>
    /// <param name="equihash">Parameters where the algorithm is Equihash; null = ZelHash.</param>
    public static CoinSpec OtedamaWith(Algorithm algorithm, EquihashRule? equihash = null)
    {
        if (algorithm == Otedama.Algorithm)
        {
            return Otedama;
        }
        equihash = AlgorithmFacts.Of(algorithm, equihash).Equihash;
        CoinSpec model = All.FirstOrDefault(coin => coin.Algorithm == algorithm)
            ?? throw new ArgumentException($"no coin uses {algorithm}; known: {string.Join(", ", All.Select(coin => coin.Algorithm).Distinct())}");
        return Otedama with
        {
            Title = $"{Otedama.Title} {algorithm.Name}{(equihash is null ? "" : $" {equihash}")}",
            Equihash = equihash,
            Algorithm = algorithm,
            Family = model.Family,
            DifficultyOne = model.DifficultyOne,
        };
    }

    /// <summary>By name and network, either case; null when unknown.</summary>
    public static CoinSpec? Find(string name, string network) => All.FirstOrDefault(coin =>
        coin.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && coin.Network.Equals(network, StringComparison.OrdinalIgnoreCase));

    /// <summary>As Find, but throws ArgumentException listing what exists.</summary>
    public static CoinSpec Get(string name, string network) => Find(name, network)
        ?? throw new ArgumentException($"coin {name} {network} is unknown; known: {string.Join(", ", All.Select(coin => $"{coin.Name} {coin.Network}"))}");

    private static List<CoinSpec> Load()
    {
        Assembly assembly = typeof(CoinCatalogue).Assembly;
        List<CoinSpec> coins = [];
        foreach (string resource in assembly.GetManifestResourceNames().Order(StringComparer.Ordinal))
        {
            if (resource.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            {
                using Stream stream = assembly.GetManifestResourceStream(resource)!;
                byte[] json = new byte[stream.Length];
                stream.ReadExactly(json);
                coins.AddRange(CoinFile.Parse(resource[ResourcePrefix.Length..], json));
            }
        }
        return coins;
    }
}
