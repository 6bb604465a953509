using System.Globalization;
using Otedama.Core;

namespace Otedama;

/// <summary>
/// The kinds of settings there are: each knows how to read a raw value and what to say when it cannot.
/// </summary>
internal static class SettingTypes
{
    private const int ListLimit = 256;

    /// <summary>The value of an integer that may be "none", when it is.</summary>
    public const int None = -1;

    private const string NoneWord = "none";

    /// <param name="orZero">0 is allowed too, and means that somebody else decides.</param>
    public static Setting<int> Integer(
        string key, int value, int min, int max, string help, string? notYet = null, bool orZero = false)
    {
        string allowed = $"{(orZero ? "0, or " : "")}a whole number from {min} to {max}";
        return new(key, help, "integer", allowed, value, Read, static v =>
            v.ToString(CultureInfo.InvariantCulture))
        { NotYet = notYet };

        string? Read(RawValue raw, out int result)
        {
            result = 0;
            if (ScalarText(raw, out string text) is { } problem)
            {
                return problem;
            }
            if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
            {
                return $"\"{Shorten(text)}\" is not a whole number";
            }
            if ((number < min || number > max) && !(orZero && number == 0))
            {
                return $"{number} is out of range {min} to {max}";
            }
            result = (int)number;
            return null;
        }
    }

    /// <summary>The same with a word for "not even one", which is -1: where 0 means as many as there are.</summary>
    public static Setting<int> IntegerOrNone(string key, int value, int min, int max, string help)
    {
        Setting<int> number = Integer(key, value, min, max, help);
        return new(key, help, number.TypeName, $"{number.Allowed}, or none", value, Read, static v => Show(v));

        static string Show(int count) => count == None ? NoneWord : count.ToString(CultureInfo.InvariantCulture);

        string? Read(RawValue raw, out int result)
        {
            result = None;
            if (raw is RawScalar scalar && scalar.Text.Equals(NoneWord, StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }
            string? problem = number.TryRead(raw, out object read);
            result = (int)read;
            return problem;
        }
    }

    public static Setting<decimal> Number(
        string key, decimal value, decimal min, decimal max, string help, int? decimals = null)
    {
        string allowed = string.Create(CultureInfo.InvariantCulture,
            $"a number from {min} to {max}{(decimals is null ? "" : $" with at most {decimals} decimals")}");
        return new(key, help, "number", allowed, value, Read, static v => v.ToString(CultureInfo.InvariantCulture));

        string? Read(RawValue raw, out decimal result)
        {
            result = 0;
            if (ScalarText(raw, out string text) is { } problem)
            {
                return problem;
            }
            const NumberStyles Styles = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign;
            if (!decimal.TryParse(text, Styles, CultureInfo.InvariantCulture, out result))
            {
                return $"\"{Shorten(text)}\" is not a number";
            }
            if (decimals is not null && DecimalsOf(text) > decimals)
            {
                return $"{Shorten(text)} has {DecimalsOf(text)} decimals; only {decimals} can be kept exactly";
            }
            return result >= min && result <= max
                ? null
                : string.Create(CultureInfo.InvariantCulture, $"{result} is out of range {min} to {max}");
        }

        static int DecimalsOf(string text) => text.Contains('.') ? text[(text.IndexOf('.') + 1)..].TrimEnd('0').Length
            : 0;
    }

    public static Setting<Amount> Coins(string key, string value, string help)
    {
        _ = Amount.TryParseCoins(value, out Amount defaultAmount);
        return new(key, help, "coins", "an amount of coins such as 0.1, at most 8 decimals", defaultAmount, Read,
            static v => v.ToString());

        static string? Read(RawValue raw, out Amount result)
        {
            result = default;
            if (ScalarText(raw, out string text) is { } problem)
            {
                return problem;
            }
            return Amount.TryParseCoins(text, out result) && result >= Amount.Zero
                ? null
                : $"\"{Shorten(text)}\" is not an amount of coins";
        }
    }

    public static Setting<bool> Switch(string key, bool value, string help, string? notYet = null)
    {
        return new(key, help, "switch", "true or false", value, Read, static v => v ? "true"
            : "false")
        { NotYet = notYet };

        static string? Read(RawValue raw, out bool result)
        {
            result = false;
            if (ScalarText(raw, out string text) is { } problem)
            {
                return problem;
            }
            switch (text.ToLowerInvariant())
            {
                case "true" or "yes" or "on":
                    result = true;
                    return null;
                case "false" or "no" or "off":
                    return null;
                default:
                    return $"\"{Shorten(text)}\" is neither true nor false";
            }
        }
    }

    public static Setting<string> Choice(string key, string value, string[] choices, string help, string? notYet = null)
    {
        string allowed = string.Join(", ", choices);
        return new(key, help, "choice", $"one of {allowed}", value, Read, static v => v) { NotYet = notYet };

        string? Read(RawValue raw, out string result)
        {
            string? problem = ScalarText(raw, out result);
            if (problem is not null)
            {
                return problem;
            }
            string text = result;
            result = Array.Find(choices, choice => choice.Equals(text, StringComparison.OrdinalIgnoreCase)) ?? "";
            return result.Length > 0 ? null : $"\"{Shorten(text)}\" is none of {allowed}";
        }
    }

    public static Setting<string> Text(
        string key, string value, string help, string allowed = "text", bool secret = false, string? notYet = null) =>
        new(key, help, "text", allowed, value, ScalarText, static v => v) { Secret = secret, NotYet = notYet };

    /// <summary>A relative path in a configuration file begins at the folder of that file.</summary>
    public static Setting<string> Path(string key, string help, string? notYet = null)
    {
        return new(key, help, "path", "a path", "", Read, static v => v) { Rebase = Below, NotYet = notYet };

        static string? Read(RawValue raw, out string result) => ScalarText(raw, out result)
            ?? (result.Contains('\0', StringComparison.Ordinal) ? "a path cannot hold a NUL character" : null);
    }

    /// <summary>The path as seen from a folder; an empty one stays empty.</summary>
    public static string Below(string folder, string path) => path.Length == 0 ? path
        : System.IO.Path.Combine(folder, path);

    public static Setting<IReadOnlyList<string>> List(string key, string help, string allowed, string? notYet = null)
    {
        return new(key, help, "list", allowed, [], Read, static v => $"[{string.Join(", ", v)}]") { NotYet = notYet };

        static string? Read(RawValue raw, out IReadOnlyList<string> result)
        {
            result = [];
            if (raw is RawScalar scalar)
            {
                result = Items(scalar.Text);
                return result.Count <= ListLimit ? null : $"{result.Count} entries are more than {ListLimit}";
            }
            if (raw is not RawList list || list.Items.Any(static item => item is not RawScalar))
            {
                return "expected a list of plain values";
            }
            result = [.. list.Items.Cast<RawScalar>().Select(static item => item.Text)];
            return result.Count <= ListLimit ? null : $"{result.Count} entries are more than {ListLimit}";
        }
    }

    /// <summary>The parts of "a, b" or "[a, b]". The brackets of an IPv6 address are its own.</summary>
    internal static string[] Items(string text)
    {
        string whole = text.Trim();
        bool list = whole.StartsWith('[') && whole.EndsWith(']')
            && (whole.StartsWith("[[", StringComparison.Ordinal)
            || whole.IndexOf(']', StringComparison.Ordinal) == whole.Length - 1);
        return (list ? whole[1..^1] : whole)
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    internal static string? ScalarText(RawValue raw, out string text)
    {
        text = raw is RawScalar scalar ? scalar.Text : "";
        return raw switch
        {
            RawScalar => text.Length <= 4096 ? null : "the value is longer than 4096 characters",
            RawList => "expected one value, found a list",
            _ => "expected one value, found a group of keys",
        };
    }

    /// <summary>
    /// A value as a message quotes it: one line, nothing a terminal would obey, at most 60 characters.
    /// </summary>
    internal static string Shorten(string text)
    {
        string plain = PlainText.Of(text.Length <= 60 ? text : text[..57]);
        return text.Length <= 60 && plain.Length <= 60 ? plain : plain[..Math.Min(57, plain.Length)] + "...";
    }
}
