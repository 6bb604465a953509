using System.Globalization;

namespace Otedama.Tests.App;

/// <summary>A share chain with invented but plausible figures.</summary>
internal static class FakeChain
{
    public const string Ours = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";

    private const string Theirs = "bcrt1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qzf4jry";

    public static ChainView View() => new()
    {
        Set = "std",
        Parameters = "otedama-sharechain/1|coin=btc|net=regtest|algo=sha256d|T=10000|N=2160|W=2|pass=***",
        IsPrivate = true,
        ChainId = new string('c', 64),
        Height = 48_213,
        Tip = IdOf(48_213),
        TipAgeS = 4,
        Work = "340282366920938463463374607431",
        ShareWork = 4e9,
        ShareTimeS = 10,
        OwnShareTimeS = 2_400,
        HashrateHs = 4.1e8,
        Shares = 4_320,
        Orphans = 1,
        Held = 2,
        OwnFound = 9,
        OwnRefused = 0,
        Reorganisations = 3,
        DeepestReorganisation = 2,
        Window = new ChainWindowView
        {
            Shares = 2_160,
            SharesMax = 2_160,
            Uncles = 71,
            TimeS = 21_600,
            Payees = 41,
            Blocks = 3,
            BlocksExpected = 2.5,
            Luck = 1.2,
            OwnShares = 8,
            OwnUncles = 1,
            OwnPart = 0.004,
            ExpectedOwnShares = 9,
            ExpectedPayout = "0.2",
            Own = [new ChainKeyView(Ours, 8, 1, 0.004, "0.2")],
        },
        AtTip = new ChainTipView(2, 13, "50.00012",
        [
            new ChainTipPayoutView(Theirs, "40.5", "exact", 0.81, false),
            new ChainTipPayoutView(Ours, "3.10012", "slot", 0.004, true),
        ]),
        Advice = "9 own shares are expected in a window of 6 h. With fewer than 20 payouts swing widely; p2p.chain: nano fits better.",
        Gate = new ChainGateView(true, "no peer knows of more work"),
        Sync = new ChainSyncView("fetching", 0.25, 540, 2_160, "9f3a10aa2b44@198.51.100.7:30303"),
        Peers = 3,
    };

    /// <summary>Every seventh height has an uncle, every fifth share is ours, and the newest height has a rival.</summary>
    public static ChainSharesAnswer Shares(long now, int count)
    {
        List<ChainShareView> shares = [];
        for (int i = 0; i < count; i++)
        {
            int height = 48_213 - i;
            string[] uncles = height % 7 == 1 ? [IdOf(height - 1, "b")] : [];
            shares.Add(Share(IdOf(height), height, now - (10 * i), uncles, isMain: true, isUncle: false));
            if (height % 7 == 0 || i == 0)
            {
                shares.Add(Share(IdOf(height, "b"), height, now - (10 * i) - 1, [], isMain: false, isUncle: i != 0));
            }
        }
        return new ChainSharesAnswer(1, shares);
    }

    public static PeersAnswer Peers() => new(1, true,
    [
        Peer("a", "out", 12.3, 48_213, 0) with { Region = "DE", Asn = 64_500, XMs = 11.5, YMs = -4.4 },
        Peer("c", "out", 31, 48_213, 0) with { Region = "FR", XMs = -12, YMs = 28.6 },
        Peer("e", "in", 96, 48_213, 0) with { Region = "us-east", XMs = -92, YMs = -27 },
        Peer("b", "in", 160, 48_212, 10) with { Region = "JP", XMs = 128, YMs = 96 },
        Peer("d", "out", null, null, 0),
    ])
    {
        Region = "NL",
        Coordinate = new CoordinateView([1, 2, 3, 4, 5, 6, 7, 8], 0.1, 0.2),
    };

    private static ChainShareView Share(string id, int height, long time, string[] uncles, bool isMain, bool isUncle) => new()
    {
        Id = id,
        Parent = IdOf(height - 1),
        Uncles = uncles,
        Height = height,
        Time = time,
        Payout = height % 5 == 0 ? Ours : Theirs,
        Work = 4e9,
        IsMain = isMain,
        IsUncle = isUncle,
        Own = height % 5 == 0,
    };

    private static PeerView Peer(string digit, string direction, double? roundTrip, long? height, int points) => new()
    {
        Id = string.Concat(Enumerable.Repeat(digit, 64)),
        Address = $"198.51.100.{(int)digit[0]}:30303",
        Direction = direction,
        AgeS = 3_700,
        ForLatency = false,
        RoundTripMs = roundTrip,
        Region = null,
        Asn = null,
        Coordinate = null,
        EstimateMs = null,
        XMs = null,
        YMs = null,
        Height = height,
        Work = height is null ? null : "340282366920938463463374607431",
        BytesIn = 3_400_000,
        BytesOut = 512_000,
        Points = points,
        Agent = "otedama/0.1.0",
    };

    private static string IdOf(int height, string first = "a") => first + height.ToString("x63", CultureInfo.InvariantCulture);
}
