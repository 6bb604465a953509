using System.Text.Json;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>Reads the answers of submitblock and of proposals (BIP 22).</summary>
internal static class SubmitAnswer
{
    private const string NeitherWord = "an answer with neither accepted nor rejected";

    /// <summary>The reason in a result: null for JSON null, the text of a string, else the raw value.</summary>
    public static string? ReadReason(ReadOnlySpan<byte> result)
    {
        Utf8JsonReader reader = new(result);
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.Null => null,
            JsonTokenType.String => Hex.Shorten(reader.GetString()!),
            JsonTokenType.StartObject => ReadMerged(ref reader),
            _ => Hex.Shorten(System.Text.Encoding.UTF8.GetString(result)),
        };
    }

    /// <summary>
    /// submitmergedblock's object: null when this chain accepted, "inconclusive" when only a chain mined along did,
    /// else what it says was the reason.
    /// </summary>
    private static string? ReadMerged(ref Utf8JsonReader reader)
    {
        string? reason = NeitherWord;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool accepted = reader.ValueTextEquals("accepted"u8);
            bool rejected = reader.ValueTextEquals("rejected"u8);
            reader.Read();
            if (accepted)
            {
                return reader.TokenType == JsonTokenType.True ? null : "inconclusive";
            }
            if (rejected)
            {
                reason = reader.TokenType == JsonTokenType.String ? Hex.Shorten(reader.GetString()!) : "rejected";
            }
            reader.Skip();
        }
        return reason;
    }

    /// <summary>
    /// What submitblock's result says about the block. Final are null and the reasons of BIP 22, which are text; a node
    /// that answers anything else has not said what it thinks of it.
    /// </summary>
    public static (SubmitOutcome Outcome, string Reason) Read(ReadOnlySpan<byte> result)
    {
        try
        {
            string? reason = ReadReason(result);
            bool isWord = result.IsEmpty || result[0] is (byte)'n' or (byte)'"' or (byte)'{';
            return (isWord ? Interpret(reason) : SubmitOutcome.Unreachable, reason ?? "");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return (SubmitOutcome.Unreachable, "an answer that is no JSON");
        }
    }

    private static SubmitOutcome Interpret(string? reason) => reason switch
    {
        null or "" => SubmitOutcome.Accepted,
        "duplicate" => SubmitOutcome.Duplicate,
        "inconclusive" or "duplicate-inconclusive" => SubmitOutcome.Inconclusive,
        NeitherWord => SubmitOutcome.Unreachable,
        _ => SubmitOutcome.Rejected,
    };
}
