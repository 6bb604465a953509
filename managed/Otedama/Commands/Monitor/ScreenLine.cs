using System.Text;

namespace Otedama;

/// <summary>One line of a terminal, made of styled pieces; knows how many columns it takes.</summary>
internal sealed class ScreenLine
{
    private readonly StringBuilder _text = new();

    /// <summary>Columns used.</summary>
    public int Width { get; private set; }

    /// <summary>Columns that the text takes: 2 for East Asian wide characters, 0 for combining marks.</summary>
    public static int WidthOf(string text)
    {
        int width = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            width += WidthOf(rune);
        }
        return width;
    }

    /// <summary>The text in exactly this many columns: padded, or cut with a dot-dot sign at its end.</summary>
    public static string Fit(string text, int width, bool right = false)
    {
        int has = WidthOf(text);
        if (has > width)
        {
            text = Cut(text, width - 1) + (width > 0 ? "…" : "");
            has = WidthOf(text);
        }
        string space = new(' ', Math.Max(0, width - has));
        return right ? space + text : text + space;
    }

    public ScreenLine Add(string text, ScreenStyle style = ScreenStyle.Plain)
    {
        Width += WidthOf(text);
        string code = CodeOf(style);
        _text.Append(code.Length == 0 ? text : $"\u001b[{code}m{text}\u001b[0m");
        return this;
    }

    /// <summary>Adds another line behind this one.</summary>
    public ScreenLine Append(ScreenLine other)
    {
        Width += other.Width;
        _text.Append(other._text);
        return this;
    }

    public string Render(bool colour) => colour ? _text.ToString() : Uncoloured(_text.ToString());

    private static string Cut(string text, int width)
    {
        StringBuilder cut = new();
        foreach (Rune rune in text.EnumerateRunes())
        {
            width -= WidthOf(rune);
            if (width < 0)
            {
                break;
            }
            cut.Append(rune.ToString());
        }
        return cut.ToString();
    }

    private static int WidthOf(Rune rune) => rune.Value switch
    {
        < 0x300 => 1,
        <= 0x36F => 0,
        >= 0x1100 and <= 0x115F or >= 0x2E80 and <= 0xA4CF or >= 0xAC00 and <= 0xD7A3 or >= 0xF900 and <= 0xFAFF or >= 0xFE30 and <= 0xFE6F
            or >= 0xFF00 and <= 0xFF60 or >= 0xFFE0 and <= 0xFFE6 or >= 0x1F300 and <= 0x1FAFF or >= 0x20000 and <= 0x3FFFD => 2,
        _ => 1,
    };

    private static string CodeOf(ScreenStyle style) => style switch
    {
        ScreenStyle.Strong => "1",
        ScreenStyle.Quiet => "2",
        ScreenStyle.Good => "32",
        ScreenStyle.Note => "33",
        ScreenStyle.Bad => "31",
        ScreenStyle.Reverse => "7",
        _ => "",
    };

    /// <summary>Bold, dim and reverse are no colours and stay.</summary>
    private static string Uncoloured(string text) =>
        text.Replace("\u001b[32m", "", StringComparison.Ordinal).Replace("\u001b[33m", "", StringComparison.Ordinal)
            .Replace("\u001b[31m", "", StringComparison.Ordinal);
}
