using System.Text;

namespace Otedama.Wire;

/// <summary>Turns the inside of a JSON string into text safe to keep: no escapes, no control characters, bounded.</summary>
public static class JsonText
{
    /// <summary>Decodes inner (validated by JsonCursor) and cuts it to at most charactersMax characters.</summary>
    public static string Decode(ReadOnlySpan<byte> inner, int charactersMax)
    {
        // A character takes at most 6 bytes (\uXXXX), so this prefix holds every character that can be kept.
        int bytesMax = checked((charactersMax + 1) * 6);
        string text = Encoding.UTF8.GetString(inner.Length > bytesMax ? inner[..bytesMax] : inner);
        StringBuilder builder = new(Math.Min(text.Length, charactersMax));
        for (int i = 0; i < text.Length && builder.Length < charactersMax; i++)
        {
            char character = text[i] == '\\' ? ReadEscape(text, ref i) : text[i];
            if (!char.IsControl(character))
            {
                builder.Append(character);
            }
        }
        return RepairSurrogates(builder);
    }

    private static char ReadEscape(string text, ref int at)
    {
        if (++at >= text.Length)
        {
            return '\0';
        }
        switch (text[at])
        {
            case 'b' or 'f' or 'n' or 'r' or 't':
                return '\0'; // all are control characters, which are dropped
            case 'u' when at + 4 < text.Length:
                _ = ushort.TryParse(text.AsSpan(at + 1, 4), System.Globalization.NumberStyles.AllowHexSpecifier, null, out ushort code);
                at += 4;
                return (char)code;
            case 'u':
                at = text.Length;
                return '\0';
            default:
                return text[at];
        }
    }

    private static string RepairSurrogates(StringBuilder builder)
    {
        for (int i = 0; i < builder.Length; i++)
        {
            if (!char.IsSurrogate(builder[i]))
            {
                continue;
            }
            if (i + 1 < builder.Length && char.IsSurrogatePair(builder[i], builder[i + 1]))
            {
                i++;
                continue;
            }
            builder[i] = '\uFFFD';
        }
        return builder.ToString();
    }
}
