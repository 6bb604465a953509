using Otedama.Interop;

namespace Otedama.Wire;

/// <summary>Lengths of what the handshake sends; neither act has a length or a header before it.</summary>
public static class NoiseActs
{
    /// <summary>Client to server: its ephemeral key.</summary>
    public const int Act1Bytes = EllSwift.EncodingBytes;

    /// <summary>Server to client: its ephemeral key, its static key sealed, its certificate sealed.</summary>
    public const int Act2Bytes = EllSwift.EncodingBytes + SealedStaticBytes + SealedCertificateBytes;

    internal const int SealedStaticBytes = EllSwift.EncodingBytes + NoiseCipher.TagBytes;

    internal const int SealedCertificateBytes = NoiseCertificate.Bytes + NoiseCipher.TagBytes;
}
