using System.Text.Json;
using System.Text.Unicode;

namespace Otedama.Wire;

/// <summary>
/// Parses request text so that every string in it can be read: the json parser itself looks at neither UTF-8 nor
/// escaped surrogates until a string is asked for, and then throws.
/// </summary>
internal static class RpcText
{
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 64 };

    /// <summary>Null when the text is not json, not UTF-8, or escapes half a surrogate pair.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> body)
    {
        if (!Utf8.IsValid(body.Span))
        {
            return null;
        }
        JsonDocument? document = null;
        try
        {
            document = JsonDocument.Parse(body, s_options);
            if (body.Span.IndexOf("\\u"u8) >= 0)
            {
                ReadStrings(document.RootElement);
            }
            return document;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            document?.Dispose();
            return null;
        }
    }

    private static void ReadStrings(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in element.EnumerateArray())
                {
                    ReadStrings(item);
                }
                break;
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    _ = property.Name;
                    ReadStrings(property.Value);
                }
                break;
            default:
                break;
        }
    }
}
