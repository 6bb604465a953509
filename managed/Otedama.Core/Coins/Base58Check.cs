using System.Numerics;

namespace Otedama.Core;

/// <summary>Base58 with a four-byte SHA-256d checksum.</summary>
public static class Base58Check
{
    private const string Digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    /// <summary>Addresses have at most 36 characters; the bound keeps hostile text cheap.</summary>
    private const int CharsMax = 128;

    public static string Encode(ReadOnlySpan<byte> payload)
    {
        byte[] all = [.. payload, .. Checksum(payload)];
        BigInteger number = new(all, isUnsigned: true, isBigEndian: true);
        Stack<char> text = [];
        while (!number.IsZero)
        {
            number = BigInteger.DivRem(number, 58, out BigInteger digit);
            text.Push(Digits[(int)digit]);
        }
        foreach (byte value in all)
        {
            if (value != 0)
            {
                break;
            }
            text.Push('1');
        }
        return new string([.. text]);
    }

    /// <summary>The payload without checksum; error says what is wrong when false.</summary>
    public static bool TryDecode(string text, out byte[] payload, out string error)
    {
        (payload, error) = ([], "");
        if (text.Length is 0 or > CharsMax)
        {
            error = $"base58 text of {text.Length} characters; 1 to {CharsMax} are possible";
            return false;
        }
        BigInteger number = BigInteger.Zero;
        foreach (char letter in text)
        {
            int digit = Digits.IndexOf(letter, StringComparison.Ordinal);
            if (digit < 0)
            {
                error = $"'{letter}' is not a base58 character";
                return false;
            }
            number = (number * 58) + digit;
        }
        int zeros = text.TakeWhile(letter => letter == '1').Count();
        byte[] body = number.IsZero ? [] : number.ToByteArray(isUnsigned: true, isBigEndian: true);
        byte[] all = [.. new byte[zeros], .. body];
        if (all.Length < 5 || !Checksum(all.AsSpan(..^4)).AsSpan().SequenceEqual(all.AsSpan(^4..)))
        {
            error = "the base58 checksum does not match: a character is mistyped or missing";
            return false;
        }
        payload = all[..^4];
        return true;
    }

    private static byte[] Checksum(ReadOnlySpan<byte> payload) => Sha256d.Hash(payload).ToArray()[..4];
}
