namespace Otedama.Wire;

/// <summary>Faults, refusals and goodbyes in words, for logs and for the text of BYE; without a full stop.</summary>
public static class PeerWords
{
    public static string Of(PeerFault fault) => fault switch
    {
        PeerFault.None => "nothing is wrong",
        PeerFault.Flags => "flags of a frame are not zero",
        PeerFault.UnknownMessage => "a message of this number does not exist",
        PeerFault.TooLong => "a frame is longer than its message may be",
        PeerFault.TooShort => "a frame is shorter than its message has to be",
        PeerFault.Correlation => "a correlation number is missing, or stands where none belongs",
        PeerFault.Body => "lengths inside a message do not add up",
        PeerFault.Text => "a text is no UTF-8, or too long",
        PeerFault.Magic => "HELLO does not begin with OTED",
        PeerFault.HelloMissing => "something else came before HELLO",
        PeerFault.HelloTwice => "a second HELLO came",
        _ => "a frame breaks the rules",
    };

    public static string Of(PeerRefusal refusal) => refusal switch
    {
        PeerRefusal.None => "there is a link",
        PeerRefusal.Closed => "there is no connection",
        PeerRefusal.TooManyHandshakes => "too many handshakes are under way",
        PeerRefusal.TooManyFromAddress => "its address has begun too many handshakes within ten seconds",
        PeerRefusal.TableFull => "all places for links are taken",
        PeerRefusal.HandshakeTimeout => "the handshake took longer than five seconds",
        PeerRefusal.GaveWay => "it waited longest when all places were taken, and gave way",
        PeerRefusal.NotTls => "what came first is not TLS",
        PeerRefusal.OldTls => "TLS 1.3 is not offered",
        PeerRefusal.PuzzleMissing => "it brought no puzzle while one is wanted",
        PeerRefusal.PuzzleTooEasy => "its puzzle is easier than is wanted now",
        PeerRefusal.PuzzleStale => "its puzzle is too old",
        PeerRefusal.PuzzleUsed => "its puzzle was used before",
        PeerRefusal.PuzzleWanted => "it wants a puzzle solved, or a harder one",
        PeerRefusal.NoCertificate => "it has no certificate",
        PeerRefusal.SeveralCertificates => "it sent several certificates",
        PeerRefusal.CertificateTooLong => "its certificate is too long",
        PeerRefusal.KeyNotP256 => "its key is not of P-256",
        PeerRefusal.KeyOffCurve => "its key is no point of P-256",
        PeerRefusal.WrongNode => "another node answers there",
        PeerRefusal.NoAlpn => "it does not speak otedama-p2p/1",
        PeerRefusal.WrongCipherSuite => "it chose another cipher suite",
        PeerRefusal.TlsFailed => "the TLS handshake failed, or was broken off",
        _ => "it was refused",
    };

    public static string Of(PeerByeCode code) => code switch
    {
        PeerByeCode.None => "without a goodbye",
        PeerByeCode.Shutdown => "shutdown",
        PeerByeCode.Network => "another chain or clock",
        PeerByeCode.Protocol => "protocol error",
        PeerByeCode.TooSlow => "too slow",
        PeerByeCode.Banned => "banned",
        PeerByeCode.Duplicate => "a second link",
        PeerByeCode.Draining => "draining",
        PeerByeCode.Full => "no place",
        _ => FormattableString.Invariant($"code {(ushort)code}"),
    };
}
