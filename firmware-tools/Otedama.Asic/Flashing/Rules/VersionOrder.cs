using System.Globalization;

namespace Otedama.Asic;

/// <summary>Which of two versions is newer: v2.14.2 after v2.9.0, v2.14.0 after v2.14.0-rc1. Pure.</summary>
public static class VersionOrder
{
    private const int NumbersMax = 6;

    /// <summary>Below 0 = a is older, 0 = the same, above = newer; null = one of them is no version in
    /// numbers.</summary>
    public static int? Compare(string? a, string? b)
    {
        if (Read(a) is not { } first || Read(b) is not { } second)
        {
            return a is not null && a == b ? 0 : null;
        }
        for (int i = 0; i < NumbersMax; i++)
        {
            if (first.Numbers[i] != second.Numbers[i])
            {
                return first.Numbers[i] < second.Numbers[i] ? -1 : 1;
            }
        }
        return (first.Tail.Length, second.Tail.Length) switch
        {
            (0, 0) => 0,
            (0, _) => 1, // a release comes after what led to it
            (_, 0) => -1,
            _ => Math.Sign(string.CompareOrdinal(first.Tail, second.Tail)),
        };
    }

    private static (long[] Numbers, string Tail)? Read(string? text)
    {
        string plain = (text ?? "").Trim().TrimStart('v', 'V');
        int end = plain.IndexOfAny(['-', '+', ' ', '_']);
        string rest = end < 0 ? "" : plain[(end + 1)..];
        string[] parts = (end < 0 ? plain : plain[..end]).Split('.');
        long[] numbers = new long[NumbersMax];
        if (parts.Length > NumbersMax)
        {
            return null;
        }
        for (int i = 0; i < parts.Length; i++)
        {
            if (!long.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
            {
                return null;
            }
        }
        return (numbers, rest);
    }
}
