namespace Otedama.Wire;

/// <summary>Which frames go first when a link is slow; a lower number is more urgent.</summary>
public enum PeerPriority : byte
{
    Urgent,
    Share,
    Answer,
    Bulk,
}

/// <summary>What the correlation number of a frame has to be.</summary>
public enum PeerCorrelation : byte
{
    /// <summary>Zero: nothing is asked and nothing answered.</summary>
    None,

    /// <summary>Not zero: a question, or the answer to one.</summary>
    Paired,

    /// <summary>Zero when it comes unasked, the question's number when it answers one.</summary>
    Either,
}

/// <summary>
/// How often a peer may say something: count times in window, and twice that at once; after a silence what is said
/// unasked for as long as it was silent, half a minute at most.
/// </summary>
public readonly record struct PeerRate(int Count, TimeSpan Window);

/// <summary>
/// The rules of one message: name, bytes of its body, place in the queue, correlation, and rates. A rate counts frames,
/// of Inv the ids in them. Where a list of fixed entries is the body, EntryBytes is one entry's length and BytesMax is
/// what so many entries have.
/// </summary>
public sealed record PeerMessageRule
{
    public const int FrameBytesMax = 1 << 20;

    /// <summary>
    /// For a chain with a share every ten seconds, the fastest there is: an honest peer pushes each of them, uncles
    /// too, so that the longest of these has to be well above one in ten seconds.
    /// </summary>
    private static readonly PeerRate[] s_shareRates =
        [new(10, TimeSpan.FromSeconds(1)), new(60, TimeSpan.FromMinutes(1)), new(180, TimeSpan.FromMinutes(10))];

    private static readonly PeerRate[] s_perSecond100 = [new(100, TimeSpan.FromSeconds(1))];
    private static readonly PeerRate[] s_perMinute2 = [new(2, TimeSpan.FromMinutes(1))];
    private static readonly PeerRate[] s_perMinute1 = [new(1, TimeSpan.FromMinutes(1))];
    private static readonly PeerRate[] s_perMinute4 = [new(4, TimeSpan.FromMinutes(1))];
    private static readonly PeerRate[] s_ping = [new(1, TimeSpan.FromSeconds(5))];
    private static readonly PeerRate[] s_perTenMinutes = [new(1, TimeSpan.FromMinutes(10))];

    private static readonly PeerMessageRule?[] s_byNumber = ByNumber();

    public required PeerMessage Message { get; init; }

    public required string Name { get; init; }

    public int BytesMin { get; init; }

    public required int BytesMax { get; init; }

    /// <summary>0: the body is no list of fixed entries.</summary>
    public int EntryBytes { get; init; }

    public PeerPriority Priority { get; init; } = PeerPriority.Answer;

    public PeerCorrelation Correlation { get; init; } = PeerCorrelation.None;

    /// <summary>Empty: an answer, which is as frequent as the questions.</summary>
    public IReadOnlyList<PeerRate> Rates { get; init; } = [];

    /// <summary>Null for a number that is no message of this version.</summary>
    public static PeerMessageRule? Of(PeerMessage message) =>
        (int)message < s_byNumber.Length ? s_byNumber[(int)message] : null;

    /// <summary>Of all messages, by number.</summary>
    public static IEnumerable<PeerMessageRule> All => s_byNumber.OfType<PeerMessageRule>();

    private static PeerMessageRule Make(
        PeerMessage message, string name, int min, int max,
        PeerCorrelation correlation = PeerCorrelation.None, int entry = 0) => new()
        {
            Message = message,
            Name = name,
            BytesMin = min,
            BytesMax = entry == 0 ? max : max / entry * entry,
            Correlation = correlation,
            EntryBytes = entry,
        };

    private static PeerMessageRule?[] ByNumber()
    {
        const PeerCorrelation Paired = PeerCorrelation.Paired, Either = PeerCorrelation.Either;
        PeerMessageRule[] rules =
        [
            Make(PeerMessage.Hello, "HELLO", 216, 512) with { Priority = PeerPriority.Urgent },
            Make(PeerMessage.Bye, "BYE", 4, 256) with { Priority = PeerPriority.Urgent },
            Make(PeerMessage.Ping, "PING", 8, 8, Paired)
                with { Priority = PeerPriority.Urgent, Rates = s_ping },
            Make(PeerMessage.Pong, "PONG", 16, 16, Paired)
                with { Priority = PeerPriority.Urgent, Rates = s_ping },
            Make(PeerMessage.GetAddr, "GETADDR", 0, 0, Paired)
                with { Priority = PeerPriority.Bulk, Rates = s_perTenMinutes },
            Make(PeerMessage.Addr, "ADDR", 62, 8_192, Either, 62)
                with { Priority = PeerPriority.Bulk, Rates = s_perTenMinutes },
            Make(PeerMessage.Inv, "INV", 33, 65_536, entry: 33)
                with { Rates = [new(500, TimeSpan.FromSeconds(1))] },
            Make(PeerMessage.GetData, "GETDATA", 33, 8_192, Paired, 33) with { Rates = s_perSecond100 },
            Make(PeerMessage.NotFound, "NOTFOUND", 33, 8_192, Paired, 33) with { Rates = s_perSecond100 },
            Make(PeerMessage.Share, "SHARE", 1, 65_536, Either)
                with { Priority = PeerPriority.Share, Rates = s_shareRates },
            Make(PeerMessage.ShareCompact, "SHARE_COMPACT", 1, 16_384)
                with { Priority = PeerPriority.Share, Rates = s_shareRates },
            Make(PeerMessage.GetShares, "GETSHARES", 32, 32 * 32, Paired, 32) with { Rates = s_perSecond100 },
            Make(PeerMessage.Shares, "SHARES", 4, FrameBytesMax, Paired)
                with { Priority = PeerPriority.Bulk },
            Make(PeerMessage.Tip, "TIP", 53, 128)
                with { Priority = PeerPriority.Urgent, Rates = [new(2, TimeSpan.FromSeconds(1))] },
            Make(PeerMessage.GetChain, "GETCHAIN", 40, 64, Paired) with { Rates = s_perMinute2 },
            Make(PeerMessage.Chain, "CHAIN", 5, 262_144, Paired) with { Priority = PeerPriority.Bulk },
            Make(PeerMessage.BlockAnn, "BLOCKANN", 41, FrameBytesMax)
                with { Priority = PeerPriority.Urgent, Rates = [new(16, TimeSpan.FromMinutes(1))] },
            Make(PeerMessage.GetTxList, "GETTXLIST", 32, 64, Paired) with { Rates = s_perMinute1 },
            Make(PeerMessage.TxList, "TXLIST", 32, FrameBytesMax, Paired, 32)
                with { Priority = PeerPriority.Bulk },
            Make(PeerMessage.CoinTip, "COINTIP", 36, 64) with { Rates = [new(5, TimeSpan.FromMinutes(1))] },
            Make(PeerMessage.Reject, "REJECT", 34, 64, Either)
                with { Rates = [new(10, TimeSpan.FromMinutes(1))] },
            Make(PeerMessage.Coord, "COORD", 80, 128)
                with { Priority = PeerPriority.Bulk, Rates = [new(1, TimeSpan.FromSeconds(30))] },
            Make(PeerMessage.DialBack, "DIALBACK", 2, 64, Paired) with { Rates = s_perTenMinutes },
            Make(PeerMessage.DialBackResult, "RESULT", 19, 64, Paired) with { Rates = s_perTenMinutes },
            Make(PeerMessage.CredChallenge, "CRED_CHALLENGE", 1, 16_384, Paired)
                with { Rates = s_perMinute4 },
            Make(PeerMessage.CredPresent, "CRED_PRESENT", 1, 16_384, Paired) with { Rates = s_perMinute4 },
            Make(PeerMessage.CredResult, "CRED_RESULT", 1, 16_384, Paired) with { Rates = s_perMinute4 },
        ];
        PeerMessageRule?[] table = new PeerMessageRule?[(int)PeerMessage.CredResult + 1];
        foreach (PeerMessageRule rule in rules)
        {
            table[(int)rule.Message] = rule;
        }
        return table;
    }
}
