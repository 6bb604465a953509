using System.Globalization;
using Otedama.Core;
using Otedama.Pool;

namespace Otedama;

/// <summary>Which share chain a pool mines on.</summary>
internal static class ChainChoice
{
    /// <summary>Null when the pool has none, or when something is wrong, and then problems say what.</summary>
    public static ChainParameters? Of(Configuration configuration, CoinSpec coin, List<string> problems)
    {
        if (!configuration.Get(Settings.P2pEnabled))
        {
            return null;
        }
        if (!configuration.IsDefault(Settings.PoolScheme))
        {
            problems.Add($"{configuration.KeyOf(Settings.PoolScheme)}: {configuration.Get(Settings.PoolScheme)} "
                + $"({configuration.Of(Settings.PoolScheme).Place}), but with p2p.enabled the share chain says who is paid. "
                + "Leave pool.scheme out, or p2p.enabled.");
        }
        if (configuration.Get(Settings.PoolFee) > PoolOptions.FeePercentMaxOnChain)
        {
            problems.Add(string.Create(CultureInfo.InvariantCulture,
                $"{configuration.KeyOf(Settings.PoolFee)}: {configuration.Get(Settings.PoolFee)} percent "
                + $"({configuration.Of(Settings.PoolFee).Place}); a share chain allows at most {PoolOptions.FeePercentMaxOnChain}."));
        }
        try
        {
            ChainParameters parameters =
                ChainSets.For(configuration.Get(Settings.P2pChain), coin, configuration.Get(Settings.P2pPass));
            if (ChainCoin.Find(parameters, out string problem) is not null)
            {
                return parameters;
            }
            problems.Add($"p2p.enabled: {problem}. Leave p2p.enabled out; the pool then pays by its own ledger.");
        }
        catch (FormatException e)
        {
            problems.Add($"{configuration.KeyOf(Settings.P2pPass)}: {e.Message} ({configuration.Of(Settings.P2pPass).Place}).");
        }
        return null;
    }
}
