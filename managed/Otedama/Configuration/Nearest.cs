namespace Otedama;

/// <summary>
/// "Did you mean": the candidate with the smallest edit distance, when it is close enough to be a slip.
/// </summary>
internal static class Nearest
{
    private const int LongestCompared = 64;

    public static string? Find(string text, IEnumerable<string> candidates)
    {
        string? best = null;
        int bestDistance = Math.Max(2, text.Length / 3) + 1;
        foreach (string candidate in candidates)
        {
            int distance = Distance(text, candidate);
            if (distance < bestDistance)
            {
                (best, bestDistance) = (candidate, distance);
            }
        }
        return best;
    }

    /// <summary>Returns "; did you mean X?" or nothing.</summary>
    public static string Suggest(string text, IEnumerable<string> candidates) =>
        Find(text, candidates) is { } nearest ? $"; did you mean {nearest}?" : "";

    private static int Distance(string left, string right)
    {
        if (left.Length > LongestCompared || right.Length > LongestCompared)
        {
            return int.MaxValue;
        }
        int[] previous = [.. Enumerable.Range(0, right.Length + 1)];
        int[] current = new int[right.Length + 1];
        for (int i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int substitute = previous[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                current[j] = Math.Min(substitute, Math.Min(previous[j], current[j - 1]) + 1);
            }
            (previous, current) = (current, previous);
        }
        return previous[right.Length];
    }
}
