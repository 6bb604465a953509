using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// Shares of which our clock or our coin node does not know yet what to think. They cost their makers nothing, so that
/// the places are few, fewer still for each peer, and the time is short. Not safe for more than one thread at a time.
/// </summary>
internal sealed class HeldShares(TimeProvider time)
{
    public const int Max = 64;

    public const int MaxOfPeer = 4;

    private readonly List<Waiting> _all = [];

    public int Count => _all.Count;

    public bool Contains(Hash256 id) => _all.Exists(waiting => waiting.Share.Id == id);

    public void Remove(Hash256 id) => _all.RemoveAll(waiting => waiting.Share.Id == id);

    /// <summary>False when there is no room.</summary>
    public bool TryAdd(ChainShare share, ShareOrigin origin, TimeSpan patience)
    {
        if (_all.Count == Max || _all.Count(waiting => waiting.Origin.Peer == origin.Peer) >= MaxOfPeer)
        {
            return false;
        }
        _all.Add(new Waiting(share, origin, Pause.Begin(time, patience)));
        return true;
    }

    /// <summary>Takes out all of them; those whose time is over are gone.</summary>
    public IReadOnlyList<(ChainShare Share, ShareOrigin Origin, TimeSpan Left)> TakeAll()
    {
        (ChainShare, ShareOrigin, TimeSpan Left)[] all =
        [
            .. _all.Select(waiting => (waiting.Share, waiting.Origin, Left: waiting.Patience.Left(time)))
                .Where(static each => each.Left > TimeSpan.Zero),
        ];
        _all.Clear();
        return all;
    }

    private readonly record struct Waiting(ChainShare Share, ShareOrigin Origin, Pause Patience);
}
