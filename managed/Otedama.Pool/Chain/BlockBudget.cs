using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// How many frames of blocks one peer may be sent before it would hold them against us: without the burst that it
/// allows on top. Where a share is often a block (test chains), some blocks go to fewer peers. One caller.
/// </summary>
internal sealed class BlockBudget
{
    private static readonly PeerRate s_rate = PeerMessageRule.Of(PeerMessage.BlockAnn)!.Rates[0];

    private double _left = s_rate.Count;
    private double _at;

    /// <summary>False when a block of so many frames would be too much. now: seconds of a monotonic clock.</summary>
    public bool TryTake(int frames, double now)
    {
        _left = Math.Min(s_rate.Count, _left + ((now - _at) * s_rate.Count / s_rate.Window.TotalSeconds));
        _at = now;
        if (_left < frames)
        {
            return false;
        }
        _left -= frames;
        return true;
    }
}
