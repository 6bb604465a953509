namespace Otedama.Core;

/// <summary>A key and its work in the window.</summary>
public readonly record struct ChainPayee(PayoutKey Key, UInt128 Weight);

/// <summary>What a coinbase pays a key, in smallest units.</summary>
public readonly record struct ChainPayout(PayoutKey Key, ulong Amount);

/// <summary>
/// Weights -> payouts under a limit of outputs (share chain rules, section 7). Who is large enough is paid exactly;
/// among the others equal slots are laid out by a seed nobody can choose, so that everybody is paid his part on
/// average.
/// </summary>
public static class ChainSplit
{
    /// <summary>
    /// At most outputsMax payouts that sum to reward, by amount descending, then key ascending. payees: each key once,
    /// no weight zero, the sum below 2^128. outputsMax and dust: above zero. seed: the parent's id. None for no payees.
    /// </summary>
    public static ChainPayout[] Of(ChainPayee[] payees, ulong reward, int outputsMax, ulong dust, Hash256 seed) =>
        Of(new PayoutLine(payees, new SlotOrder(seed)), reward, outputsMax, dust);

    /// <summary>
    /// As Of, for those who ask why: those that are paid their part exactly first, then those that hold slots, whose
    /// part is right on average only. Within both by amount descending, then key ascending.
    /// </summary>
    public static (ChainPayout[] Exact, ChainPayout[] Slots) Explain(
        ChainPayee[] payees, ulong reward, int outputsMax, ulong dust, Hash256 seed)
    {
        PayoutLine line = new(payees, new SlotOrder(seed));
        List<ChainPayout> paid = Pay(line, reward, outputsMax, dust, out int exact);
        return (Sorted(paid[..exact]), Sorted(paid[exact..]));
    }

    internal static ChainPayout[] Of(PayoutLine line, ulong reward, int outputsMax, ulong dust) =>
        Sorted(Pay(line, reward, outputsMax, dust, out _));

    /// <summary>exact: so many at the beginning are paid exactly.</summary>
    private static List<ChainPayout> Pay(PayoutLine line, ulong reward, int outputsMax, ulong dust, out int exact)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputsMax, 1);
        ArgumentOutOfRangeException.ThrowIfZero(dust);
        exact = 0;
        if (line.Payees.Length == 0)
        {
            return [];
        }
        Remainder left = new(outputsMax, SumOf(line.Payees), reward);
        List<ChainPayout> paid = new(Math.Min(outputsMax, line.Payees.Length));
        bool[] isPaid = new bool[line.Payees.Length];
        PayExactly(line.Payees, dust, ref left, paid, isPaid);
        exact = paid.Count;
        if (exact < line.Payees.Length)
        {
            PaySlots(line, dust, left, paid, isPaid);
        }
        return paid;
    }

    private static ChainPayout[] Sorted(List<ChainPayout> paid)
    {
        ChainPayout[] payouts = [.. paid];
        payouts.AsSpan().Sort(static (one, other) =>
            one.Amount != other.Amount ? other.Amount.CompareTo(one.Amount) : one.Key.CompareTo(other.Key));
        return payouts;
    }

    /// <summary>
    /// Steps 2 and 3. Who is paid last leaves nothing over: his part is all.
    /// </summary>
    private static void PayExactly(
        ReadOnlySpan<ChainPayee> payees, ulong dust, ref Remainder left, List<ChainPayout> paid, bool[] isPaid)
    {
        PayeeHeap heap = new(payees);
        while (heap.Count > 0)
        {
            ref readonly ChainPayee first = ref payees[heap.First];
            ulong slots = Math.Min((ulong)left.Outputs, left.Reward / dust);
            // Weight x slots >= all, so that the part is dust at least; divided, because the product may have 137 bits.
            if (slots == 0 || first.Weight < ((left.Weight - 1) / slots) + 1)
            {
                break;
            }
            ulong part = ExactParts.OfAmount(first.Weight, left.Reward, left.Weight);
            if (left.Reward - part is not 0 && left.Reward - part < dust)
            {
                break;
            }
            paid.Add(new ChainPayout(first.Key, part));
            isPaid[heap.First] = true;
            left = new Remainder(left.Outputs - 1, left.Weight - first.Weight, left.Reward - part);
            heap.DropFirst();
        }
    }

    /// <summary>Steps 4 and 5.</summary>
    private static void PaySlots(
        PayoutLine line, ulong dust, Remainder left, List<ChainPayout> paid, bool[] isPaid)
    {
        ulong room = Math.Min(left.Reward / dust, (ulong)Math.Min(left.Outputs, line.Payees.Length - paid.Count));
        uint slots = Math.Max(1, (uint)room);
        UInt128 offset = line.Offset(left.Weight);
        UInt128 end = UInt128.Zero;
        UInt128 next = SlotAt(0, slots, offset, left.Weight);
        uint taken = 0;
        ulong before = 0;
        foreach (int place in line.InOrder)
        {
            ref readonly ChainPayee payee = ref line.Payees[place];
            end += isPaid[place] ? UInt128.Zero : payee.Weight;
            if (next >= end)
            {
                continue;
            }
            do
            {
                taken++;
                next = taken < slots ? SlotAt(taken, slots, offset, left.Weight) : UInt128.MaxValue; // above every end
            }
            while (next < end);
            ulong upTo = (ulong)ExactParts.Of(left.Reward, taken, slots);
            paid.Add(new ChainPayout(payee.Key, upTo - before));
            before = upTo;
        }
    }

    /// <summary>floor((offset + slot x all) / slots), where the sum may have more than 128 bits.</summary>
    private static UInt128 SlotAt(uint slot, uint slots, UInt128 offset, UInt128 all) =>
        (all / slots * slot) + (offset / slots) + (((offset % slots) + (all % slots * slot)) / slots);

    private static UInt128 SumOf(ReadOnlySpan<ChainPayee> payees)
    {
        UInt128 sum = UInt128.Zero;
        foreach (ChainPayee payee in payees)
        {
            sum += payee.Weight;
        }
        return sum;
    }

    /// <summary>What is left to give out: outputs, weight not paid yet, money.</summary>
    private readonly record struct Remainder(int Outputs, UInt128 Weight, ulong Reward);
}
