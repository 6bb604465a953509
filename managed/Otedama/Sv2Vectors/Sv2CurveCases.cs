using System.Text.Json;
using Otedama.Interop;

namespace Otedama;

/// <summary>Sections ellswift_decode, ellswift_inverse and ellswift_ecdh: rows of BIP 324.</summary>
internal static class Sv2CurveCases
{
    public static string? Decode(Sv2Case one)
    {
        byte[] x = new byte[EllSwift.PointBytes];
        EllSwift.Decode(one.Bytes("ellswift", EllSwift.EncodingBytes), x);
        return Sv2Text.Differs("x", one.Bytes("x"), x);
    }

    public static string? Inverse(Sv2Case one)
    {
        byte[] x = one.Bytes("x", EllSwift.PointBytes);
        byte[] u = one.Bytes("u", EllSwift.PointBytes);
        byte[] t = new byte[EllSwift.PointBytes];
        int way = 0;
        foreach (JsonElement element in one.Items("t"))
        {
            byte[] expected = element.ValueKind == JsonValueKind.Null ? [] : Sv2Text.Bytes("t", element);
            ReadOnlySpan<byte> got = way < EllSwift.Ways && EllSwift.TryInverse(x, u, way, t) ? t : [];
            if (Sv2Text.Differs($"t of way {way}", expected, got) is { } wrong)
            {
                return wrong;
            }
            way++;
        }
        return Sv2Text.Differs("ways", EllSwift.Ways, way);
    }

    public static string? Exchange(Sv2Case one)
    {
        byte[] shared = new byte[EllSwift.SecretBytes];
        byte[] x = new byte[EllSwift.PointBytes];
        bool isInitiator = one.Flag("initiating");
        byte[] ours = one.Bytes("ellswift_ours", EllSwift.EncodingBytes);
        byte[] theirs = one.Bytes("ellswift_theirs", EllSwift.EncodingBytes);
        EllSwift.SharedSecret(one.Bytes("secret", EllSwift.SecretBytes), isInitiator ? ours : theirs,
            isInitiator ? theirs : ours, isInitiator, shared, x);
        return Sv2Text.Differs("x_shared", one.Bytes("x_shared"), x)
            ?? Sv2Text.Differs("shared_secret", one.Bytes("shared_secret"), shared);
    }
}
