using System.Globalization;
using System.Text.Json;

namespace Otedama.Asic;

/// <summary>
/// Takes values out of replies whatever type a firmware gave them: a figure may be a string, a flag a number or a
/// letter.
/// What is absent, of no use, or was inf or nan (TolerantJson's -0) is null.
/// </summary>
public static class ReplyValues
{
    /// <summary>Longest text that is kept of one field: names, versions and messages are shorter.</summary>
    public const int TextMax = 256;

    /// <summary>A member by the first of these names that is there; names are matched as written.</summary>
    public static JsonElement? Member(this JsonElement from, params ReadOnlySpan<string> names)
    {
        if (from.ValueKind != JsonValueKind.Object)
        {
            return null;
        }
        foreach (string name in names)
        {
            if (from.TryGetProperty(name, out JsonElement found) && found.ValueKind != JsonValueKind.Null)
            {
                return found;
            }
        }
        return null;
    }

    public static double? Number(this JsonElement from, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (from.Member(name) is { } member && Number(member) is double value)
            {
                return value;
            }
        }
        return null;
    }

    /// <summary>Larger figures are rubbish, and none becomes infinite in other units.</summary>
    private const double Most = 1e20;

    /// <summary>The figure itself; a string may carry a percent sign or a unit after a space.</summary>
    public static double? Number(this JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number)
        {
            return value.GetRawText() != "-0" && value.TryGetDouble(out double number) && Math.Abs(number) < Most
                ? number : null;
        }
        if (value.ValueKind != JsonValueKind.String || value.GetString() is not { Length: > 0 and < 64 } text)
        {
            return null;
        }
        text = text.Trim().TrimEnd('%');
        int space = text.IndexOf(' ', StringComparison.Ordinal);
        text = space > 0 ? text[..space] : text;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double parsed)
            && Math.Abs(parsed) < Most ? parsed : null;
    }

    /// <summary>A count of things: not negative, without its fraction.</summary>
    public static ulong? Count(this JsonElement from, params ReadOnlySpan<string> names) =>
        from.Number(names) is double value and >= 0 and < 1.8e19 ? (ulong)value : null;

    public static int? Integer(this JsonElement from, params ReadOnlySpan<string> names) =>
        from.Number(names) is double value and > int.MinValue and < int.MaxValue ? (int)value : null;

    /// <summary>Text, or a figure as it was written; at most TextMax characters; not empty.</summary>
    public static string? Text(this JsonElement from, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (from.Member(name) is { } member && Text(member) is { } text)
            {
                return text;
            }
        }
        return null;
    }

    public static string? Text(this JsonElement value)
    {
        string? text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number when value.GetRawText() != "-0" => value.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => null,
        };
        text = text?.Trim();
        return text is null or "" ? null : text.Length > TextMax ? text[..TextMax] : text;
    }

    /// <summary>true, 1, "Y", "true", "yes", "on" and their opposites.</summary>
    public static bool? Flag(this JsonElement from, params ReadOnlySpan<string> names) => from.Member(names) switch
    {
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.Number } number => number.Number() is double value ? value != 0 : null,
        { ValueKind: JsonValueKind.String } text => text.GetString()!.Trim().ToUpperInvariant() switch
        {
            "Y" or "YES" or "TRUE" or "ON" or "1" => true,
            "N" or "NO" or "FALSE" or "OFF" or "0" => false,
            _ => null,
        },
        _ => null,
    };

    /// <summary>The objects of a list, at most that many; an object alone counts as a list of one.</summary>
    public static IEnumerable<JsonElement> Objects(this JsonElement? from, int most) => from switch
    {
        { ValueKind: JsonValueKind.Array } list =>
            list.EnumerateArray().Where(static item => item.ValueKind == JsonValueKind.Object).Take(most),
        { ValueKind: JsonValueKind.Object } one => [one],
        _ => [],
    };

    /// <summary>The first object of such a section, as SUMMARY[0].</summary>
    public static JsonElement? First(this JsonElement? from, params ReadOnlySpan<string> names)
    {
        if (from is not { } root || root.Member(names) is not { } member)
        {
            return null;
        }
        foreach (JsonElement one in Objects(member, 1))
        {
            return one;
        }
        return null;
    }

    /// <summary>null for -1, which means "no sensor"; 0 C is a temperature.</summary>
    public static double? Sensed(this double? value) => value is -1 ? null : value;

    /// <summary>null when there is no positive figure: for a voltage, or where 0 stands for "not there".</summary>
    public static double? Positive(this double? value) => value is > 0 ? value : null;

    /// <summary>
    /// Times a factor, in decimal where it fits: 1069.1 GH/s are 1069100000000 H/s and not a little less.
    /// </summary>
    public static double? Times(this double? value, double factor) => value is not double given ? null
        : Math.Abs(given) < 1e12 && factor is >= 1e-6 and <= 1e15 ? (double)((decimal)given * (decimal)factor)
            : given * factor;

    /// <summary>Lower case with colons, from any usual writing; null when it is none or all zeros.</summary>
    public static string? Mac(string? text)
    {
        if (text is null)
        {
            return null;
        }
        string hex = string.Concat(text.Where(char.IsAsciiHexDigit)).ToLowerInvariant();
        bool plain = text.All(static c => char.IsAsciiHexDigit(c) || c is ':' or '-' or '.' or ' ');
        return hex.Length == 12 && plain && hex != "000000000000"
            ? string.Join(':', hex.Chunk(2).Select(static pair => new string(pair))) : null;
    }
}
