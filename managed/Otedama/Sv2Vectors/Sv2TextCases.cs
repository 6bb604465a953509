using System.Globalization;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Wire;

namespace Otedama;

/// <summary>Sections base58, base58_random and targets.</summary>
internal static class Sv2TextCases
{
    /// <summary>
    /// The text both ways; a public_x of null is a text to be refused. Texts of the old form are read only.
    /// </summary>
    public static string? Base58(Sv2Case one)
    {
        string text = one.Text("text");
        bool isRead = Sv2AuthorityKey.TryParse(text, out byte[] x, out string error);
        if (!one.Has("public_x"))
        {
            _ = one.Value("public_x");
            return isRead ? $"{Sv2Text.Shown(text)}: expected to be refused, got {Sv2Text.Shown(x)}" : null;
        }
        byte[] expected = one.Bytes("public_x", EllSwift.PointBytes);
        if (!isRead)
        {
            return $"{Sv2Text.Shown(text)}: expected {Sv2Text.Shown(expected)}, got a refusal: {error}";
        }
        bool isOld = Base58Check.TryDecode(text, out byte[] payload, out _) && payload.Length == EllSwift.PointBytes;
        return Sv2Text.Differs("public_x", expected, x)
            ?? (isOld ? null : Sv2Text.Differs("text", text, Sv2AuthorityKey.Format(expected)))
            ?? (one.Has("secret") || one.Has("secret_text") ? Secret(one, expected) : null);
    }

    private static string? Secret(Sv2Case one, byte[] publicX)
    {
        byte[] secret = one.Bytes("secret", EllSwift.SecretBytes);
        byte[] x = new byte[EllSwift.PointBytes];
        if (!EllSwift.TryPublicKey(secret, x))
        {
            return "secret: expected a key, got one that is out of range";
        }
        string? wrong = Sv2Text.Differs("public_x of secret", publicX, x);
        if (wrong is not null)
        {
            return wrong;
        }
        string text = one.Text("secret_text");
        return Sv2AuthorityKey.TryParseSecret(text, out byte[] read, out string error)
            ? Sv2Text.Differs("secret", secret, read) ?? Sv2Text.Differs("secret_text", text, Sv2AuthorityKey.FormatSecret(secret))
            : $"secret_text: expected to be read, got a refusal: {error}";
    }

    public static string? Target(Sv2Case one)
    {
        string text = one.Text("difficulty");
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double difficulty)
            || !(difficulty > 0) || double.IsInfinity(difficulty))
        {
            throw new FormatException($"\"difficulty\": {Sv2Text.Shown(text)} is no number above 0");
        }
        Target target = Core.Target.FromDifficulty(difficulty, Core.Target.BitcoinOne);
        byte[] wire = new byte[Hash256.Size];
        target.Value.CopyTo(wire);
        string number = "0x" + target.Value.ToBigInteger().ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
        string expected = one.Text("target_number");
        return Sv2Text.Differs($"target of {Sv2Text.Shown(text)}", expected, number.Length == 2 ? "0x0" : number)
            ?? Sv2Text.Differs($"wire of {Sv2Text.Shown(text)}", one.Bytes("wire_u256"), wire);
    }
}
