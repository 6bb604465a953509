using System.Globalization;
using System.Numerics;

namespace Otedama.Wire;

/// <summary>
/// The curve of node keys, NIST P-256 (FIPS 186-5, SP 800-186 section 3.2.1.3): what has to be known of a public key
/// before anybody computes with it. Public data only, so nothing here hides its time.
/// </summary>
internal static class P256
{
    public const int PointBytes = 64, ScalarBytes = 32;

    private static readonly BigInteger s_prime =
        Number("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
    private static readonly BigInteger s_b = Number("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b");
    private static readonly BigInteger s_order =
        Number("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");

    /// <summary>What precedes X and Y in the DER of a SubjectPublicKeyInfo; 27 bytes, the same for every key.</summary>
    public static ReadOnlySpan<byte> KeyPrefix =>
    [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
        0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
    ];

    /// <summary>64 bytes, X and Y, big-endian: y² = x³ - 3x + b, both below the prime.</summary>
    public static bool IsOnCurve(ReadOnlySpan<byte> point)
    {
        BigInteger x = Read(point[..32]), y = Read(point[32..]);
        return point.Length == PointBytes && x < s_prime && y < s_prime
            && ((x * x * x) - (3 * x) + s_b - (y * y)) % s_prime == BigInteger.Zero;
    }

    /// <summary>32 bytes, big-endian: a private key is a number from 1 to the order less 1.</summary>
    public static bool IsScalar(ReadOnlySpan<byte> scalar) =>
        scalar.Length == ScalarBytes && Read(scalar) is { IsZero: false } number && number < s_order;

    private static BigInteger Read(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static BigInteger Number(string hex) =>
        BigInteger.Parse("0" + hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
