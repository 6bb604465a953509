using Otedama.Core;

namespace Otedama.Pool;

/// <summary>First difficulty by what the user agent says the hardware is.</summary>
public static class StartDifficulty
{
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
        ("bosminer", 65_536),
        ("whatsminer", 65_536),
        ("avalon", 65_536),
        ("nicehash", 524_288),          // refuses less
        ("powerplay-bm", 65_536),
        ("xminer", 65_536),
    ];

    /// <summary>
    /// usual: what the operator set for connections nothing is known about; 0 = nothing. For SHA-256d the user agent's
    /// word counts more, as its hardware spans nine orders of magnitude.
    /// </summary>
    public static double For(ReadOnlySpan<char> userAgent, Algorithm algorithm, double usual)
    {
        if (algorithm != Algorithm.Sha256d)
        {
            return usual > 0 ? usual : ForAlgorithm(userAgent, algorithm);
        }
        foreach ((string prefix, double difficulty) in s_agents)
        {
            if (userAgent.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return difficulty;
            }
        }
        return usual > 0 ? usual : 1;
    }

    /// <summary>Five seconds of a thread for our own rig and cpuminer, of a graphics card or small ASIC for others.</summary>
    private static double ForAlgorithm(ReadOnlySpan<char> userAgent, Algorithm algorithm)
    {
        bool isCpu = userAgent.StartsWith("otedama", StringComparison.OrdinalIgnoreCase)
            || userAgent.StartsWith("cpuminer", StringComparison.OrdinalIgnoreCase)
            || userAgent.StartsWith("ccminer", StringComparison.OrdinalIgnoreCase);
        return algorithm switch
        {
            Algorithm.Scrypt => isCpu ? 1 : 1_024,      // 13 kH/s; 13 MH/s, in units of 2^16 hashes
            Algorithm.Verthash => isCpu ? 0.005 : 0.125, // 16 kH/s; 0.4 MH/s, in units of 2^24
            Algorithm.KawPow => isCpu ? 5e-7 : 0.02,    // 400 H/s; 17 MH/s, in units of 2^32
            Algorithm.VerusHash => isCpu ? 1_000 : 4_000, // 1.6 MH/s a thread, in units of 2^13; what else mines it has several
            Algorithm.Equihash => isCpu ? 1e-4 : 0.03,  // 0.2 solutions/s a thread; 50, in units of 2^13
            _ => 1,
        };
    }
}
