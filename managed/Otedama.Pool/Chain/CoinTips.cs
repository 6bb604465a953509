using Otedama.Core;
using Otedama.Wire;

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

    /// <summary>
    /// Heights behind ours up to which a share's bits are compared with today's; what is older nobody builds on.
    /// </summary>
    private const uint ComparedBehind = 144;

    /// <summary>So much easier than today's a coin block of these heights may be: a retarget's most.</summary>
    private const uint EasierMax = 4;

    private readonly Lock _gate = new();
    private readonly List<(Hash256 Previous, uint Height, uint Bits)> _known = [];
    private uint _highest;
    private PeerCoinTip _tip;

    /// <summary>The tip is another one. Raised on any thread.</summary>
    public event Action? Moved;

    /// <summary>Height of the newest work; 0 before the first.</summary>
    public uint Height => Volatile.Read(ref _highest);

    /// <summary>The block that is mined on, and its height; zero before the first work.</summary>
    public PeerCoinTip Tip
    {
        get
        {
            lock (_gate)
            {
                return _tip;
            }
        }
    }

    public void Note(Template template)
    {
        uint height = (uint)template.Height;
        bool isMoved;
        lock (_gate)
        {
            isMoved = _tip.Id != template.PreviousHash;
            _tip = new PeerCoinTip(template.PreviousHash, height - 1);
            Remember((template.PreviousHash, height, template.Bits));
        }
        if (isMoved)
        {
            Moved?.Invoke();
        }
    }

    private void Remember((Hash256 Previous, uint Height, uint Bits) work)
    {
        if (_known.Contains(work))
        {
            return;
        }
        _known.Add(work);
        _highest = Math.Max(_highest, work.Height);
        _known.RemoveAll(known => known.Height + 1 < _highest);
        if (_known.Count > Max)
        {
            _known.RemoveAt(0);
        }
    }

    /// <summary>
    /// As See for a block of which nobody says the height; height: what it has, 0 where its parent is not known.
    /// </summary>
    public CoinView See(Hash256 previous, uint bits, out uint height)
    {
        lock (_gate)
        {
            int at = _known.FindLastIndex(known => known.Previous == previous);
            height = at < 0 ? 0 : _known[at].Height;
            return at < 0 ? CoinView.Unknown
                : _known.Exists(known => known.Previous == previous && known.Bits == bits) ? CoinView.Right
                : CoinView.Wrong;
        }
    }

    /// <summary>
    /// Whether these can be the bits of a block on `previous`. Of blocks that our nodes do not offer work on, as those
    /// of a rival of theirs are, only the magnitude can be told; it is what counts, because bits that are too easy make
    /// the next share's window short, and whoever is in it is paid alone.
    /// </summary>
    public bool Allows(Hash256 previous, uint height, uint bits)
    {
        if (See(previous, height, bits) is not CoinView.Unknown and CoinView seen)
        {
            return seen == CoinView.Right;
        }
        lock (_gate)
        {
            return _known.Count == 0 || height + ComparedBehind < _highest || _known.Exists(known =>
                WorkOf(bits) * EasierMax >= WorkOf(known.Bits));
        }
    }

    private static double WorkOf(uint bits) => (double)Target.FromCompact(bits).ToWork();

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
