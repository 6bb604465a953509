using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Otedama.Core;

namespace Otedama.Mining;

/// <summary>The lines our client writes. Each ends with LF.</summary>
internal static class StratumLines
{
    // Pools parse with C libraries of every age: leave + < > & as they are instead of escaping them.
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Configure(IBufferWriter<byte> output, int id, uint mask) => Request(output, id, "mining.configure", json =>
    {
        json.WriteStartArray();
        json.WriteStringValue("version-rolling");
        json.WriteEndArray();
        json.WriteStartObject();
        json.WriteString("version-rolling.mask", $"{mask:x8}");
        json.WriteNumber("version-rolling.min-bit-count", 2);
        json.WriteEndObject();
    });

    public static void Subscribe(IBufferWriter<byte> output, int id, string userAgent, string? session) =>
        Request(output, id, "mining.subscribe", json =>
        {
            json.WriteStringValue(userAgent);
            if (session is not null)
            {
                json.WriteStringValue(session);
            }
        });

    public static void Authorize(IBufferWriter<byte> output, int id, string user, string password) =>
        Request(output, id, "mining.authorize", json =>
        {
            json.WriteStringValue(user);
            json.WriteStringValue(password);
        });

    public static void SuggestDifficulty(IBufferWriter<byte> output, int id, double difficulty) =>
        Request(output, id, "mining.suggest_difficulty", json => json.WriteNumberValue((decimal)difficulty));

    public static void Bare(IBufferWriter<byte> output, int id, string method) => Request(output, id, method, null);

    /// <summary>versionBits: null when rolling was not negotiated.</summary>
    public static void Submit(
        IBufferWriter<byte> output, int id, string user, string jobId, in Candidate candidate, int extranonce1Length, uint? versionBits)
    {
        using Utf8JsonWriter json = new(output, s_options);
        Begin(json, id, "mining.submit");
        json.WriteStringValue(user);
        json.WriteStringValue(jobId);
        json.WriteStringValue(Hex.Encode(candidate.Extranonce.Span[extranonce1Length..]));
        json.WriteStringValue($"{candidate.Time:x8}");
        json.WriteStringValue($"{candidate.Nonce:x8}");
        if (versionBits is uint bits)
        {
            json.WriteStringValue($"{bits:x8}");
        }
        End(json, output);
    }

    /// <summary>A reply to the pool's own request, with the id as it came.</summary>
    public static void Reply(IBufferWriter<byte> output, JsonElement id, string? result, string? error)
    {
        using Utf8JsonWriter json = new(output, s_options);
        json.WriteStartObject();
        json.WritePropertyName("id");
        id.WriteTo(json);
        json.WriteString("result", result);
        json.WritePropertyName("error");
        if (error is null)
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteStartArray();
            json.WriteNumberValue(20);
            json.WriteStringValue(error);
            json.WriteNullValue();
            json.WriteEndArray();
        }
        json.WriteEndObject();
        json.Flush();
        output.Write("\n"u8);
    }

    private static void Request(IBufferWriter<byte> output, int id, string method, Action<Utf8JsonWriter>? parameters)
    {
        using Utf8JsonWriter json = new(output, s_options);
        Begin(json, id, method);
        parameters?.Invoke(json);
        End(json, output);
    }

    private static void Begin(Utf8JsonWriter json, int id, string method)
    {
        json.WriteStartObject();
        json.WriteNumber("id", id);
        json.WriteString("method", method);
        json.WriteStartArray("params");
    }

    private static void End(Utf8JsonWriter json, IBufferWriter<byte> output)
    {
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        output.Write("\n"u8);
    }
}
