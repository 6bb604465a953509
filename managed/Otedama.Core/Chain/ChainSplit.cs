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
    /// no weight zero, the sum below 2^128; what they hold afterwards means nothing. outputsMax and dust: above zero.
    /// seed: the parent's id. None for no payees.
    /// </summary>
    public static ChainPayout[] Of(Span<ChainPayee> payees, ulong reward, int outputsMax, ulong dust, Hash256 seed) =>
        Of(payees, reward, outputsMax, dust, new SlotOrder(seed));

    /// <summary>
    /// As Of, for those who ask why: those that are paid their part exactly first, then those that hold slots, whose
    /// part is right on average only. Within both by amount descending, then key ascending.
    /// </summary>
    public static (ChainPayout[] Exact, ChainPayout[] Slots) Explain(
        Span<ChainPayee> payees, ulong reward, int outputsMax, ulong dust, Hash256 seed)
    {
        List<ChainPayout> paid = Pay(payees, reward, outputsMax, dust, new SlotOrder(seed), out int exact);
        return (Sorted(paid[..exact]), Sorted(paid[exact..]));
    }

    internal static ChainPayout[] Of(
        Span<ChainPayee> payees, ulong reward, int outputsMax, ulong dust, SlotOrder order) =>
        Sorted(Pay(payees, reward, outputsMax, dust, order, out _));

    /// <summary>exact: so many at the beginning are paid exactly.</summary>
    private static List<ChainPayout> Pay(
        Span<ChainPayee> payees, ulong reward, int outputsMax, ulong dust, SlotOrder order, out int exact)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputsMax, 1);
        ArgumentOutOfRangeException.ThrowIfZero(dust);
        exact = 0;
        if (payees.IsEmpty)
        {
            return [];
        }
        Remainder left = new(outputsMax, SumOf(payees), reward);
        List<ChainPayout> paid = new(Math.Min(outputsMax, payees.Length));
        int remaining = PayExactly(payees, dust, ref left, paid);
        exact = paid.Count;
        if (remaining > 0)
        {
            PaySlots(payees[..remaining], dust, left, order, paid);
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
    /// Steps 2 and 3. Returns how many payees remain, at the front. Who is paid last leaves nothing over: his part is
    /// all.
    /// </summary>
    private static int PayExactly(Span<ChainPayee> payees, ulong dust, ref Remainder left, List<ChainPayout> paid)
    {
        PayeeHeap heap = new(payees);
        while (heap.Count > 0)
        {
            ChainPayee first = heap.First;
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
            left = new Remainder(left.Outputs - 1, left.Weight - first.Weight, left.Reward - part);
            heap.DropFirst();
        }
        return heap.Count;
    }

    /// <summary>Steps 4 and 5.</summary>
    private static void PaySlots(
        Span<ChainPayee> payees, ulong dust, Remainder left, SlotOrder order, List<ChainPayout> paid)
    {
        ulong room = Math.Min(left.Reward / dust, (ulong)Math.Min(left.Outputs, payees.Length));
        uint slots = Math.Max(1, (uint)room);
        order.Sort(payees);
        UInt128 offset = order.Offset(left.Weight);
        UInt128 end = UInt128.Zero;
        uint taken = 0;
        ulong before = 0;
        foreach (ChainPayee payee in payees)
        {
            end += payee.Weight;
            uint from = taken;
            while (taken < slots && SlotAt(taken, slots, offset, left.Weight) < end)
            {
                taken++;
            }
            if (taken == from)
            {
                continue;
            }
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
