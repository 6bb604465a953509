using System.Text.Json;
using Otedama.Core;

namespace Otedama.Wire;

/// <summary>The JSON-RPC answer around a result, found without copying.</summary>
internal readonly struct RpcEnvelope
{
    /// <summary>Where the value of "result" lies; default when null or missing.</summary>
    public Range Result { get; private init; }

    public bool HasError { get; private init; }

    public int ErrorCode { get; private init; }

    public string ErrorMessage { get; private init; }

    /// <summary>False when the text is not one JSON object with "result" or "error" in it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, out RpcEnvelope envelope)
    {
        envelope = default;
        try
        {
            return Read(json, out envelope);
        }
        catch (JsonException)
        {
            return false;
        }
        catch (InvalidOperationException)
        {
            return false; // a string that is not UTF-8
        }
    }

    private static bool Read(ReadOnlySpan<byte> json, out RpcEnvelope envelope)
    {
        envelope = default;
        Utf8JsonReader reader = new(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }
        bool known = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isResult = reader.ValueTextEquals("result"u8);
            bool isError = reader.ValueTextEquals("error"u8);
            known |= isResult || isError;
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            if (isError && reader.TokenType != JsonTokenType.Null)
            {
                envelope = ReadError(ref reader, envelope.Result);
                continue;
            }
            bool isNull = reader.TokenType == JsonTokenType.Null;
            reader.Skip();
            if (isResult && !isNull)
            {
                envelope = envelope with { Result = start..(int)reader.BytesConsumed };
            }
        }
        while (reader.Read())
        {
            // Reads to the end, where text after the object throws.
        }
        return known;
    }

    private static RpcEnvelope ReadError(ref Utf8JsonReader reader, Range result)
    {
        int code = 0;
        string message = "";
        if (reader.TokenType == JsonTokenType.String)
        {
            message = reader.GetString()!;
        }
        else if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isCode = reader.ValueTextEquals("code"u8);
                bool isMessage = reader.ValueTextEquals("message"u8);
                reader.Read();
                if (isCode && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int number))
                {
                    code = number;
                }
                else if (isMessage && reader.TokenType == JsonTokenType.String)
                {
                    message = reader.GetString()!;
                }
                reader.Skip();
            }
        }
        else
        {
            reader.Skip();
        }
        return new RpcEnvelope { Result = result, HasError = true, ErrorCode = code, ErrorMessage = Hex.Shorten(message) };
    }
}
