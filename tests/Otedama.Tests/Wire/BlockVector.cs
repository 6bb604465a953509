using Otedama.Core;

namespace Otedama.Tests.Wire;

/// <summary>Block 881,423 of the Bitcoin main net as a Stratum job.</summary>
internal static class BlockVector
{
    public const string NotifyPreviousHash = "8a6ac9e3fe15ca70f8995e21434cb64ac4d2b5e10001543b0000000000000000";

    private const string Prefix =
        "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff3d030f730d000469c19a6704830cee220c";

    private const string Suffix =
        "0a41706f6c6c6f192f6d696e65642062792032353620466f756e646174696f6e2fffffffff0275aac01200000000160014c64b1b9283ba1ea86bb9e7b696b0c8f68dad04000000000000000000266a24aa21a9edb395560ab72068c2afb1d7e6c7db26b813482089d2c4d2471b9036c5e826140600000000";

    private static readonly string[] s_branches =
    [
        "4282357ab0a2f4e8e562c8c5eae1d63b559068f9072374b72e26b88ac841908f",
        "c2bbae90d06f8025ade3516ca2e42d79318b6e56fccb9609df85a654a8341068",
        "cbb30084acbcb5ce6d5436e853bc612466df0c00702be6f51d47072f1a5d0480",
        "bb092e533f70b79246fc9e4bdc9b81ac8332e56f2651e3b237a150d6d807b081",
        "0d32959988733447cb340326a1fe4d3c2cff5d636e32a4e08c3fc5a234f6f6bc",
        "8ba3477940924a90067cff3dd30bc46916cf4c2f73fb6229b8f8197b83b6ddb9",
        "3fe97cc5dec1cddd66c9d3780888c145c12418590cd983c4871b1bf03fabbf9e",
        "bd1c6a3bcd0ebaa0eca54d9c802540f312c7705435601d776b4f59bb52cff67d",
        "8638c10190b8f4f558bafdbb57f46226c349a83f229f431143ae75e425fb5cbd",
        "6d6f4eae41cccb21a7c97ac496d9f89b8a4f772389b76f7691519dda38264221",
        "82dad7a1e2613af0e61f77f03d6208c83e72f917dade4235cc35e37ee3ad6e3f",
    ];

    public static Job Job { get; } = new()
    {
        Id = 42,
        Generation = 1,
        Algorithm = Algorithm.Sha256d,
        Height = 881_423,
        Recipe = new BitcoinRecipe
        {
            Version = 0x20000000,
            VersionMask = 0x1fffe000,
            PreviousHash = new Hash256(Hex.Decode("e3c96a8a70ca15fe215e99f84ab64c43e1b5d2c43b5401000000000000000000")),
            CoinbasePrefix = Hex.Decode(Prefix),
            CoinbaseSuffix = Hex.Decode(Suffix),
            Branches = Hex.Decode(string.Concat(s_branches)),
            Bits = 0x17029a8a,
            Time = 0x679ac169,
        },
        NetworkTarget = Target.FromCompact(0x17029a8a),
        ShareTarget = Target.BitcoinOne,
        Clean = true,
        TimeMin = 0x679ac169,
        TimeMax = 0x679ac169 + 7200,
    };
}
