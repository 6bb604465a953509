using Otedama.Core;

namespace Otedama.Pool;

/// <summary>What our own coin nodes say about the block that a share would be.</summary>
public enum CoinView
{
    /// <summary>They would have it mined just so.</summary>
    Right,

    /// <summary>They know the block before it, and want other bits.</summary>
    Wrong,

    /// <summary>They do not know the block before it, or offer nothing.</summary>
    Unknown,
}

/// <summary>What our own coin nodes offered to mine on lately: the two newest heights. Any thread.</summary>
public sealed class CoinTips
{
    /// <summary>Nodes can disagree for a while; more than these few at two heights they never do.</summary>
    private const int Max = 8;

    private readonly Lock _gate = new();
    private readonly List<(Hash256 Previous, uint Height, uint Bits)> _known = [];
    private uint _highest;

    /// <summary>Height of the newest work; 0 before the first.</summary>
    public uint Height => Volatile.Read(ref _highest);

    public void Note(Template template)
    {
        (Hash256, uint, uint) tip = (template.PreviousHash, (uint)template.Height, template.Bits);
        lock (_gate)
        {
            if (_known.Contains(tip))
            {
                return;
            }
            _known.Add(tip);
            _highest = Math.Max(_highest, tip.Item2);
            _known.RemoveAll(known => known.Height + 1 < _highest);
            if (_known.Count > Max)
            {
                _known.RemoveAt(0);
            }
        }
    }

    /// <summary>bits: of the header.</summary>
    public CoinView See(Hash256 previous, uint height, uint bits)
    {
        lock (_gate)
        {
            foreach ((Hash256 Previous, uint Height, uint Bits) known in _known)
            {
                if (known.Previous == previous && known.Height == height)
                {
                    return known.Bits == bits ? CoinView.Right : CoinView.Wrong;
                }
            }
            return CoinView.Unknown;
        }
    }
}
