namespace Otedama.Core;

/// <summary>How a graphics card reads its memory when it hashes.</summary>
public enum CardReads
{
    /// <summary>It does not wait for its memory, or nobody counted.</summary>
    None = 0,

    /// <summary>In its order, read and written.</summary>
    InOrder = 1,

    /// <summary>256 bytes at random multiples of that.</summary>
    Random256 = 2,

    /// <summary>32 bytes at random multiples of 16.</summary>
    Random32 = 3,
}

/// <summary>
/// What is particular to one algorithm, one row each: whoever needs a fact reads it here and switches on no name. What native
/// code knows as well is compared with it by a test and by selftest.
/// </summary>
public sealed record AlgorithmFacts
{
    private static readonly Target s_zip301One = new(UInt256.FromBigInteger((System.Numerics.BigInteger.One << 243) - 1));

    public required Algorithm Algorithm { get; init; }

    /// <summary>As the native catalogue, logs and exports have it.</summary>
    public string Name => Algorithm.Name;

    /// <summary>What a configuration calls it; empty where a name alone does not say which.</summary>
    public required string ChoiceName { get; init; }

    /// <summary>How headers look where the coin says nothing else.</summary>
    public required HeaderFamily Family { get; init; }

    /// <summary>Target of difficulty 1 as pools of its Stratum dialect count.</summary>
    public required Target DifficultyOne { get; init; }

    /// <summary>Whether versions are rolled when it is searched: that pays where the search shares work among them.</summary>
    public bool RollsVersions { get; init; }

    /// <summary>Whether scan and check need a dataset.</summary>
    public bool NeedsDataset { get; init; }

    /// <summary>Blocks that share a dataset, of which a light cache is made first; 0 = there is one for ever, or none.</summary>
    public int EpochBlocks { get; init; }

    public bool HasEpochs => EpochBlocks > 0;

    /// <summary>Whether its one dataset is kept as a file.</summary>
    public bool HasFile => NeedsDataset && !HasEpochs;

    /// <summary>Whether graphics cards check its proofs.</summary>
    public bool IsCheckedByCards { get; init; }

    /// <summary>The chips of ASIC boards this program drives search it.</summary>
    public bool IsSearchedByAsics { get; init; }

    /// <summary>Whether one nonce can take seconds to search.</summary>
    public bool IsSlowToSearch { get; init; }

    /// <summary>Whether one thread checks a million shares a second.</summary>
    public bool IsCheapToCheck { get; init; }

    /// <summary>
    /// Whether BlockHeader.Id is the hash that is compared with a target, and so known without the dear part of a check.
    /// </summary>
    public bool IdIsProof { get; init; }

    /// <summary>
    /// Whether a proof holds a mix, from which a check answers before its dear part, and which it can work out for whoever
    /// sends none.
    /// </summary>
    public bool HasMix { get; init; }

    /// <summary>Whether a plugin hashes, which native code does not know.</summary>
    public bool IsPlugin { get; init; }

    /// <summary>Bytes a check takes, at most; 0 where nobody knows.</summary>
    public int DataLengthMax { get; init; }

    /// <summary>Where the search's counter begins in the free bytes at the end of its data.</summary>
    public int CounterOffset { get; init; }

    /// <summary>What is hashed today where there are several kinds, for people; empty elsewhere.</summary>
    public string Variant { get; init; } = "";

    /// <summary>Keys of test vectors that only some algorithms have (docs/reference/vectors.md).</summary>
    public IReadOnlyList<string> VectorKeys { get; init; } = [];

    /// <summary>About 3 s of work for one CPU thread, as a compact target: where the embedded chain begins.</summary>
    public required uint FastStartBits { get; init; }

    /// <summary>
    /// The easiest share: a tenth of a second to a second of one CPU thread, so that a share costs the miner more than it
    /// costs the pool, and the slowest machines of today still find some. In the coin's unit of difficulty.
    /// </summary>
    public required double ShareMin { get; init; }

    /// <summary>Where shares begin for our own rig and cpuminer: five seconds of a thread. In the coin's unit of difficulty.</summary>
    public required double ShareOfCpu { get; init; }

    /// <summary>Where shares begin for others: five seconds of a graphics card or small ASIC.</summary>
    public required double ShareOfDevice { get; init; }

    /// <summary>
    /// Where shares begin on the embedded chain, whose miners are CPUs, so that the first one comes at once; 0 = as elsewhere.
    /// </summary>
    public double ShareOnEmbedded { get; init; }

    /// <summary>
    /// Whether its miners reach from microcontrollers to ASICs, so that what they call themselves says where shares begin.
    /// </summary>
    public bool HasAgents { get; init; }

    /// <summary>Hashes per second of one CPU thread, a careful guess before there is a measure; 0 = none.</summary>
    public double ThreadRateGuess { get; init; }

    /// <summary>Hashes of proof of work to be expected per nonce.</summary>
    public double HashesPerNonce { get; init; } = 1;

    public CardReads CardReads { get; init; }

    /// <summary>
    /// Bytes a hash moves between a card and its memory, in sectors of 32; 0 where CardReads is None.
    /// </summary>
    public int CardBytesPerHash { get; init; }

    /// <summary>Which Equihash these facts are of; null elsewhere.</summary>
    public EquihashRule? Equihash { get; init; }

    public static IReadOnlyList<AlgorithmFacts> All { get; } =
    [
        new()
        {
            Algorithm = Algorithm.Sha256d, ChoiceName = "sha256d", Family = HeaderFamily.Bitcoin,
            DifficultyOne = Target.BitcoinOne, RollsVersions = true, DataLengthMax = BlockHeader.Size,
            FastStartBits = 0x1d40_0000, // 2^26 at 20 MH/s
            ShareMin = 1.0 / 65_536,     // 65,536 hashes: 1.3 s of a 50 kH/s microcontroller
            ShareOfCpu = 1, ShareOfDevice = 1, HasAgents = true,
            ShareOnEmbedded = 0.0002,    // about 0.9 million hashes
            ThreadRateGuess = 5e6,       // without SHA instructions; vardiff does the rest
            IsCheapToCheck = true, IsCheckedByCards = true, IsSearchedByAsics = true, IdIsProof = true,
        },
        new()
        {
            Algorithm = Algorithm.Scrypt, ChoiceName = "scrypt", Family = HeaderFamily.Bitcoin,
            DifficultyOne = EasierThanBitcoin(65_536), DataLengthMax = BlockHeader.Size,
            FastStartBits = 0x1f02_0000, // 2^15 hashes at 10 kH/s
            ShareMin = 1.0 / 64,         // 1,024 hashes: 0.1 s at 13 kH/s
            ShareOfCpu = 1, ShareOfDevice = 1_024, // 13 kH/s; 13 MH/s
            CardReads = CardReads.InOrder, CardBytesPerHash = 2 * 1024 * 128, // each entry written once and read once
        },
        new()
        {
            Algorithm = Algorithm.KawPow, ChoiceName = "kawpow", Family = HeaderFamily.KawPow,
            DifficultyOne = new Target(new UInt256(0, 0, 0, 0xff00_0000)), // 0xff * 2^216
            NeedsDataset = true, EpochBlocks = KawPow.EpochBlocks, IsCheckedByCards = true, HasMix = true, IdIsProof = true,
            DataLengthMax = KawPow.DataSize, VectorKeys = ["mix", "header_hash"],
            FastStartBits = 0x1f40_0000, // 2^10 at some 300 H/s from the light cache
            ShareMin = 3e-8,             // 128 hashes: 0.3 s at 400 H/s from the light cache
            ShareOfCpu = 5e-7, ShareOfDevice = 0.02, // 400 H/s; 17 MH/s
            CardReads = CardReads.Random256, CardBytesPerHash = 64 * 256, // one a round
        },
        new()
        {
            Algorithm = Algorithm.VerusHash, ChoiceName = "verushash", Family = HeaderFamily.Verus,
            DifficultyOne = s_zip301One, DataLengthMax = Verus.HeaderSize, CounterOffset = Verus.CounterOffset,
            Variant = "2.2", VectorKeys = ["variant", "solution", "n"],
            FastStartBits = 0x1e04_0000, // 2^22 at 1.5 MH/s
            ShareMin = 16,               // 131,072 hashes: 0.1 s at 1.6 MH/s
            ShareOfCpu = 1_000, ShareOfDevice = 4_000, // 1.6 MH/s a thread; what else mines it has several
        },
        Of(EquihashRule.ZelHash),
        new()
        {
            Algorithm = Algorithm.Verthash, ChoiceName = "verthash", Family = HeaderFamily.Bitcoin,
            DifficultyOne = EasierThanBitcoin(256), NeedsDataset = true, DataLengthMax = BlockHeader.Size, VectorKeys = ["n"],
            FastStartBits = 0x1f02_0000, // 2^15 hashes at 16 kH/s
            IsCheckedByCards = true,
            ShareMin = 1e-4,             // 1,678 hashes: 0.1 s at 16 kH/s
            ShareOfCpu = 0.005, ShareOfDevice = 0.125, // 16 kH/s; 0.4 MH/s
            CardReads = CardReads.Random32, CardBytesPerHash = 4096 * 48, // half of the reads touch two sectors
        },
        new()
        {
            Algorithm = Algorithm.Plugin, ChoiceName = "", Family = HeaderFamily.Bitcoin, IsPlugin = true,
            DifficultyOne = Target.BitcoinOne,
            FastStartBits = 0x1f10_0000, // 2^12 hashes, as nobody knows how slow they are
            ShareMin = 1e-8, ShareOfCpu = 1e-6, ShareOfDevice = 1e-6, // about 4,000 hashes, and it rises
        },
    ];

    /// <summary>equihash: the set where the algorithm is Equihash; null = ZelHash. Throws ArgumentOutOfRangeException for None.</summary>
    public static AlgorithmFacts Of(Algorithm algorithm, EquihashRule? equihash = null)
    {
        foreach (AlgorithmFacts each in All)
        {
            if (each.Algorithm == algorithm)
            {
                return each.Equihash is null || equihash is null || equihash == each.Equihash ? each : Of(equihash);
            }
        }
        throw new ArgumentOutOfRangeException(nameof(algorithm), $"{algorithm} is no algorithm; choose one of {string.Join(", ", All.Select(each => each.Name))}");
    }

    /// <summary>What a configuration may name without more words.</summary>
    public static IReadOnlyList<AlgorithmFacts> Choices { get; } = [.. All.Where(static each => each.ChoiceName.Length > 0)];

    public static AlgorithmFacts Plugin { get; } = All.Single(static each => each.IsPlugin);

    public static AlgorithmFacts Of(CoinSpec coin) => Of(coin.Algorithm, coin.Equihash);

    /// <summary>Which dataset a block at this height is hashed with.</summary>
    public uint EpochOf(long height) => EpochBlocks == 0 ? 0 : (uint)(Math.Max(0, height) / EpochBlocks);

    /// <summary>
    /// In solutions, of which a nonce has two: one nonce of 125,4 takes a thread ten seconds and more, so a block there is two
    /// solutions and every one of them a share; small parameters are solved a hundred and ten thousand times a second.
    /// </summary>
    public static AlgorithmFacts Of(EquihashRule rule)
    {
        double min = rule.N > 100 ? 1e-4 : rule.N > 50 ? 1.0 / 512 : 1.0 / 16; // in units of 2^13 solutions
        return new AlgorithmFacts
        {
            Algorithm = Algorithm.Equihash,
            ChoiceName = rule == EquihashRule.ZelHash ? "flux" : "",
            Family = HeaderFamily.Zcash,
            DifficultyOne = s_zip301One,
            IsSlowToSearch = true,
            IdIsProof = true,
            DataLengthMax = ZcashProof.MinedBytesMax,
            VectorKeys = ["k", "personal", "twist", "input", "indices", "solution", "n"],
            FastStartBits = rule.N > 100 ? 0x207f_ffffu : rule.N > 50 ? 0x2001_0000u : 0x1f10_0000u,
            ShareMin = min,
            ShareOfCpu = min,
            ShareOfDevice = Math.Max(0.03, min), // 0.2 solutions/s a thread; 50
            HashesPerNonce = rule.SolutionsPerNonce,
            Equihash = rule,
        };
    }

    private static Target EasierThanBitcoin(int factor) =>
        new(UInt256.FromBigInteger(Target.BitcoinOne.Value.ToBigInteger() * factor));
}

public static class AlgorithmNames
{
    extension(Algorithm algorithm)
    {
        /// <summary>As the native catalogue, logs and exports have it.</summary>
        public string Name => algorithm.ToString().ToLowerInvariant();

        /// <summary>Throws ArgumentOutOfRangeException for None.</summary>
        public AlgorithmFacts Facts => AlgorithmFacts.Of(algorithm);
    }
}
