namespace Otedama.Core;

/// <summary>
/// How long a coinbase a miner's firmware survives; the value is the limit in bytes of the stripped serialisation,
/// extranonce included. A class limits how many payees a block found by that miner can pay directly.
/// </summary>
public enum CoinbaseClass
{
    /// <summary>Microcontroller miners with 4 KB lines.</summary>
    Tiny = 384,

    /// <summary>NiceHash and other rental proxies.</summary>
    NiceHash = 500,

    /// <summary>Everybody unknown: the limit of stock Antminers.</summary>
    Default = 750,

    /// <summary>Antminer S21 and Braiins OS.</summary>
    Braiins = 2_250,

    /// <summary>Whatsminer and current ESP-Miner.</summary>
    Whatsminer = 6_500,

    /// <summary>ePIC control boards.</summary>
    Epic = 16_000,
}

/// <summary>Which class a miner belongs to.</summary>
public static class CoinbaseClasses
{
    /// <summary>Bytes of one output paying the longest common script: amount 8, length 1, script 34.</summary>
    private const int OutputSize = 43;

    /// <summary>
    /// Bytes of a coinbase without payees: version 4, input count 1, outpoint 36, script length 1, script at most 100,
    /// sequence 4, output count 3, witness commitment 47, lock time 4.
    /// </summary>
    private const int FixedSize = 200;

    private static readonly (string Prefix, CoinbaseClass Class)[] s_agents =
    [
        ("nerdminer", CoinbaseClass.Tiny),
        ("nmminer", CoinbaseClass.Tiny),
        ("leafminer", CoinbaseClass.Tiny),
        ("nicehash", CoinbaseClass.NiceHash),
        ("antminer s21", CoinbaseClass.Braiins),
        ("bosminer", CoinbaseClass.Braiins),
        ("whatsminer", CoinbaseClass.Whatsminer),
        ("powerplay-bm/", CoinbaseClass.Epic),
        ("xminer-1.", CoinbaseClass.Epic),
    ];

    /// <summary>Looks at the beginning of a mining.subscribe user agent; Default when it is unknown or empty.</summary>
    public static CoinbaseClass FromUserAgent(ReadOnlySpan<char> userAgent)
    {
        ReadOnlySpan<char> agent = userAgent.Trim();
        foreach ((string prefix, CoinbaseClass known) in s_agents)
        {
            if (agent.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return known;
            }
        }
        return IsCurrentEspMiner(agent) ? CoinbaseClass.Whatsminer : CoinbaseClass.Default;
    }

    /// <summary>
    /// Bytes of a coinbase of fixed form without payees: 95 with a script of 44, witness commitment and the split's own
    /// commitment 47 each.
    /// </summary>
    private const int FixedFormSize = 189;

    /// <summary>
    /// How many payees fit whatever their scripts are; at least 4 for every class. form: null = the pool's own.
    /// </summary>
    public static int OutputsMax(this CoinbaseClass size, CoinbaseForm? form = null) =>
        ((int)size - (form is null ? FixedSize : FixedFormSize)) / OutputSize;

    /// <summary>
    /// ESP-Miner says "bitaxe/BM1370/v2.13.1". Releases before 2.10 parsed the coinbase into small fixed buffers.
    /// </summary>
    private static bool IsCurrentEspMiner(ReadOnlySpan<char> agent)
    {
        if (!agent.StartsWith("bitaxe/", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }
        int slash = agent.LastIndexOf("/v");
        if (slash < 0)
        {
            return false;
        }
        ReadOnlySpan<char> version = agent[(slash + 2)..];
        int dot = version.IndexOf('.');
        if (dot < 0 || !int.TryParse(version[..dot], out int major))
        {
            return false;
        }
        ReadOnlySpan<char> rest = version[(dot + 1)..];
        int end = rest.IndexOfAnyExceptInRange('0', '9');
        ReadOnlySpan<char> digits = end < 0 ? rest : rest[..end];
        return int.TryParse(digits, out int minor) && (major > 2 || (major == 2 && minor >= 10));
    }
}
