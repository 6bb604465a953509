namespace Otedama.Core;

/// <summary>The public chains of each coin, and private ones by a pass.</summary>
public static class ChainSets
{
    /// <summary>A window of six hours: pools that expect a coin block every three hours or oftener.</summary>
    public const string Standard = "std";

    /// <summary>A window of seven days: Bitcoin, and pools whose blocks are rarer.</summary>
    public const string Wide = "wide";

    /// <summary>A window of eighteen hours: small miners beside a standard chain.</summary>
    public const string Nano = "nano";

    public static IReadOnlyList<string> Names { get; } = [Standard, Wide, Nano];

    /// <summary>
    /// 1 January 2026, for every coin: it only has to lie before the first share, whose target does not depend on it.
    /// </summary>
    private const ulong GenesisTimeMs = 1_767_225_600_000;

    /// <summary>A target that half of all hashes meet, where nobody wants to wait.</summary>
    private const uint RegtestLimit = 0x207fffff;

    /// <summary>
    /// The least output in smallest units: what spending one (148 bytes, 68 with witness) costs at the fee the coin's
    /// wallets pay, ten times and more, so that nobody is paid what he cannot use.
    /// </summary>
    private static readonly Dictionary<string, ulong> s_dust = new()
    {
        ["btc"] = 5_000,     // 68 bytes at 5 satoshi are 340
        ["ltc"] = 20_000,    // 148 bytes at 10 litoshi are 1,480
        ["vtc"] = 150_000,   // 148 bytes at 100 are 14,800
        ["rvn"] = 1_500_000, // 148 bytes at 1,000, the least that nodes relay, are 148,000
    };

    /// <summary>Where nobody has looked: Bitcoin's.</summary>
    private const ulong DustElsewhere = 5_000;

    /// <summary>
    /// The parameters of a set. Throws ArgumentException for an unknown set, FormatException for a pass with characters
    /// that are not allowed.
    /// </summary>
    public static ChainParameters For(string set, CoinSpec coin, string pass = "")
    {
        ChainLineReader.RequirePass(pass);
        (int spacing, int shares, int penalty) = NumbersOf(set);
        int halfLife = Math.Max(60 * spacing, 600_000);
        ulong dust = s_dust.GetValueOrDefault(coin.Name, DustElsewhere);
        return ChainParameters.Parse(
            $"{ChainLineReader.Head}|coin={coin.Name}|net={coin.Network}|algo={coin.Algorithm.Name}"
            + $"|T={spacing}|N={shares}|W=2|pen={penalty}|ud=3|um=5|hl={halfLife}|dtcap={4 * halfLife}"
            + $"|limit={LimitFor(coin):x8}|g_ms={GenesisTimeMs}|dust={dust}"
            + $"|caps=4,7,13,47,146,367|pass={pass}");
    }

    /// <summary>Which set these are of; null for none.</summary>
    public static string? NameOf(ChainParameters parameters) => Names.FirstOrDefault(set =>
        NumbersOf(set) == (parameters.SpacingMs, parameters.WindowShares, parameters.PenaltyPercent));

    /// <summary>T, N and pen. Throws ArgumentException.</summary>
    private static (int Spacing, int Shares, int Penalty) NumbersOf(string set) => set switch
    {
        Standard => (10_000, 2_160, 20),
        Wide => (30_000, 20_160, 10),
        Nano => (30_000, 2_160, 10),
        _ => throw new ArgumentException($"there is no share chain \"{set}\"; choose {string.Join(", ", Names)}"),
    };

    /// <summary>
    /// The easiest share: some seconds of one CPU thread, so that one can carry a chain alone and making a share costs
    /// a hundred thousand times what checking it does.
    /// </summary>
    private static uint LimitFor(CoinSpec coin) =>
        coin.Network == "regtest" ? RegtestLimit : AlgorithmFacts.Of(coin).FastStartBits;
}
