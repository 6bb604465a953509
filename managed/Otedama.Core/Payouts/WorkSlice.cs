using System.Numerics;

namespace Otedama.Core;

/// <summary>A stretch of the window: who did how much of it, in ascending order of payees. Immutable.</summary>
internal sealed class WorkSlice
{
    private WorkSlice(int[] payees, UInt128[] works, UInt128 work)
    {
        Payees = payees;
        Works = works;
        Work = work;
    }

    public int[] Payees { get; }

    /// <summary>By the same index as Payees; none is zero.</summary>
    public UInt128[] Works { get; }

    /// <summary>Sum of Works.</summary>
    public UInt128 Work { get; }

    public static WorkSlice Of(int[] payees, UInt128[] works)
    {
        UInt128 sum = UInt128.Zero;
        foreach (UInt128 work in works)
        {
            sum += work;
        }
        return new WorkSlice(payees, works, sum);
    }

    /// <summary>
    /// What each entry counts when only `counted` of Work lies in the window: by cumulative floor, so that the parts sum
    /// to `counted` exactly.
    /// </summary>
    public UInt128[] Clip(UInt128 counted)
    {
        UInt128[] parts = new UInt128[Works.Length];
        UInt128 sum = UInt128.Zero;
        UInt128 before = UInt128.Zero;
        for (int i = 0; i < parts.Length; i++)
        {
            sum += Works[i];
            UInt128 upTo = (UInt128)((BigInteger)sum * counted / Work);
            parts[i] = upTo - before;
            before = upTo;
        }
        return parts;
    }

    /// <summary>One slice of two neighbours.</summary>
    public static WorkSlice Merge(WorkSlice left, WorkSlice right)
    {
        int[] payees = new int[CountUnion(left.Payees, right.Payees)];
        UInt128[] works = new UInt128[payees.Length];
        int l = 0, r = 0;
        for (int i = 0; i < payees.Length; i++)
        {
            int next = Math.Min(PayeeAt(left, l), PayeeAt(right, r));
            UInt128 work = UInt128.Zero;
            if (PayeeAt(left, l) == next)
            {
                work += left.Works[l++];
            }
            if (PayeeAt(right, r) == next)
            {
                work += right.Works[r++];
            }
            payees[i] = next;
            works[i] = work;
        }
        return new WorkSlice(payees, works, left.Work + right.Work);
    }

    private static int CountUnion(ReadOnlySpan<int> left, ReadOnlySpan<int> right)
    {
        int l = 0, r = 0, both = 0;
        while (l < left.Length && r < right.Length)
        {
            int order = left[l].CompareTo(right[r]);
            both += order == 0 ? 1 : 0;
            l += order <= 0 ? 1 : 0;
            r += order >= 0 ? 1 : 0;
        }
        return left.Length + right.Length - both;
    }

    private static int PayeeAt(WorkSlice slice, int index) =>
        index < slice.Payees.Length ? slice.Payees[index] : int.MaxValue;
}
