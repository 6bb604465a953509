namespace Otedama.Core;

/// <summary>When a share may say it was made (share chain rules, section 4). Milliseconds since 1970.</summary>
public static class ShareTime
{
    /// <summary>Ancestors whose times the median is of.</summary>
    public const int MedianOf = 11;

    /// <summary>
    /// What a share's time must be above: the middle, of an even number the upper. Sorts the times given.
    /// </summary>
    public static ulong Median(Span<ulong> ancestors)
    {
        ancestors.Sort();
        return ancestors[ancestors.Length / 2];
    }
}
