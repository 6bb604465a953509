using System.Numerics;
using System.Runtime.CompilerServices;

namespace Otedama.Core;

/// <summary>
/// A bounded queue of structs from many producers to one consumer, without locks: the way between threads on the path
/// of a share. What one producer puts in comes out in its order; full is an answer, not a wait.
/// </summary>
/// <remarks>
/// Each slot has a sequence number. Slot i is free for position p (p mod capacity = i) when its number is p, holds the
/// item of p when it is p + 1, and becomes free for p + capacity when the consumer sets it so. Producers claim a
/// position by compare-and-swap on the tail; the consumer alone moves the head.
/// </remarks>
public sealed class HandoffRing<T>
    where T : struct
{
    private readonly Slot[] _slots;
    private readonly long _mask;
    private readonly Parking _parking;
    private readonly Func<bool> _hasItem;
    private PaddedLong _tail; // written by producers
    private PaddedLong _head; // written by the consumer, read by anyone who asks for Count

    /// <param name="capacity">A power of two from 2 to 2^24.</param>
    /// <param name="parking">Where the consumer waits, when it has several rings; null for a place of its own.</param>
    public HandoffRing(int capacity, Parking? parking = null)
    {
        if (capacity is < 2 or > (1 << 24) || !BitOperations.IsPow2(capacity))
        {
            throw new ArgumentOutOfRangeException(
                nameof(capacity), $"ring capacity {capacity} is not a power of two from 2 to 16777216");
        }
        _parking = parking ?? new Parking();
        _hasItem = HasItem;
        _slots = new Slot[capacity];
        _mask = capacity - 1;
        for (int i = 0; i < capacity; i++)
        {
            _slots[i].Sequence = i;
        }
    }

    public int Capacity => _slots.Length;

    /// <summary>Items in the ring, seen from outside: exact only while nobody moves.</summary>
    public int Count => (int)Math.Clamp(Volatile.Read(ref _tail.Value) - Volatile.Read(ref _head.Value), 0, _slots.Length);

    /// <summary>Any thread. False when the ring is full.</summary>
    public bool TryEnqueue(in T item)
    {
        Slot[] slots = _slots;
        long position = Volatile.Read(ref _tail.Value);
        while (true)
        {
            ref Slot slot = ref slots[(int)(position & _mask)];
            long lead = Volatile.Read(ref slot.Sequence) - position;
            if (lead < 0)
            {
                return false; // still holds the item of one round ago
            }
            if (lead == 0)
            {
                long seen = Interlocked.CompareExchange(ref _tail.Value, position + 1, position);
                if (seen == position)
                {
                    slot.Item = item;
                    Volatile.Write(ref slot.Sequence, position + 1);
                    _parking.WakeIfParked();
                    return true;
                }
                position = seen;
            }
            else
            {
                position = Volatile.Read(ref _tail.Value);
            }
        }
    }

    /// <summary>The consumer only. Moves up to destination.Length items out and returns how many.</summary>
    public int Dequeue(Span<T> destination)
    {
        Slot[] slots = _slots;
        long head = _head.Value;
        int taken = 0;
        while (taken < destination.Length)
        {
            ref Slot slot = ref slots[(int)(head & _mask)];
            if (Volatile.Read(ref slot.Sequence) != head + 1)
            {
                break;
            }
            destination[taken++] = slot.Item;
            if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            {
                slot.Item = default; // or the ring would keep what the item refers to alive
            }
            Volatile.Write(ref slot.Sequence, head + slots.Length);
            head++;
        }
        Volatile.Write(ref _head.Value, head);
        return taken;
    }

    /// <summary>
    /// The consumer only. Sleeps until there is an item, Wake is called or the time is over; true when there is an
    /// item.
    /// </summary>
    public bool Wait(TimeSpan timeout)
    {
        if (HasItem())
        {
            return true;
        }
        _parking.Wait(timeout, _hasItem);
        return HasItem();
    }

    /// <summary>Any thread. Ends a Wait early.</summary>
    public void Wake() => _parking.Wake();

    /// <summary>The consumer only.</summary>
    public bool HasItem()
    {
        long head = _head.Value;
        return Volatile.Read(ref _slots[(int)(head & _mask)].Sequence) == head + 1;
    }

    private struct Slot
    {
        public long Sequence;
        public T Item;
    }
}
