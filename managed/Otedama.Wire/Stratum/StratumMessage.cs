using System.Text.Unicode;

namespace Otedama.Wire;

/// <summary>
/// One line of Stratum read in place: every part points into the received bytes, so the message is valid only as long
/// as they are. Reading allocates nothing and never throws.
/// </summary>
public readonly ref struct StratumMessage
{
    /// <summary>An id longer than this is not echoed; no miner sends more than a few characters.</summary>
    public const int IdBytesMax = 128;

    private StratumMessage(
        JsonValue id, JsonValue method, JsonValue parameters, JsonValue result, JsonValue error, JsonValue version, JsonValue rejectReason)
    {
        Id = id.Raw.IsEmpty || id.Raw.Length > IdBytesMax || !Utf8.IsValid(id.Raw) ? "null"u8 : id.Raw;
        IsRequestId = !id.IsAbsentOrNull;
        MethodName = method;
        Method = method.IsAbsentOrNull ? StratumMethod.None : StratumMethods.Find(method.Inner);
        Params = parameters.IsArray ? parameters : new JsonValue("[]"u8);
        Result = result;
        Error = error;
        Version = version;
        RejectReason = rejectReason;
    }

    /// <summary>The id as raw JSON, to be echoed byte for byte; "null" when absent or unusable.</summary>
    public ReadOnlySpan<byte> Id { get; }

    /// <summary>False for a notification: the id is absent or null.</summary>
    public bool IsRequestId { get; }

    public StratumMethod Method { get; }

    /// <summary>The method as sent, for logs.</summary>
    public JsonValue MethodName { get; }

    /// <summary>Always an array: missing, null and object parameters read as [].</summary>
    public JsonValue Params { get; }

    public JsonValue Result { get; }

    public JsonValue Error { get; }

    /// <summary>The jsonrpc member; absent from most miners.</summary>
    public JsonValue Version { get; }

    /// <summary>Why a share was refused, beside an empty error, as ckpool says it.</summary>
    public JsonValue RejectReason { get; }

    /// <summary>A reply carries a result or an error and no method.</summary>
    public bool IsReply => Method == StratumMethod.None && !(Result.IsAbsent && Error.IsAbsent);

    /// <summary>False when the line is not one well-formed JSON object or its method is not a string.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out StratumMessage message)
    {
        JsonValue id = default, method = default, parameters = default, result = default, error = default, version = default, rejectReason = default;
        JsonMembers members = new(line);
        while (members.MoveNext())
        {
            JsonMember member = members.Current;
            switch (member.Name)
            {
                case [(byte)'i', (byte)'d']: id = member.Value; break;
                case var name when name.SequenceEqual("method"u8): method = member.Value; break;
                case var name when name.SequenceEqual("params"u8): parameters = member.Value; break;
                case var name when name.SequenceEqual("result"u8): result = member.Value; break;
                case var name when name.SequenceEqual("error"u8): error = member.Value; break;
                case var name when name.SequenceEqual("jsonrpc"u8): version = member.Value; break;
                case var name when name.SequenceEqual("reject-reason"u8): rejectReason = member.Value; break;
                default: break; // some dialects add keys of their own
            }
        }
        bool good = !members.Failed && (method.IsAbsentOrNull || method.IsString);
        message = good ? new StratumMessage(id, method, parameters, result, error, version, rejectReason) : default;
        return good;
    }

    /// <summary>The id as an integer, also from a float or a string that holds one.</summary>
    public bool TryGetId(out long id) => new JsonValue(Id).TryGetInt64(out id);
}
