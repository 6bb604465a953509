using System.Diagnostics.CodeAnalysis;
using Otedama.Core;

namespace Otedama.Mining;

/// <summary>
/// Parts of one job's space that workers gave back unsearched, handed out again before new ones. Not thread-safe.
/// </summary>
internal sealed class ReturnedRanges
{
    /// <summary>More than workers that stop at once give back; what comes after is lost, not searched twice.</summary>
    public const int RangesMax = 2 * RigOptions.CpuThreadsMax;

    private readonly Queue<WorkRange> _ranges = [];

    public void Clear() => _ranges.Clear();

    public void Add(WorkRange rest)
    {
        if (rest.NonceCount > 0 && _ranges.Count < RangesMax)
        {
            _ranges.Enqueue(rest);
        }
    }

    /// <summary>The oldest one with no more versions than asked for, at most nonceCountMax nonces of it.</summary>
    public bool TryTake(Target target, ulong nonceCountMax, int versionsMax, [NotNullWhen(true)] out WorkRange? range)
    {
        range = null;
        if (!_ranges.TryPeek(out WorkRange? oldest) || oldest.Versions.Count > versionsMax)
        {
            return false;
        }
        _ranges.Dequeue();
        ulong count = Math.Min(nonceCountMax, oldest.NonceCount);
        range = oldest.Slice(oldest.NonceFirst, count, target);
        if (count < oldest.NonceCount)
        {
            Add(oldest.Slice(oldest.NonceFirst + count, oldest.NonceCount - count, target));
        }
        return true;
    }
}
