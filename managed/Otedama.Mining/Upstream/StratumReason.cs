using Otedama.Wire;

namespace Otedama.Mining;

/// <summary>Reads a pool's error, which comes as [code, text, detail], as an object or as bare text.</summary>
internal static class StratumReason
{
    private const int TextMax = 200;

    public static string Read(JsonValue error)
    {
        JsonValue text = error.IsArray ? error.Element(1) : error.IsObject ? error.Member("message"u8) : error;
        string reason = text.GetText(TextMax);
        return reason.Length > 0 ? reason : "no reason given";
    }

    public static bool IsStale(JsonValue error, string reason)
    {
        JsonValue code = error.IsArray ? error.Element(0) : error.Member("code"u8);
        bool notFound = code.TryGetInt64(out long number) && number == (int)StratumError.JobNotFound;
        return notFound || reason.Contains("stale", StringComparison.OrdinalIgnoreCase);
    }
}
