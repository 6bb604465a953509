namespace Otedama.Core;

/// <summary>Addresses of a coin to output scripts and back.</summary>
public static class Address
{
    private const int Hash160Bytes = 20;

    /// <summary>The output script an address stands for; error names the address and what is allowed when false.</summary>
    public static bool TryDecode(string text, CoinSpec coin, out byte[] script, out string error)
    {
        script = [];
        string reason;
        if (LooksLikeBech32(text, coin))
        {
            if (Bech32.TryDecode(text, out string prefix, out int version, out byte[] program, out reason) && prefix == coin.Bech32Prefix)
            {
                script = Script.WitnessProgram(version, program);
                error = "";
                return true;
            }
            reason = reason.Length > 0 ? reason : $"the prefix is \"{prefix}\"";
        }
        else if (Base58Check.TryDecode(text, out byte[] payload, out reason))
        {
            if (TryScript(payload, coin, out script))
            {
                error = "";
                return true;
            }
            reason = "its prefix belongs to another coin or network";
        }
        error = $"\"{Hex.Shorten(text)}\" is not an address of {coin.DisplayName}: {reason}. {Allowed(coin)}";
        return false;
    }

    /// <summary>Decodes or throws FormatException with the same words.</summary>
    public static byte[] Decode(string text, CoinSpec coin) =>
        TryDecode(text, coin, out byte[] script, out string error) ? script : throw new FormatException(error);

    /// <summary>The address of a script; false for scripts that have none.</summary>
    public static bool TryEncode(ReadOnlySpan<byte> script, CoinSpec coin, out string text)
    {
        text = "";
        if (coin.Bech32Prefix.Length > 0 && Script.TryWitnessProgram(script, out int version, out ReadOnlySpan<byte> program))
        {
            if (version == 0 && program.Length is not (20 or 32))
            {
                return false;
            }
            text = Bech32.Encode(coin.Bech32Prefix, version, program);
        }
        else if (script.Length == 25 && script.SequenceEqual(Script.PayToPublicKeyHash(script.Slice(3, Hash160Bytes))))
        {
            text = Base58Check.Encode([.. coin.PublicKeyHashPrefix.Span, .. script.Slice(3, Hash160Bytes)]);
        }
        else if (script.Length == 23 && script.SequenceEqual(Script.PayToScriptHash(script.Slice(2, Hash160Bytes))))
        {
            text = Base58Check.Encode([.. coin.ScriptHashPrefixes[0].Span, .. script.Slice(2, Hash160Bytes)]);
        }
        return text.Length > 0;
    }

    /// <summary>A prefix of our own, or any text whose last '1' follows letters only: another coin's bech32.</summary>
    private static bool LooksLikeBech32(string text, CoinSpec coin)
    {
        int separator = text.LastIndexOf('1');
        string prefix = separator > 0 ? text[..separator] : "";
        bool own = coin.Bech32Prefix.Length > 0 && prefix.Equals(coin.Bech32Prefix, StringComparison.OrdinalIgnoreCase);
        return own || (prefix.Length is >= 2 and <= 10 && text.Length >= 14 && text.Length > prefix.Length + 33 && prefix.All(char.IsAsciiLetterLower));
    }

    private static bool TryScript(ReadOnlySpan<byte> payload, CoinSpec coin, out byte[] script)
    {
        script = [];
        if (HasPrefix(payload, coin.PublicKeyHashPrefix.Span))
        {
            script = Script.PayToPublicKeyHash(payload[^Hash160Bytes..]);
        }
        foreach (ReadOnlyMemory<byte> prefix in coin.ScriptHashPrefixes)
        {
            if (script.Length == 0 && HasPrefix(payload, prefix.Span))
            {
                script = Script.PayToScriptHash(payload[^Hash160Bytes..]);
            }
        }
        return script.Length > 0;
    }

    private static bool HasPrefix(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> prefix) =>
        payload.Length == prefix.Length + Hash160Bytes && payload.StartsWith(prefix);

    private static string Allowed(CoinSpec coin)
    {
        string first = Base58Check.Encode([.. coin.PublicKeyHashPrefix.Span, .. new byte[Hash160Bytes]])[..1];
        string base58 = $"Allowed: base58 like \"{first}...\"";
        return coin.Bech32Prefix.Length > 0 ? $"{base58} or bech32 beginning with \"{coin.Bech32Prefix}1\"." : base58 + ".";
    }
}
