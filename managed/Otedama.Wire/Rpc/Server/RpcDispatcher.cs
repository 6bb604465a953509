using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Otedama.Wire;

/// <summary>An HTTP status and a body: what one POST is answered with.</summary>
public readonly record struct RpcReply(int Status, ReadOnlyMemory<byte> Body);

/// <summary>
/// JSON-RPC as Bitcoin Core speaks it, without the transport: version 1 replies carry result, error and id with an
/// HTTP status per error; version 2 replies carry one of the two with status 200. Batches are answered in order.
/// </summary>
public sealed class RpcDispatcher(IEnumerable<RpcMethod> methods, ILogger logger)
{
    /// <summary>Calls in one batch; more is refused whole.</summary>
    public const int BatchMax = 1000;

    /// <summary>Replies of one batch together; what exceeds it is answered with an error.</summary>
    private const int ReplyBytesMax = 64 << 20;

    /// <summary>Apostrophes and angle brackets as they are: nobody puts these answers into a page.</summary>
    private static readonly JsonWriterOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dictionary<string, RpcMethod> _methods = methods.ToDictionary(method => method.Name, StringComparer.Ordinal);

    public IEnumerable<RpcMethod> Methods => _methods.Values;

    public async Task<RpcReply> HandleAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        using JsonDocument? document = RpcText.Parse(body);
        if (document is null)
        {
            return Fault(default, default, new RpcFault(RpcFaultCode.ParseError, "Parse error"));
        }
        return document.RootElement.ValueKind switch
        {
            JsonValueKind.Object => await OneAsync(document.RootElement, cancellation),
            JsonValueKind.Array => await BatchAsync(document.RootElement, cancellation),
            _ => Fault(default, default, new RpcFault(RpcFaultCode.ParseError, "Top-level object parse error")),
        };
    }

    private async Task<RpcReply> BatchAsync(JsonElement batch, CancellationToken cancellation)
    {
        int count = batch.GetArrayLength();
        if (count > BatchMax)
        {
            return Fault(default, default, new RpcFault(RpcFaultCode.InvalidRequest, $"batch of {count} calls; at most {BatchMax} are allowed"));
        }
        ArrayBufferWriter<byte> body = new();
        body.Write("["u8);
        bool any = false;
        foreach (JsonElement request in batch.EnumerateArray())
        {
            RpcReply reply = body.WrittenCount > ReplyBytesMax
                ? Fault(request, default, new RpcFault(RpcFaultCode.Misc, "the batch's answers exceed 64 MiB; ask in smaller batches"))
                : await OneAsync(request, cancellation);
            if (reply.Status == 204)
            {
                continue;
            }
            if (any)
            {
                body.Write(","u8);
            }
            body.Write(reply.Body.Span.TrimEnd((byte)'\n'));
            any = true;
        }
        body.Write("]\n"u8);
        bool silent = !any && count > 0; // notifications only
        return silent ? new RpcReply(204, default) : new RpcReply(200, body.WrittenMemory);
    }

    private async Task<RpcReply> OneAsync(JsonElement request, CancellationToken cancellation)
    {
        JsonElement id = default;
        bool second = false;
        try
        {
            if (request.ValueKind != JsonValueKind.Object)
            {
                throw new RpcFault(RpcFaultCode.InvalidRequest, "Invalid Request object");
            }
            bool hasId = request.TryGetProperty("id", out id);
            second = IsSecondVersion(request);
            ArrayBufferWriter<byte> result = await CallAsync(request, cancellation);
            return second && !hasId ? new RpcReply(204, default) : new RpcReply(200, Envelope(id, second, result.WrittenMemory, null));
        }
        catch (RpcFault fault)
        {
            return Fault(request, id, fault, second);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            RpcLog.MethodFailed(logger, error, MethodName(request));
            return Fault(request, id, new RpcFault(RpcFaultCode.InternalError, $"internal error: {error.Message}"), second);
        }
    }

    private async Task<ArrayBufferWriter<byte>> CallAsync(JsonElement request, CancellationToken cancellation)
    {
        if (!request.TryGetProperty("method", out JsonElement name) || name.ValueKind == JsonValueKind.Null)
        {
            throw new RpcFault(RpcFaultCode.InvalidRequest, "Missing method");
        }
        if (name.ValueKind != JsonValueKind.String)
        {
            throw new RpcFault(RpcFaultCode.InvalidRequest, "Method must be a string");
        }
        request.TryGetProperty("params", out JsonElement parameters);
        if (parameters.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object or JsonValueKind.Null or JsonValueKind.Undefined))
        {
            throw new RpcFault(RpcFaultCode.InvalidRequest, "Params must be an array or object");
        }
        if (!_methods.TryGetValue(name.GetString()!, out RpcMethod? method))
        {
            throw new RpcFault(RpcFaultCode.MethodNotFound, "Method not found");
        }
        ArrayBufferWriter<byte> result = new();
        using (Utf8JsonWriter writer = new(result, s_plain))
        {
            await method.Handler(RpcCall.Bind(method, parameters), writer, cancellation);
        }
        return result;
    }

    private static bool IsSecondVersion(JsonElement request)
    {
        if (!request.TryGetProperty("jsonrpc", out JsonElement version))
        {
            return false;
        }
        return version.ValueKind == JsonValueKind.String
            ? version.GetString() == "2.0"
            : throw new RpcFault(RpcFaultCode.InvalidRequest, "jsonrpc field must be a string");
    }

    private static RpcReply Fault(JsonElement request, JsonElement id, RpcFault fault, bool second = false)
    {
        bool known = id.ValueKind != JsonValueKind.Undefined;
        JsonElement shown = known || request.ValueKind != JsonValueKind.Object || !request.TryGetProperty("id", out JsonElement found) ? id : found;
        int status = fault.Code switch
        {
            _ when second => 200,
            RpcFaultCode.InvalidRequest => 400,
            RpcFaultCode.MethodNotFound => 404,
            _ => 500,
        };
        return new RpcReply(status, Envelope(shown, second, default, fault));
    }

    private static ReadOnlyMemory<byte> Envelope(JsonElement id, bool second, ReadOnlyMemory<byte> result, RpcFault? fault)
    {
        ArrayBufferWriter<byte> body = new(result.Length + 64);
        using (Utf8JsonWriter writer = new(body, s_plain))
        {
            writer.WriteStartObject();
            if (second)
            {
                writer.WriteString("jsonrpc", "2.0");
            }
            if (fault is null)
            {
                writer.WritePropertyName("result");
                writer.WriteRawValue(result.Span, skipInputValidation: true);
            }
            else if (!second)
            {
                writer.WriteNull("result");
            }
            WriteError(writer, second, fault);
            writer.WritePropertyName("id");
            WriteId(writer, id);
            writer.WriteEndObject();
        }
        body.Write("\n"u8);
        return body.WrittenMemory;
    }

    private static void WriteError(Utf8JsonWriter writer, bool second, RpcFault? fault)
    {
        if (fault is not null)
        {
            writer.WriteStartObject("error");
            writer.WriteNumber("code", fault.Code);
            writer.WriteString("message", fault.Message);
            writer.WriteEndObject();
        }
        else if (!second)
        {
            writer.WriteNull("error");
        }
    }

    /// <summary>Echoes the caller's id as it came; a structure instead of a simple value is answered null.</summary>
    private static void WriteId(Utf8JsonWriter writer, JsonElement id)
    {
        if (id.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)
        {
            id.WriteTo(writer);
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    private static string MethodName(JsonElement request) =>
        request.TryGetProperty("method", out JsonElement name) && name.ValueKind == JsonValueKind.String ? name.GetString()! : "?";
}
