using System.Globalization;
using System.Text;

namespace Otedama.Core;

/// <summary>
/// Makes a stranger's text fit to be shown. A terminal obeys control characters, and the invisible characters of
/// Unicode (direction marks, joiners, line separators) make a name look like another one or turn a line around. Each
/// such character is written as its number: "\x1b", "\u202e", "\U000e0041".
/// </summary>
public static class PlainText
{
    /// <summary>One line: line breaks are written as "\n" too. The same string when nothing has to change.</summary>
    public static string Of(string text) => Escape(text, keepLines: false);

    /// <summary>As Of, but line breaks stay: for text of ours that quotes a stranger's.</summary>
    public static string Lines(string text) => Escape(text, keepLines: true);

    /// <summary>True for what is shown as it is.</summary>
    public static bool IsPlain(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private static string Escape(string text, bool keepLines)
    {
        int first = FirstToEscape(text, keepLines);
        if (first < 0)
        {
            return text;
        }
        StringBuilder plain = new(text, 0, first, text.Length + 16);
        ReadOnlySpan<char> rest = text.AsSpan(first);
        while (!rest.IsEmpty)
        {
            bool whole = Rune.DecodeFromUtf16(rest, out Rune rune, out int length) == System.Buffers.OperationStatus.Done;
            if (whole && (IsPlain(rune) || (keepLines && IsLineBreak(rune.Value))))
            {
                plain.Append(rest[..length]);
            }
            else
            {
                AppendNumber(plain, whole ? rune.Value : rest[0]);
            }
            rest = rest[length..];
        }
        return plain.ToString();
    }

    private static int FirstToEscape(string text, bool keepLines)
    {
        int index = 0;
        while (index < text.Length)
        {
            bool whole = Rune.DecodeFromUtf16(text.AsSpan(index), out Rune rune, out int length) == System.Buffers.OperationStatus.Done;
            if (!whole || !(IsPlain(rune) || (keepLines && IsLineBreak(rune.Value))))
            {
                return index;
            }
            index += length;
        }
        return -1;
    }

    private static bool IsLineBreak(int value) => value is '\n' or '\r';

    private static void AppendNumber(StringBuilder text, int value) => _ = value switch
    {
        '\n' => text.Append("\\n"),
        '\r' => text.Append("\\r"),
        '\t' => text.Append("\\t"),
        < 0x100 => text.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}"),
        < 0x10000 => text.Append(CultureInfo.InvariantCulture, $"\\u{value:x4}"),
        _ => text.Append(CultureInfo.InvariantCulture, $"\\U{value:x8}"),
    };
}
