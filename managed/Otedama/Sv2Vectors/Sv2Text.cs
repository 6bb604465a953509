using System.Globalization;
using System.Text.Json;
using Otedama.Core;

namespace Otedama;

/// <summary>Values of JSON as vectors write them.</summary>
internal static class Sv2Text
{
    /// <summary>Longest text of a value that a report repeats, characters.</summary>
    private const int ShownMax = 80;

    public static string Text(string key, JsonElement value) => value.ValueKind == JsonValueKind.String
        ? value.GetString()! : throw new FormatException($"\"{key}\" is {Kind(value)}, a text is needed");

    public static byte[] Bytes(string key, JsonElement value)
    {
        string text = Text(key, value);
        byte[] bytes = new byte[text.Length / 2];
        return text.Length % 2 == 0 && Hex.TryDecode(text, bytes, out int written) && written == bytes.Length
            ? bytes : throw new FormatException($"\"{key}\" is not hex with an even number of digits");
    }

    /// <summary>A number, or its decimal digits in a text.</summary>
    public static ulong Number(string key, JsonElement value, ulong max)
    {
        ulong number = 0;
        bool good = value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetUInt64(out number),
            JsonValueKind.String => ulong.TryParse(value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out number),
            _ => false,
        };
        return good && number <= max
            ? number : throw new FormatException($"\"{key}\" is no whole number from 0 to {max}");
    }

    public static float Float(string key, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => (float)value.GetDouble(),
        JsonValueKind.String when float.TryParse(
            value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out float number) => number,
        _ => throw new FormatException($"\"{key}\" is no number"),
    };

    public static string Kind(JsonElement value) => value.ValueKind.ToString().ToLowerInvariant();

    /// <summary>"expected X, got Y", or null when they are the same.</summary>
    public static string? Differs(string what, ReadOnlySpan<byte> expected, ReadOnlySpan<byte> got) =>
        expected.SequenceEqual(got) ? null : $"{what}: expected {Shown(expected)}, got {Shown(got)}";

    public static string? Differs(string what, string expected, string got) => expected == got ? null
        : $"{what}: expected {Shown(expected)}, got {Shown(got)}";

    public static string? Differs(string what, long expected, long got) => expected == got ? null
        : $"{what}: expected {expected}, got {got}";

    public static string Shown(ReadOnlySpan<byte> bytes) => bytes.Length == 0 ? "nothing"
        : bytes.Length * 2 <= ShownMax * 2 ? Convert.ToHexStringLower(bytes)
        : $"{Convert.ToHexStringLower(bytes[..ShownMax])}... ({bytes.Length} bytes)";

    public static string Shown(string text) => text.Length <= ShownMax ? $"\"{text}\"" : $"\"{text[..ShownMax]}...\"";
}
