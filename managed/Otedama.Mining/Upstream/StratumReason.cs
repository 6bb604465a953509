using System.Globalization;
using Otedama.Wire;

namespace Otedama.Mining;

/// <summary>
/// Reads a pool's refusal. It comes as [code, text, detail], as an object, as bare text or as a number; beside an empty error
/// as ckpool's reject-reason; and what stands for "no error" is null, false, zero, or anything empty.
/// </summary>
internal static class StratumReason
{
    private const int TextMax = 200;

    private static readonly string[] s_stale = ["stale", "job not found", "unknown job", "invalid job id", "job expired"];

    /// <summary>Whether the reply refuses, whatever its result says.</summary>
    public static bool IsRefusal(in StratumMessage reply) => !IsEmpty(reply.Error) || !IsEmpty(reply.RejectReason);

    public static string Read(in StratumMessage reply)
    {
        string reason = TextOf(reply.RejectReason);
        reason = reason.Length > 0 ? reason : TextOf(reply.Error);
        if (reason.Length > 0)
        {
            return reason;
        }
        return TryGetCode(reply.Error, out long code) ? NameOf(code) : "no reason given";
    }

    public static bool IsStale(in StratumMessage reply, string reason) =>
        (TryGetCode(reply.Error, out long code) && code == (int)StratumError.JobNotFound)
        || s_stale.Any(word => reason.Contains(word, StringComparison.OrdinalIgnoreCase));

    public static bool IsAboutLogin(string reason) =>
        reason.Contains("authori", StringComparison.OrdinalIgnoreCase) || reason.Contains("subscribed", StringComparison.OrdinalIgnoreCase);

    private static bool IsEmpty(JsonValue value)
    {
        if (value.IsArray)
        {
            foreach (JsonValue element in value.Elements())
            {
                if (!IsEmpty(element))
                {
                    return false;
                }
            }
            return true;
        }
        if (value.IsObject)
        {
            foreach (JsonMember member in value.Members())
            {
                if (!IsEmpty(member.Value))
                {
                    return false;
                }
            }
            return true;
        }
        return value.IsAbsentOrNull || value.IsFalse || (value.IsString && value.Inner.IsEmpty)
            || (value.IsNumber && value.TryGetDouble(out double number) && number == 0);
    }

    private static string TextOf(JsonValue value)
    {
        if (value.IsArray)
        {
            foreach (JsonValue element in value.Elements())
            {
                if (element.IsString && !element.TryGetInt64(out _) && !element.Inner.IsEmpty)
                {
                    return element.GetText(TextMax);
                }
            }
            return "";
        }
        if (!value.IsObject)
        {
            return value.GetText(TextMax);
        }
        string text = value.Member("message"u8).GetText(TextMax);
        text = text.Length > 0 ? text : value.Member("reject-reason"u8).GetText(TextMax);
        return text.Length > 0 ? text : value.Member("reason"u8).GetText(TextMax);
    }

    private static bool TryGetCode(JsonValue error, out long code)
    {
        JsonValue value = error.IsArray ? error.Element(0) : error.IsObject ? error.Member("code"u8) : error;
        code = 0;
        return (value.IsNumber || value.IsString) && value.TryGetInt64(out code);
    }

    private static string NameOf(long code) => code switch
    {
        (int)StratumError.JobNotFound => "job not found",
        (int)StratumError.Duplicate => "duplicate share",
        (int)StratumError.LowDifficulty => "low difficulty share",
        (int)StratumError.Unauthorised => "unauthorized worker",
        (int)StratumError.NotSubscribed => "not subscribed",
        _ => string.Create(CultureInfo.InvariantCulture, $"code {code}"),
    };
}
