namespace Otedama.Wire;

/// <summary>Why a client does not go on with a server after its answer to the handshake.</summary>
public enum NoiseFault : byte
{
    None,

    /// <summary>The answer has another length than 234 bytes.</summary>
    Length,

    /// <summary>A tag is wrong: bytes were changed on the way, or the other side speaks something else.</summary>
    Seal,

    /// <summary>The certificate has a version nobody told us of.</summary>
    Version,

    /// <summary>The certificate begins later than now; one of the two clocks is wrong.</summary>
    NotYetValid,

    /// <summary>The certificate has ended; its server did not renew it, or one of the two clocks is wrong.</summary>
    Expired,

    /// <summary>Another authority signed the certificate than the one in the URL.</summary>
    Signature,
}
