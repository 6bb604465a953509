using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Test before evict: an address that answered once loses its place only to one that answers when it no longer does.
/// </summary>
public sealed partial class AddressManager
{
    /// <summary>As in Bitcoin Core; a feeler every two minutes tests them all in twenty.</summary>
    private const int NewcomersMax = 10;

    /// <summary>A success not older than this needs no other test.</summary>
    private const long ProofLasts = 4 * 60 * 60;

    /// <summary>Time a test is given to end.</summary>
    private const long TestTakes = 60;

    /// <summary>A newcomer for whose sake nobody could be tested in this time stays in `new`.</summary>
    private const long NewcomerWaits = 40 * 60;

    /// <summary>
    /// Those that answered and whose place in `tried` is taken, with the time they came; the eldest first.
    /// </summary>
    private readonly List<(KnownAddress Newcomer, long Since)> _newcomers = [];

    internal int Newcomers => _newcomers.Count;

    /// <summary>One that lies in `tried`, to be tested for the sake of a newcomer; null when none waits.</summary>
    public PeerEndpoint? ToTest()
    {
        lock (_gate)
        {
            SettleNewcomers();
            foreach ((KnownAddress newcomer, _) in _newcomers)
            {
                if (_tried[TriedIndex(newcomer.Place)] is { } incumbent && incumbent.LastTry < Now - TestTakes)
                {
                    return incumbent.Place;
                }
            }
            return null;
        }
    }

    /// <summary>
    /// Decides what tests have decided. ToTest does it too; a call before saving leaves nothing half done.
    /// </summary>
    public void SettleNewcomers()
    {
        lock (_gate)
        {
            for (int i = _newcomers.Count - 1; i >= 0; i--)
            {
                if (IsSettled(_newcomers[i].Newcomer, _newcomers[i].Since))
                {
                    _newcomers.RemoveAt(i);
                }
            }
        }
    }

    private void NoteNewcomer(KnownAddress newcomer, KnownAddress incumbent)
    {
        bool waits = _newcomers.Exists(waiting => waiting.Newcomer == newcomer);
        if (incumbent.LastSuccess < Now - ProofLasts && !waits && _newcomers.Count < NewcomersMax)
        {
            _newcomers.Add((newcomer, Now));
        }
    }

    private bool IsSettled(KnownAddress newcomer, long since)
    {
        if (newcomer.IsTried || !_known.TryGetValue(newcomer.Place, out KnownAddress? known) || known != newcomer)
        {
            return true;
        }
        KnownAddress? incumbent = _tried[TriedIndex(newcomer.Place)];
        if (incumbent is null)
        {
            MoveToTried(newcomer);
            return true;
        }
        if (incumbent.LastSuccess >= since || since < Now - NewcomerWaits)
        {
            return true;
        }
        bool failedTest = incumbent.LastTry >= since && incumbent.LastTry > incumbent.LastSuccess
            && incumbent.LastTry < Now - TestTakes;
        if (failedTest)
        {
            MoveToNew(incumbent);
            MoveToTried(newcomer);
        }
        return failedTest;
    }

    /// <summary>Back to hearsay, in the place its first source gives it; whoever lies there has to go.</summary>
    private void MoveToNew(KnownAddress entry)
    {
        _tried[TriedIndex(entry.Place)] = null;
        entry.IsTried = false;
        ushort bucket = _buckets.New(entry.Place, entry.Source);
        if (_new[_buckets.NewSlot(bucket, entry.Place)] is { } occupant)
        {
            LeaveNew(occupant, bucket);
        }
        if (!TryPlaceNew(entry, bucket))
        {
            _known.Remove(entry.Place);
        }
    }
}
