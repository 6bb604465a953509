using Otedama.Core;

namespace Otedama;

/// <summary>What is hashed, and the rules of the coin it is for.</summary>
internal sealed record Work
{
    public required Algorithm Algorithm { get; init; }

    /// <summary>The algorithm as configurations name it.</summary>
    public required string Name { get; init; }

    public required CoinSpec Coin { get; init; }

    public AlgorithmFacts Facts => AlgorithmFacts.Of(Algorithm, Coin.Equihash);

    /// <summary>What the plugin calls itself when Algorithm is Plugin; null otherwise.</summary>
    public string? PluginName { get; init; }

    /// <summary>
    /// What one configuration means: its algorithm on the embedded chain, or the coin of its nodes. Null when a problem was
    /// found that leaves nothing to say.
    /// </summary>
    public static Work? Of(Configuration configuration, List<string> problems)
    {
        string key = configuration.KeyOf(Settings.MiningAlgorithms);
        bool isDefault = configuration.IsDefault(Settings.MiningAlgorithms);
        bool embedded = configuration.Get(Settings.NodeMode) == "embedded";
        if (Choice(configuration) is not { } choice)
        {
            problems.Add($"{key}: no entry is enabled ({configuration.Of(Settings.MiningAlgorithms).Place}). "
                + $"Enable one of {string.Join(", ", AlgorithmChoice.Known)}.");
            return null;
        }
        Algorithm algorithm = choice.Algorithm;
        CoinSpec? coin = embedded
            ? CoinCatalogue.OtedamaWith(algorithm.Facts.IsPlugin ? CoinCatalogue.Otedama.Algorithm : algorithm, choice.Equihash)
            : CoinCatalogue.Find(configuration.Get(Settings.NodeCoin), configuration.Get(Settings.NodeNetwork));
        if (coin is null)
        {
            string name = configuration.Get(Settings.NodeCoin);
            problems.Add($"{configuration.KeyOf(Settings.NodeNetwork)}: {name} has no network {configuration.Get(Settings.NodeNetwork)} "
                + $"({configuration.Of(Settings.NodeNetwork).Place}). Allowed: "
                + $"{string.Join(", ", CoinCatalogue.All.Where(c => c.Name == name).Select(static c => c.Network))}.");
            return null;
        }
        if (!embedded && isDefault && RigPools.AlgorithmOf(configuration) is null)
        {
            algorithm = coin.Algorithm; // the coin decides where nobody else did
        }
        if (!embedded && choice.Equihash is { } rule && coin.Equihash is { } own && rule != own && !isDefault)
        {
            problems.Add($"{key}: Equihash {rule} does not fit the coin {coin.DisplayName}, which needs {own}. Leave {key} out.");
        }
        if (algorithm.Facts.IsPlugin && coin.Family != algorithm.Facts.Family)
        {
            problems.Add($"{key}: plugins hash 80-byte headers, and {coin.DisplayName} has others. Choose a coin of the Bitcoin family.");
        }
        return new Work
        {
            Algorithm = algorithm,
            Name = !isDefault || embedded ? choice.Name : NameOf(algorithm, coin),
            Coin = algorithm.Facts.IsPlugin ? coin with { Algorithm = algorithm } : coin,
            PluginName = algorithm.Facts.IsPlugin ? choice.PluginName : null,
        };
    }

    /// <summary>The algorithm that was asked for; null when every entry is switched off.</summary>
    public static AlgorithmChoice? Choice(Configuration configuration) => RigPools.AlgorithmOf(configuration)
        ?? configuration.Get(Settings.MiningAlgorithms).FirstOrDefault(static a => a.Enabled);

    private static string NameOf(Algorithm algorithm, CoinSpec coin) =>
        algorithm.Facts.Equihash is null ? algorithm.Name : $"equihash:{coin.Equihash}";
}
