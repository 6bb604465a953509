using System.Text.Json;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>Reads the answers of submitblock and of proposals (BIP 22).</summary>
internal static class SubmitAnswer
{
    /// <summary>The reason in a result: null for JSON null, the text of a string, else the raw value.</summary>
    public static string? ReadReason(ReadOnlySpan<byte> result)
    {
        var reader = new Utf8JsonReader(result);
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.Null => null,
            JsonTokenType.String => Hex.Shorten(reader.GetString()!),
            _ => Hex.Shorten(System.Text.Encoding.UTF8.GetString(result)),
        };
    }

    public static SubmitOutcome Interpret(string? reason) => reason switch
    {
        null or "" => SubmitOutcome.Accepted,
        "duplicate" => SubmitOutcome.Duplicate,
        "inconclusive" or "duplicate-inconclusive" => SubmitOutcome.Inconclusive,
        _ => SubmitOutcome.Rejected,
    };
}
