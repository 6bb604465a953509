using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Otedama.Mining;

/// <summary>
/// One line from a pool, read with every tolerance the wild asks for: ids as number, string or null; errors as list, object
/// or text; a missing key is null. Nothing in it is trusted yet.
/// </summary>
internal readonly struct StratumMessage
{
    private const int TextMax = 200;

    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 16, AllowTrailingCommas = true };

    private StratumMessage(JsonElement root)
    {
        Id = Member(root, "id");
        Params = Member(root, "params");
        Result = Member(root, "result");
        Error = Member(root, "error");
        JsonElement method = Member(root, "method");
        Method = method.ValueKind == JsonValueKind.String ? (method.GetString() ?? "").ToLowerInvariant() : "";
    }

    public JsonElement Id { get; }

    /// <summary>Lower case; empty for a reply.</summary>
    public string Method { get; }

    public JsonElement Params { get; }

    public JsonElement Result { get; }

    public JsonElement Error { get; }

    public bool IsReply => Method.Length == 0;

    /// <summary>The id as a number; -1 when it is none of ours.</summary>
    public long NumericId => TryNumber(Id, out double id) && id is >= 0 and < 1e15 ? (long)id : -1;

    public bool HasError => Error.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.False);

    /// <summary>Parses a line; the document lives as long as the caller keeps it. Null when it is not a JSON object.</summary>
    public static JsonDocument? TryParse(ReadOnlyMemory<byte> line, out StratumMessage message)
    {
        message = default;
        try
        {
            JsonDocument document = JsonDocument.Parse(line, s_options);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                message = new StratumMessage(document.RootElement);
                return document;
            }
            document.Dispose();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            // InvalidOperationException: a string with a broken escape, found when it is read.
        }
        return null;
    }

    /// <summary>Item of a params list, or an undefined element.</summary>
    public JsonElement Param(int index) =>
        Params.ValueKind == JsonValueKind.Array && index < Params.GetArrayLength() ? Params[index] : default;

    public int ParamCount => Params.ValueKind == JsonValueKind.Array ? Params.GetArrayLength() : 0;

    /// <summary>Stratum's error code, 0 when there is none to read.</summary>
    public int ErrorCode
    {
        get
        {
            JsonElement code = Error.ValueKind switch
            {
                JsonValueKind.Array when Error.GetArrayLength() > 0 => Error[0],
                JsonValueKind.Object => Member(Error, "code"),
                _ => default,
            };
            return TryNumber(code, out double value) && value is > -1e6 and < 1e6 ? (int)value : 0;
        }
    }

    public string ErrorText
    {
        get
        {
            JsonElement text = Error.ValueKind switch
            {
                JsonValueKind.Array when Error.GetArrayLength() > 1 => Error[1],
                JsonValueKind.Object => Member(Error, "message"),
                JsonValueKind.String => Error,
                _ => default,
            };
            return TryText(text, out string value) ? Clean(value) : "no reason given";
        }
    }

    /// <summary>A number, or text that is one.</summary>
    public static bool TryNumber(JsonElement element, out double value)
    {
        value = 0;
        return element.ValueKind switch
        {
            JsonValueKind.Number => element.TryGetDouble(out value) && double.IsFinite(value),
            JsonValueKind.String => TryText(element, out string text)
                && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value),
            _ => false,
        };
    }

    public static bool TryText(JsonElement element, out string text)
    {
        text = "";
        if (element.ValueKind != JsonValueKind.String)
        {
            return false;
        }
        try
        {
            text = element.GetString() ?? "";
            return true;
        }
        catch (InvalidOperationException)
        {
            return false; // an escape that is half a surrogate pair
        }
    }

    /// <summary>Text from outside, fit for a log line: no control characters, bounded.</summary>
    public static string Clean(string text)
    {
        string cut = text.Length > TextMax ? text[..TextMax] + "..." : text;
        return string.Create(cut.Length, cut, static (span, source) =>
        {
            for (int i = 0; i < source.Length; i++)
            {
                span[i] = char.IsControl(source[i]) ? ' ' : source[i];
            }
        });
    }

    private static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? value : default;
}
