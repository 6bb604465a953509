using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// What the user agent says about the hardware. Start: its first difficulty. SilenceMin: silence alone makes it no easier.
/// RoundsDown: it may count in powers of two. IsKnown is false when the agent says nothing.
/// </summary>
public readonly record struct AgentClass(double Start, double SilenceMin, bool RoundsDown, bool IsKnown);

/// <summary>First difficulty by what the user agent says the hardware is, and the easiest one of each algorithm.</summary>
public static class StartDifficulty
{
    /// <summary>
    /// The slowest machine of a class is this much slower than the usual one; less than that is a miner that is not hashing.
    /// </summary>
    private const double ClassSpread = 64;

    // Hash rate x 5 s / 2^32, rounded down to a power of two, so that a first share comes within seconds.
    private static readonly (string Prefix, double Difficulty)[] s_agents =
    [
        ("nerdminer", 1.0 / 16_384),    // 50 kH/s
        ("nmminer", 1.0 / 1_024),       // 1 MH/s
        ("leafminer", 1.0 / 16_384),
        ("cpuminer", 1.0 / 32),         // 27 MH/s per thread
        ("otedama", 1.0 / 32),
        ("bitaxe", 512),                // 500 GH/s and more
        ("nerdqaxe", 2_048),
        ("antminer", 65_536),           // 100 TH/s
        ("bmminer", 65_536),
        ("bosminer", 65_536),
        ("whatsminer", 65_536),
        ("avalon", 65_536),
        (NiceHash, NiceHashMin),
        ("powerplay-bm", 65_536),
        ("xminer", 65_536),
    ];

    private const string NiceHash = "nicehash";

    /// <summary>It refuses less.</summary>
    private const double NiceHashMin = 524_288;

    /// <summary>usual: for agents that say nothing; 0 = what suits the algorithm.</summary>
    public static AgentClass For(ReadOnlySpan<char> userAgent, CoinSpec coin, double usual)
    {
        ReadOnlySpan<char> agent = userAgent.Trim();
        if (!coin.Algorithm.Facts.HasAgents)
        {
            bool isCpu = IsCpu(agent);
            double start = usual > 0 ? usual : ForAlgorithm(isCpu, coin);
            return new AgentClass(start, isCpu ? start / ClassSpread : 0, false, isCpu);
        }
        foreach ((string prefix, double difficulty) in s_agents)
        {
            if (agent.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                double silence = prefix == NiceHash ? NiceHashMin : difficulty / ClassSpread;
                return new AgentClass(difficulty, silence, RoundsDown: true, IsKnown: true);
            }
        }
        return new AgentClass(usual > 0 ? usual : 1, 0, false, false);
    }

    /// <summary>The easiest share there is, whatever a miner asks for.</summary>
    public static double MinFor(CoinSpec coin) => AlgorithmFacts.Of(coin).ShareMin;

    private static bool IsCpu(ReadOnlySpan<char> agent) =>
        agent.StartsWith("otedama", StringComparison.OrdinalIgnoreCase)
        || agent.StartsWith("cpuminer", StringComparison.OrdinalIgnoreCase)
        || agent.StartsWith("ccminer", StringComparison.OrdinalIgnoreCase);

    private static double ForAlgorithm(bool isCpu, CoinSpec coin)
    {
        AlgorithmFacts facts = AlgorithmFacts.Of(coin);
        return isCpu ? facts.ShareOfCpu : facts.ShareOfDevice;
    }
}
