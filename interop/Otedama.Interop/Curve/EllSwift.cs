using System.Security.Cryptography;

namespace Otedama.Interop;

/// <summary>
/// Keys of secp256k1 written as ElligatorSwift (BIP 324), in native code and constant time. A secret and an x have 32
/// bytes, most significant first, an encoding 64. Pure, any thread, allocates nothing. A secret that is 0 or not below
/// the order of the group is a NativeException.
/// </summary>
public static unsafe class EllSwift
{
    public const int SecretBytes = 32, EncodingBytes = 64, PointBytes = 32, Ways = 8;

    /// <summary>A fresh secret key: random, and in range.</summary>
    public static void NewSecret(Span<byte> secret)
    {
        Span<byte> x = stackalloc byte[PointBytes];
        do
        {
            RandomNumberGenerator.Fill(secret[..SecretBytes]);
        }
        while (!TryPublicKey(secret, x)); // a chance of 2^-128 to turn
    }

    /// <summary>An encoding of the secret's point, one of very many.</summary>
    public static void Create(ReadOnlySpan<byte> secret, Span<byte> encoding)
    {
        Span<byte> entropy = stackalloc byte[32];
        RandomNumberGenerator.Fill(entropy);
        Curve.Need(secret, SecretBytes, "secret");
        Curve.Need(encoding, EncodingBytes, "encoding");
        fixed (byte* key = secret)
        fixed (byte* random = entropy)
        fixed (byte* to = encoding)
        {
            Curve.Check(Otd.otd_ellswift_create(to, key, random), "create an ElligatorSwift key");
        }
    }

    /// <summary>x of the point that an encoding stands for; every 64 bytes stand for one. Not for secrets.</summary>
    public static void Decode(ReadOnlySpan<byte> encoding, Span<byte> x)
    {
        Curve.Need(encoding, EncodingBytes, "encoding");
        Curve.Need(x, PointBytes, "x");
        fixed (byte* from = encoding)
        fixed (byte* to = x)
        {
            Curve.Check(Otd.otd_ellswift_decode(to, from), "decode an ElligatorSwift key");
        }
    }

    /// <summary>
    /// The second half of an encoding of x that begins with u, by one of eight ways; false when this way has none. x
    /// must be one of a point, u not 0. Not for secrets.
    /// </summary>
    public static bool TryInverse(ReadOnlySpan<byte> x, ReadOnlySpan<byte> u, int way, Span<byte> t)
    {
        Curve.Need(x, PointBytes, "x");
        Curve.Need(u, PointBytes, "u");
        Curve.Need(t, PointBytes, "t");
        uint found;
        fixed (byte* point = x)
        fixed (byte* start = u)
        fixed (byte* to = t)
        {
            Curve.Check(Otd.otd_ellswift_inverse(to, &found, point, start, (uint)way), "invert an ElligatorSwift key");
        }
        return found != 0;
    }

    /// <summary>
    /// The secret two sides share: BIP 324's hash of both encodings as they were sent and of x of the shared point.
    /// </summary>
    /// <param name="sharedX">x before hashing: 32 bytes, or empty when it is not wanted.</param>
    public static void SharedSecret(
        ReadOnlySpan<byte> secret, ReadOnlySpan<byte> initiator, ReadOnlySpan<byte> responder, bool isInitiator,
        Span<byte> shared, Span<byte> sharedX = default)
    {
        Curve.Need(secret, SecretBytes, "secret");
        Curve.Need(initiator, EncodingBytes, "initiator's encoding");
        Curve.Need(responder, EncodingBytes, "responder's encoding");
        Curve.Need(shared, SecretBytes, "shared secret");
        if (!sharedX.IsEmpty)
        {
            Curve.Need(sharedX, PointBytes, "shared x");
        }
        fixed (byte* key = secret)
        fixed (byte* first = initiator)
        fixed (byte* second = responder)
        fixed (byte* to = shared)
        fixed (byte* x = sharedX)
        {
            int status = Otd.otd_ellswift_xdh(to, x, key, first, second, isInitiator ? 1u : 0u);
            Curve.Check(status, "exchange ElligatorSwift keys");
        }
    }

    /// <summary>x of the secret's point: the public key of BIP 340. False when the secret is out of range.</summary>
    public static bool TryPublicKey(ReadOnlySpan<byte> secret, Span<byte> x)
    {
        Curve.Need(secret, SecretBytes, "secret");
        Curve.Need(x, PointBytes, "x");
        fixed (byte* key = secret)
        fixed (byte* to = x)
        {
            Native.Open();
            return Otd.otd_secp256k1_public(to, key) == Otd.OTD_OK;
        }
    }
}
