using Otedama.Core;

namespace Otedama.Pool;

/// <summary>First difficulty by what the user agent says the hardware is; SHA-256d only.</summary>
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

    public static double For(ReadOnlySpan<char> userAgent, Algorithm algorithm, double usual)
    {
        if (algorithm != Algorithm.Sha256d)
        {
            return usual;
        }
        foreach ((string prefix, double difficulty) in s_agents)
        {
            if (userAgent.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return difficulty;
            }
        }
        return usual;
    }
}
