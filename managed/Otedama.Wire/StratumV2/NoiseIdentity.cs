namespace Otedama.Wire;

/// <summary>
/// A server's static key with the certificate its authority signed for it. Made once a day and used for every
/// connection: signing is the dearest part of a handshake.
/// </summary>
public sealed class NoiseIdentity : IDisposable
{
    /// <summary>
    /// How long a certificate is good, and how far before now it begins, for clients with a drifting clock.
    /// </summary>
    public static readonly TimeSpan Validity = TimeSpan.FromHours(48), Before = TimeSpan.FromHours(1);

    private readonly byte[] _certificate = new byte[NoiseCertificate.Bytes];

    /// <param name="authoritySecret">32 bytes; not kept.</param>
    public NoiseIdentity(ReadOnlySpan<byte> authoritySecret, DateTimeOffset now)
    {
        Static = new NoiseKeyPair();
        uint from = (uint)(now - Before).ToUnixTimeSeconds();
        NoiseCertificate.Sign(_certificate, authoritySecret, Static.Encoding, from, from + (uint)Validity.TotalSeconds);
    }

    /// <summary>A key and a certificate that are known.</summary>
    public NoiseIdentity(NoiseKeyPair @static, ReadOnlySpan<byte> certificate)
    {
        Static = @static;
        certificate.CopyTo(_certificate);
    }

    public NoiseKeyPair Static { get; }

    /// <summary>74 bytes.</summary>
    public ReadOnlySpan<byte> Certificate => _certificate;

    public void Dispose() => Static.Dispose();
}
