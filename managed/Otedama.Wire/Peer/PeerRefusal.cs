namespace Otedama.Wire;

/// <summary>
/// Why a link between two nodes did not come to be, on the side that says so. The names are those of the metric
/// otedama_p2p_handshakes_total, in lower case with underscores; None is ok there.
/// </summary>
public enum PeerRefusal : byte
{
    None,

    /// <summary>No connection, or the link was closed for a reason that has nothing to do with TLS.</summary>
    Closed,
    TooManyHandshakes,
    TooManyFromAddress,

    /// <summary>So many links have come in already.</summary>
    TableFull,
    HandshakeTimeout,

    /// <summary>All places were taken, and of the network with most of them it had waited longest.</summary>
    GaveWay,

    /// <summary>The first bytes are no TLS record, or one that is too long for a ClientHello.</summary>
    NotTls,

    /// <summary>TLS 1.3 is not among what the other end offers.</summary>
    OldTls,

    /// <summary>The connection puzzle is wanted and there is none, or it is not one.</summary>
    PuzzleMissing,

    /// <summary>It is solved for fewer bits than are wanted now.</summary>
    PuzzleTooEasy,
    PuzzleStale,
    PuzzleUsed,

    /// <summary>The other end wants a puzzle solved, or a harder one.</summary>
    PuzzleWanted,

    /// <summary>From here on it is the other end that does something wrong.</summary>
    NoCertificate,
    SeveralCertificates,
    CertificateTooLong,
    KeyNotP256,
    KeyOffCurve,

    /// <summary>Not the node that was dialled.</summary>
    WrongNode,

    /// <summary>The other end does not speak otedama-p2p/1.</summary>
    NoAlpn,
    WrongCipherSuite,

    /// <summary>Anything else in the handshake: broken records, an alert, a wrong signature.</summary>
    TlsFailed,
}
