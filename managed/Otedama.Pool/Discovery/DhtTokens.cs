using System.Security.Cryptography;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Proof that whoever announces has been asked at that address: SHA-256(secret, address, key), 8 bytes of it. A
/// secret counts for 5 to 10 minutes.
/// </summary>
internal sealed class DhtTokens
{
    private const int Size = 8;
    private const int SecretSize = 16;
    private const double LifeSeconds = 300;

    private readonly IRandomness _random;
    private byte[] _now;
    private byte[] _before;
    private double _madeAt;

    public DhtTokens(IRandomness random, double now)
    {
        _random = random;
        (_now, _before, _madeAt) = (Fresh(), Fresh(), now);
    }

    public byte[] For(PeerEndpoint address, DhtId key, double now)
    {
        Renew(now);
        return Make(_now, address, key);
    }

    public bool IsGood(ReadOnlySpan<byte> token, PeerEndpoint address, DhtId key, double now)
    {
        Renew(now);
        return token.SequenceEqual(Make(_now, address, key)) || token.SequenceEqual(Make(_before, address, key));
    }

    private void Renew(double now)
    {
        if (now - _madeAt < LifeSeconds)
        {
            return;
        }
        _before = now - _madeAt < 2 * LifeSeconds ? _now : Fresh();
        (_now, _madeAt) = (Fresh(), now);
    }

    private byte[] Fresh()
    {
        byte[] secret = new byte[SecretSize];
        _random.Fill(secret);
        return secret;
    }

    private static byte[] Make(ReadOnlySpan<byte> secret, PeerEndpoint address, DhtId key)
    {
        Span<byte> text = stackalloc byte[SecretSize + 16 + DhtId.Size];
        secret.CopyTo(text);
        int length = SecretSize + address.WriteAddress(text[SecretSize..]);
        key.Write(text[length..]);
        return SHA256.HashData(text[..(length + DhtId.Size)])[..Size];
    }
}
