namespace Otedama.Core;

/// <summary>Segregated witness addresses: bech32 for version 0 (BIP 173), bech32m above (BIP 350).</summary>
public static class Bech32
{
    private const string Digits = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private const uint ConstantBech32 = 1, ConstantBech32m = 0x2bc8_30a3;
    private const int CharsMax = 90, ChecksumChars = 6;

    /// <summary>An address for a witness version 0..16 and a program of 2..40 bytes.</summary>
    public static string Encode(string prefix, int version, ReadOnlySpan<byte> program)
    {
        List<byte> values = [(byte)version, .. ToFives(program)];
        uint check = Polymod(prefix, [.. values, 0, 0, 0, 0, 0, 0]) ^ (version == 0 ? ConstantBech32 : ConstantBech32m);
        for (int i = 0; i < ChecksumChars; i++)
        {
            values.Add((byte)((check >> (5 * (ChecksumChars - 1 - i))) & 31));
        }
        return prefix + "1" + string.Concat(values.Select(value => Digits[value]));
    }

    /// <summary>Splits an address; error says what is wrong when false. The prefix is returned in lower case.</summary>
    public static bool TryDecode(string text, out string prefix, out int version, out byte[] program, out string error)
    {
        (prefix, version, program) = ("", 0, []);
        if (!TrySplit(text, out prefix, out byte[] values, out error))
        {
            return false;
        }
        version = values[0];
        uint expected = version == 0 ? ConstantBech32 : ConstantBech32m;
        if (Polymod(prefix, values) != expected)
        {
            error = "the checksum does not match: a character is mistyped or missing";
            return false;
        }
        if (version > 16 || !TryToBytes(values.AsSpan(1..^ChecksumChars), out program))
        {
            error = version > 16 ? $"witness version {version} is above 16" : "the padding bits are wrong";
            return false;
        }
        if (program.Length is < 2 or > 40 || (version == 0 && program.Length is not (20 or 32)))
        {
            error = $"a witness program of {program.Length} bytes does not exist for version {version}";
            return false;
        }
        return true;
    }

    private static bool TrySplit(string text, out string prefix, out byte[] values, out string error)
    {
        (prefix, values, error) = ("", [], "");
        int separator = text.LastIndexOf('1');
        if (text.Length > CharsMax || separator < 1 || text.Length - separator - 1 < ChecksumChars + 1)
        {
            error = $"not a bech32 address: at most {CharsMax} characters, a prefix, '1', and at least {ChecksumChars + 1} more";
            return false;
        }
        string lower = text.ToLowerInvariant();
        if (lower != text && text.ToUpperInvariant() != text)
        {
            error = "upper and lower case are mixed";
            return false;
        }
        values = new byte[text.Length - separator - 1];
        for (int i = 0; i < values.Length; i++)
        {
            int digit = Digits.IndexOf(lower[separator + 1 + i], StringComparison.Ordinal);
            if (digit < 0)
            {
                error = $"'{text[separator + 1 + i]}' is not a bech32 character";
                return false;
            }
            values[i] = (byte)digit;
        }
        prefix = lower[..separator];
        return true;
    }

    private static uint Polymod(string prefix, ReadOnlySpan<byte> values)
    {
        uint state = 1;
        foreach (char letter in prefix)
        {
            state = Step(state, (uint)letter >> 5);
        }
        state = Step(state, 0);
        foreach (char letter in prefix)
        {
            state = Step(state, (uint)letter & 31);
        }
        foreach (byte value in values)
        {
            state = Step(state, value);
        }
        return state;
    }

    private static uint Step(uint state, uint value)
    {
        uint top = state >> 25;
        uint next = ((state & 0x1ff_ffff) << 5) ^ value;
        next ^= (top & 1) != 0 ? 0x3b6a57b2u : 0;
        next ^= (top & 2) != 0 ? 0x26508e6du : 0;
        next ^= (top & 4) != 0 ? 0x1ea119fau : 0;
        next ^= (top & 8) != 0 ? 0x3d4233ddu : 0;
        next ^= (top & 16) != 0 ? 0x2a1462b3u : 0;
        return next;
    }

    private static List<byte> ToFives(ReadOnlySpan<byte> bytes)
    {
        List<byte> fives = [];
        uint pending = 0;
        int bits = 0;
        foreach (byte value in bytes)
        {
            pending = ((pending << 8) | value) & 0xfff;
            for (bits += 8; bits >= 5; bits -= 5)
            {
                fives.Add((byte)((pending >> (bits - 5)) & 31));
            }
        }
        if (bits > 0)
        {
            fives.Add((byte)((pending << (5 - bits)) & 31));
        }
        return fives;
    }

    /// <summary>False when more than four bits are left over or a left-over bit is set.</summary>
    private static bool TryToBytes(ReadOnlySpan<byte> fives, out byte[] bytes)
    {
        List<byte> output = [];
        uint pending = 0;
        int bits = 0;
        foreach (byte value in fives)
        {
            pending = ((pending << 5) | value) & 0xfff;
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                output.Add((byte)((pending >> bits) & 0xff));
            }
        }
        bytes = [.. output];
        return bits < 5 && (pending & ((1u << bits) - 1)) == 0;
    }
}
