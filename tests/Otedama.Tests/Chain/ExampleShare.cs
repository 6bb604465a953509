using System.Security.Cryptography;
using System.Text;
using Otedama.Core;

namespace Otedama.Tests.Chain;

/// <summary>
/// The vector of the rules, section 2.4. It is about bytes: its parent and uncle are hashes of words and no shares, and
/// its value is below the subsidy, for which step 4 refuses it as a share of a chain.
/// </summary>
internal static class ExampleShare
{
    public const string Line = "otedama-sharechain/1|coin=btc|net=regtest|algo=sha256d|T=10000|N=2160|W=2|pen=20|ud=3|um=5|hl=600000|dtcap=2400000"
        + "|limit=207fffff|g_ms=1767225600000|dust=5000|caps=4,7,13,47,146,367|pass=";

    public const string ChainId = "e78ca148b270e2a4874a4aa3e1d95aeecf90676e33ff7eba5beb7165380d63e8";

    public const string CoreHex = "010000006bfff8399420a9144cdeac74bbdf7ef48e7fadf53404e1b27f9dc6662a465768016b8feb82e25bfabd3e7a58d727d8977f1288ed1a14f94756b6"
        + "4729b209196b4ee90300004f040000000000009bc574779b010000ffff7f2015cd5b0700000000000000000000000003c800f00fe861b3b5190aafb1c7b8e1"
        + "51d55037180000004d44544f0000010096000000205fa01200000000939df4a72606636c5f6a000fff6325ab1ff06e0e68480894e72e0377a05802a7000000"
        + "000000000000000000000000000000000000000000000000000000000000";

    public const string Commitment = "27ba4908cbc345c8edc96bdfed4ee7c9807cf8b90b55c05ad63454afe0772ba4";

    public const string Coinbase1 =
        "02000000010000000000000000000000000000000000000000000000000000000000000000ffffffff180296000c";

    public const string Extranonce = "a1b2c3d40000000000000001";

    public const string Coinbase2 =
        "072f6f74646d312ffeffffff06902f500900000000160014063c2f00912df6c7dbf2df79723162584293aaa1c817a80400000000160014182e60e9f0a3a19a"
        + "6cfd7fc6eabc5b9c06933241e40b5402000000001600145114d14e4f374f62d2d27d28455bd06922897ad1e40b540200000000160014c800f00fe861b3b519"
        + "0aafb1c7b8e151d55037180000000000000000266a24aa21a9ed939df4a72606636c5f6a000fff6325ab1ff06e0e68480894e72e0377a05802a70000000000"
        + "000000266a244f544d3127ba4908cbc345c8edc96bdfed4ee7c9807cf8b90b55c05ad63454afe0772ba495000000";

    public const string TxId = "ee75db0f142e66190ab1d8acde50f1933c6d93459f3af4fb3a7e01f8a68a4092";

    public const string State = "f9fe6e31af6e500a03f1579bf6442c4fa3d689139fc25be2041a35a6f6d95077";

    public const string Rest = "5037180000000000000000266a24aa21a9ed939df4a72606636c5f6a000fff6325ab1ff06e0e68480894e72e0377a05802a7";

    public const string Header = "00000020a50a6e9b7af48194bbdbe52c83d6312587c02b00f7778b511487dc1f1547ee0e84b841174bcc5d382b75ea1bc807581effa1e14e9b3d45fd2c04"
        + "dc401ce2792f74e05569ffff7f2001000000";

    public const string Id = "81eb3445c75e34889fb20e022fd41a677595ab342b28b2513d0cbdf970410bec";

    public static ChainParameters Parameters { get; } = ChainParameters.Parse(Line);

    public static ChainCoin Coin { get; } = ChainCoin.Of(Parameters);

    public static ShareCore Core { get; } = new()
    {
        CapClass = 0,
        Parent = Named("example parent share"),
        Uncles = [Named("example uncle")],
        Height = 1_001,
        Sequence = 1_103,
        TimeMs = 1_767_235_700_123,
        Bits = 0x207fffff,
        CumulativeWork = 123_456_789,
        Payout = Payee(4),
        SoftwareId = 0x4f54444d,
        SoftwareVersion = 0x00010000,
        CoinHeight = 150,
        CoinValue = 312_500_000,
        WitnessCommitment = Named("wit"),
    };

    public static ShareWork Work { get; } = new()
    {
        Extranonce = Hex.Decode(Extranonce),
        Link = new TailLink(Hash(State), 242, Hex.Decode(Rest)),
        Header = BlockHeader.Parse(Hex.Decode(Header)),
        Branch = [Named("branch0"), Named("branch1")],
    };

    public static ChainShare Share { get; } = new(Core, Work);

    /// <summary>In the order of the outputs.</summary>
    public static (PayoutKey Key, ulong Amount)[] Payouts { get; } =
        [(Payee(0), 156_250_000), (Payee(1), 78_125_000), (Program("5114d14e4f374f62d2d27d28455bd06922897ad1"), 39_062_500), (Payee(4), 39_062_500)];

    public static Hash256 Hash(string hex) => new(Hex.Decode(hex));

    public static Hash256 Named(string name) => new(SHA256.HashData(Encoding.ASCII.GetBytes(name)));

    public static PayoutKey Payee(int number) => new(PayoutKey.WitnessKeyHash, Named($"payee{number}").ToArray().AsSpan(0, 20));

    private static PayoutKey Program(string hex) => new(PayoutKey.WitnessKeyHash, Hex.Decode(hex));
}
