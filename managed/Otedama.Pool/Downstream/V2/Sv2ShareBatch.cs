namespace Otedama.Pool;

/// <summary>
/// Shares of one channel that were accepted and not yet told: SubmitShares.Success counts what is new since the last,
/// never a running total. Whoever sends anything else about shares flushes first, so that numbers never run
/// backwards.
/// </summary>
public sealed class Sv2ShareBatch
{
    /// <summary>Told when so many wait.</summary>
    public const int SharesMax = 16;

    /// <summary>Told when the oldest has waited so long: clients take silence for a dead pool.</summary>
    public static readonly TimeSpan AgeMax = TimeSpan.FromMilliseconds(250);

    private double _difficulty;

    public int Count { get; private set; }

    /// <summary>The newest that was accepted.</summary>
    public uint LastSequence { get; private set; }

    /// <summary>When the oldest came, in ticks of the clock that was given; meaningless when Count is 0.</summary>
    public long Since { get; private set; }

    /// <summary>Difficulty of the batch, rounded down; 0 is normal below difficulty 1.</summary>
    public ulong Sum => _difficulty >= ulong.MaxValue ? ulong.MaxValue : (ulong)_difficulty;

    public void Add(uint sequence, double difficulty, long now)
    {
        Since = Count == 0 ? now : Since;
        Count++;
        LastSequence = sequence;
        _difficulty += difficulty;
    }

    public void Clear() => (Count, _difficulty) = (0, 0);
}
