using Otedama.Core;

namespace Otedama.Asic;

/// <summary>What a job id stands for.</summary>
/// <param name="Id">As sent.</param>
/// <param name="Job">Where it came from.</param>
/// <param name="Versions">The version of each midstate, or the base version alone.</param>
/// <param name="Mask">Bits that the chip may add.</param>
internal sealed record JobSlot(int Id, ChipJob Job, uint[] Versions, uint Mask)
{
    /// <summary>Far more than good nonces one job brings; beyond it they are taken for the same again.</summary>
    private const int SeenMax = 4096;

    private readonly HashSet<ulong> _seen = [];

    /// <summary>False: this nonce came already.</summary>
    public bool IsNew(uint version, uint nonce) => _seen.Count < SeenMax && _seen.Add(((ulong)version << 32) | nonce);
}

/// <summary>The job ids of a chain, given out round and round.</summary>
internal sealed class JobSlots(ChipFamily family)
{
    private readonly JobSlot?[] _slots = new JobSlot?[family.Slots];
    private int _last;

    /// <summary>The id of the next job.</summary>
    public int NextId() => _last = (_last + family.JobStep) % 128;

    public void Put(JobSlot slot) => _slots[slot.Id >> family.SlotShift] = slot;

    /// <summary>The job of an id; null = it was not given out, or so long ago that another has its place.</summary>
    public JobSlot? Find(int id)
    {
        int place = id >> family.SlotShift;
        return place < _slots.Length && _slots[place] is { } slot && slot.Id == id ? slot : null;
    }

    public void Clear() => Array.Clear(_slots);
}
