using System.Globalization;
using System.Security.Cryptography;
using Otedama.Wire;

namespace Otedama;

/// <summary>
/// Sections long_frames and nonces: what one direction of a transport seals, and that it opens again.
/// </summary>
internal static class Sv2SealCases
{
    private const string RuleStart = "byte i = (", RuleMiddle = "*i + ", RuleEnd = ") mod 256";

    public static string? Nonce(Sv2Case one)
    {
        byte[] key = one.Bytes("key", NoiseCipher.KeyBytes);
        ulong counter = one.Number("n", ulong.MaxValue);
        byte[] plain = one.Bytes("plaintext");
        byte[] nonce = new byte[NoiseCipher.NonceBytes];
        NoiseCipher.WriteNonce(nonce, counter);
        byte[] sealedBytes = new byte[plain.Length + NoiseCipher.TagBytes];
        using NoiseCipher cipher = new(key, counter);
        cipher.Seal(plain, sealedBytes);
        string? wrong = Sv2Text.Differs("nonce", one.Bytes("nonce"), nonce)
            ?? Sv2Text.Differs("ciphertext", one.Bytes("ciphertext"), sealedBytes);
        if (wrong is not null)
        {
            return wrong;
        }
        using NoiseCipher opener = new(key, counter);
        byte[] opened = new byte[plain.Length];
        return opener.TryOpen(sealedBytes, opened) ? Sv2Text.Differs("opened", plain, opened) : "its own seal does not open";
    }

    public static string? LongFrame(Sv2Case one)
    {
        byte[] key = one.Bytes("key", NoiseCipher.KeyBytes);
        ulong first = one.Number("first_nonce", ulong.MaxValue - 1000);
        int length = (int)one.Number("payload_length", Sv2Header.LengthMax);
        byte[] frame = [.. one.Bytes("header", Sv2Header.Size), .. Payload(one.Text("payload_rule"), length)];
        byte[] sealedBytes = new byte[NoiseFrames.WireBytes(length)];
        using NoiseCipher cipher = new(key, first);
        int written = NoiseFrames.Seal(cipher, frame, sealedBytes);
        byte[] head = one.Bytes("ciphertext_head");
        byte[] tail = one.Bytes("ciphertext_tail");
        string? wrong = Sv2Text.Differs("length in the header", length, Sv2Header.Read(frame).Length)
            ?? Sv2Text.Differs("ciphertext_length", (long)one.Number("ciphertext_length", int.MaxValue), written)
            ?? Sv2Text.Differs("aead_calls", (long)one.Number("aead_calls", int.MaxValue), (long)(cipher.Next - first))
            ?? Sv2Text.Differs("ciphertext_head", head, sealedBytes.AsSpan(0, Math.Min(head.Length, written)))
            ?? Sv2Text.Differs("ciphertext_tail", tail, sealedBytes.AsSpan(written - Math.Min(tail.Length, written)))
            ?? Sv2Text.Differs("ciphertext_sha256", one.Bytes("ciphertext_sha256"), SHA256.HashData(sealedBytes));
        return wrong ?? Reopened(key, first, sealedBytes, frame);
    }

    /// <summary>Null when the sealed bytes, given in two parts, come out as the frame.</summary>
    public static string? Reopened(byte[] key, ulong first, byte[] sealedBytes, byte[] frame)
    {
        using NoiseReader reader = new(new NoiseCipher(key, first), Sv2Header.LengthMax);
        reader.Append(sealedBytes.AsSpan(0, sealedBytes.Length / 2));
        bool isEarly = reader.TryNext(out _, out _, out _);
        reader.Append(sealedBytes.AsSpan(sealedBytes.Length / 2));
        if (isEarly || !reader.TryNext(out Sv2Header header, out ReadOnlySpan<byte> payload, out Sv2Fault fault))
        {
            return "its own seal does not open";
        }
        byte[] head = new byte[Sv2Header.Size];
        header.Write(head);
        return fault == Sv2Fault.None ? Sv2Text.Differs("opened", frame, [.. head, .. payload]) : $"opened with {fault}";
    }

    private static byte[] Payload(string rule, int length)
    {
        int middle = rule.IndexOf(RuleMiddle, StringComparison.Ordinal);
        if (!rule.StartsWith(RuleStart, StringComparison.Ordinal) || !rule.EndsWith(RuleEnd, StringComparison.Ordinal)
            || middle < RuleStart.Length
            || !uint.TryParse(rule.AsSpan(RuleStart.Length, middle - RuleStart.Length), NumberStyles.None,
                CultureInfo.InvariantCulture, out uint step)
            || !uint.TryParse(rule.AsSpan(middle + RuleMiddle.Length, rule.Length - RuleEnd.Length - middle - RuleMiddle.Length),
                NumberStyles.None, CultureInfo.InvariantCulture, out uint offset))
        {
            throw new FormatException($"\"payload_rule\": {Sv2Text.Shown(rule)} is not of the form {RuleStart}7{RuleMiddle}1{RuleEnd}");
        }
        byte[] payload = new byte[length];
        for (int i = 0; i < length; i++)
        {
            payload[i] = unchecked((byte)((step * (ulong)i) + offset));
        }
        return payload;
    }
}
