using System.Text.Json;

namespace Otedama;

/// <summary>
/// Finds cases of the built-in file from which values were taken out: what is no longer there is no longer judged, and
/// such a case is no pass.
/// </summary>
internal static class Sv2Trimmed
{
    /// <summary>A sentence with the missing key, or null when the case is no part of a built-in one.</summary>
    public static string? Missing(JsonElement one, IReadOnlyList<JsonElement> known)
    {
        string? missing = null;
        foreach (JsonElement whole in known)
        {
            string? gone = null;
            if (!IsPartOf(one, whole, "", ref gone))
            {
                continue;
            }
            if (gone is null)
            {
                return null;
            }
            missing ??= gone;
        }
        return missing is null ? null
            : $"\"{missing}\" is missing, which the built-in case with all these values has: it is not judged";
    }

    /// <summary>Whether all that is in one is the same in whole; missing: the first key that is in whole alone.</summary>
    private static bool IsPartOf(JsonElement one, JsonElement whole, string path, ref string? missing)
    {
        if (one.ValueKind != whole.ValueKind)
        {
            return false;
        }
        switch (one.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in one.EnumerateObject())
                {
                    if (!whole.TryGetProperty(property.Name, out JsonElement other)
                        || !IsPartOf(property.Value, other, $"{path}{property.Name}.", ref missing))
                    {
                        return false;
                    }
                }
                foreach (JsonProperty property in whole.EnumerateObject())
                {
                    missing ??= property.Name is "name" or "note" or "source" or "kind" or "direction"
                        || one.TryGetProperty(property.Name, out _) ? null : path + property.Name;
                }
                return true;
            case JsonValueKind.Array:
                if (one.GetArrayLength() != whole.GetArrayLength())
                {
                    return false;
                }
                for (int i = 0; i < one.GetArrayLength(); i++)
                {
                    if (!IsPartOf(one[i], whole[i], $"{path}{i}.", ref missing))
                    {
                        return false;
                    }
                }
                return true;
            default:
                return one.GetRawText() == whole.GetRawText()
                    || (one.ValueKind == JsonValueKind.String && one.GetString() == whole.GetString());
        }
    }
}
