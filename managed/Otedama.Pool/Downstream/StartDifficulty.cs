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
        if (coin.Algorithm != Algorithm.Sha256d)
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

    /// <summary>
    /// The easiest share: a tenth of a second to a second of one CPU thread, so that a share costs the miner more than it
    /// costs the pool, and the slowest machines of today still find some.
    /// </summary>
    public static double MinFor(CoinSpec coin) => coin.Algorithm switch
    {
        Algorithm.Sha256d => 1.0 / 65_536,  // 65,536 hashes: 1.3 s of a 50 kH/s microcontroller
        Algorithm.Scrypt => 1.0 / 64,       // 1,024 hashes: 0.1 s at 13 kH/s
        Algorithm.Verthash => 1e-4,         // 1,678 hashes: 0.1 s at 16 kH/s
        Algorithm.KawPow => 3e-8,           // 128 hashes: 0.3 s at 400 H/s from the light cache
        Algorithm.VerusHash => 16,          // 131,072 hashes: 0.1 s at 1.6 MH/s
        Algorithm.Equihash => MinFor(coin.Equihash!),
        _ => 1e-8,                          // a plugin's hash: nobody knows how slow it is
    };

    /// <summary>
    /// In units of 2^13 solutions: every one where a thread finds 0.2 a second; small parameters of test chains are solved a
    /// hundred and ten thousand times a second.
    /// </summary>
    private static double MinFor(EquihashRule rule) => rule.N > 100 ? 1e-4 : rule.N > 50 ? 1.0 / 512 : 1.0 / 16;

    private static bool IsCpu(ReadOnlySpan<char> agent) =>
        agent.StartsWith("otedama", StringComparison.OrdinalIgnoreCase)
        || agent.StartsWith("cpuminer", StringComparison.OrdinalIgnoreCase)
        || agent.StartsWith("ccminer", StringComparison.OrdinalIgnoreCase);

    /// <summary>Five seconds of a thread for our own rig and cpuminer, of a graphics card or small ASIC for others.</summary>
    private static double ForAlgorithm(bool isCpu, CoinSpec coin) => coin.Algorithm switch
    {
        Algorithm.Scrypt => isCpu ? 1 : 1_024,      // 13 kH/s; 13 MH/s, in units of 2^16 hashes
        Algorithm.Verthash => isCpu ? 0.005 : 0.125, // 16 kH/s; 0.4 MH/s, in units of 2^24
        Algorithm.KawPow => isCpu ? 5e-7 : 0.02,    // 400 H/s; 17 MH/s, in units of 2^32
        Algorithm.VerusHash => isCpu ? 1_000 : 4_000, // 1.6 MH/s a thread, in units of 2^13; what else mines it has several
        Algorithm.Equihash => Math.Max(isCpu ? 1e-4 : 0.03, MinFor(coin.Equihash!)), // 0.2 solutions/s a thread; 50
        _ => 1,
    };
}
