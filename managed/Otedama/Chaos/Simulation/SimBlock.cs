using Otedama.Core;

namespace Otedama;

/// <summary>A valid block of the simulated coin.</summary>
/// <param name="coinbase">Null in blocks of miners who do not use the pool.</param>
/// <param name="reward">What its coinbase may pay.</param>
internal sealed class SimBlock(Hash256 id, SimBlock? parent, int height, uint time, Transaction? coinbase,
    Amount reward)
{
    public Hash256 Id => id;

    public SimBlock? Parent => parent;

    public int Height => height;

    public uint Time => time;

    public Transaction? Coinbase => coinbase;

    public Amount Reward => reward;

    /// <summary>Mined by the pool under test.</summary>
    public bool IsOurs => Coinbase is not null;

    /// <summary>The block on this one's branch at a height that is not above it.</summary>
    public SimBlock At(int height)
    {
        SimBlock block = this;
        while (block.Height > height)
        {
            block = block.Parent!;
        }
        return block;
    }

    /// <summary>How many blocks of this one's branch are not on the other's.</summary>
    public int DepthAgainst(SimBlock other)
    {
        SimBlock mine = this, theirs = other.At(Math.Min(Height, other.Height));
        while (mine.Height > theirs.Height)
        {
            mine = mine.Parent!;
        }
        while (mine != theirs)
        {
            (mine, theirs) = (mine.Parent!, theirs.Parent!);
        }
        return Height - mine.Height;
    }

    /// <summary>Blocks have to be later than the median of the eleven before.</summary>
    public uint MedianTime
    {
        get
        {
            List<uint> times = [];
            for (SimBlock? block = this; block is not null && times.Count < 11; block = block.Parent)
            {
                times.Add(block.Time);
            }
            times.Sort();
            return times[times.Count / 2];
        }
    }
}
