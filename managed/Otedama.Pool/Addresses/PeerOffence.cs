namespace Otedama.Pool;

/// <summary>
/// What a peer is held against, or cut off for. What each costs stands in <see cref="PeerOffences"/>.
/// </summary>
public enum PeerOffence
{
    /// <summary>
    /// Flags that are not zero, a reserved type, a length over the limit, bytes that are no such message.
    /// </summary>
    BadFrame,
    SecondHello,
    WrongChainProof,
    BadProofOfWork,
    BadLink,

    /// <summary>A share that breaks a rule of the chain.</summary>
    InvalidShare,

    /// <summary>A coin block without its proof of work, or whose transactions are not those of its header.</summary>
    BadBlock,
    TooManyAddresses,

    /// <summary>Up to three times what is allowed.</summary>
    OverRateLimit,
    FarOverRateLimit,
    DialBackAbuse,
    BadCoordinate,

    /// <summary>Shares, chain parts or addresses nobody asked for.</summary>
    Unsolicited,
    NoPong,
    NoAnswer,

    /// <summary>It does not have what it announced.</summary>
    AnnouncedNothing,

    /// <summary>A share for a coin height at least five behind ours.</summary>
    OldCoinHeight,

    /// <summary>No TLS handshake in time, or a failed one, of somebody who has not said who he is.</summary>
    HandshakeFailed,

    /// <summary>Silent for 15 minutes while the chain goes on.</summary>
    Silent,

    /// <summary>It does not read what is written to it.</summary>
    TooSlow,
}

/// <summary>What an offence costs, and the words for whoever did it and for our log. Points: 100 are a ban.</summary>
public sealed record PeerOffenceRow(PeerOffence Offence, int Points, string Words, bool Disconnects = false);

/// <summary>The one table of offences: of the transport and of the share chain.</summary>
public static class PeerOffences
{
    private static readonly PeerOffenceRow[] s_rows =
    [
        new(PeerOffence.BadFrame, 100, "sent a frame that breaks the protocol"),
        new(PeerOffence.SecondHello, 100, "said HELLO twice"),
        new(PeerOffence.WrongChainProof, 100, "has the wrong proof for this chain"),
        new(PeerOffence.BadProofOfWork, 100, "sent a share without its proof of work"),
        new(PeerOffence.BadLink, 100, "sent a share that its header does not commit to"),
        new(PeerOffence.InvalidShare, 100, "sent a share that breaks a rule of the chain"),
        new(PeerOffence.BadBlock, 100, "announced a coin block that is none"),
        new(PeerOffence.TooManyAddresses, 20, "sent more addresses than are allowed"),
        new(PeerOffence.OverRateLimit, 10, "went over a rate limit"),
        new(PeerOffence.FarOverRateLimit, 20, "went over a rate limit more than three times"),
        new(PeerOffence.DialBackAbuse, 20, "asked for too many connections back"),
        new(PeerOffence.BadCoordinate, 20, "sent a coordinate that cannot be"),
        new(PeerOffence.Unsolicited, 20, "sent what nobody asked for"),
        new(PeerOffence.NoPong, 5, "did not answer a ping in 60 s"),
        new(PeerOffence.NoAnswer, 5, "did not answer a request in 10 s"),
        new(PeerOffence.AnnouncedNothing, 5, "does not have what it announced"),
        new(PeerOffence.OldCoinHeight, 2, "sent a share for a coin height five or more behind"),
        new(PeerOffence.HandshakeFailed, 2, "did not complete a handshake"),
        new(PeerOffence.Silent, 0, "was silent for 15 minutes while the chain went on", Disconnects: true),
        new(PeerOffence.TooSlow, 0, "does not read what is written to it", Disconnects: true),
    ];

    public static IReadOnlyList<PeerOffenceRow> All => s_rows;

    public static PeerOffenceRow Of(PeerOffence offence) => s_rows[(int)offence];
}
