using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// The disk's side of found blocks: writes new ones with their booking, files those that have an answer, and finds
/// those that wait for one: at the start, when a node returns, and in between with longer and longer pauses, because a
/// node may go on serving templates while it takes no block. A step takes as long as the disk does.
/// </summary>
/// <param name="underWay">The blocks that the submitter has; they are not sent a second time meanwhile.</param>
/// <param name="submitter">Set when there is something for it.</param>
internal sealed class BlockKeeper(
    FoundBlockFolder folder, ConcurrentDictionary<Hash256, bool> underWay, Signal submitter, PoolWorld world) : IStep
{
    /// <summary>New blocks waiting for the disk. Even a test chain with a block a share stays far below.</summary>
    private const int NewMax = 1_024;

    /// <summary>
    /// Blocks that the disk refuses, as when it is full: they are sent again from memory. 8 MB of hex each at most.
    /// </summary>
    private const int UnkeptMax = 32;

    /// <summary>Blocks brought from disk in one round, of that size too.</summary>
    private const int RoundMax = NodeDoor.BlocksMax;

    /// <summary>Pauses between rounds for what has no answer; a node that returns starts a round at once.</summary>
    private static readonly TimeSpan s_roundFirst = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_roundLast = TimeSpan.FromSeconds(60);

    /// <summary>Pause of a round that had no room for all.</summary>
    private static readonly TimeSpan s_roundFull = TimeSpan.FromSeconds(1);

    private readonly ConcurrentQueue<FoundWork> _new = new();
    private readonly ConcurrentQueue<(Hash256 Id, int Height, SubmitOutcome Outcome)> _answered = new();
    private readonly ConcurrentQueue<KeptBlock> _waiting = new();
    private readonly Dictionary<Hash256, FoundWork> _unkept = [];
    private readonly BackOff _pauses = new(s_roundFirst, s_roundLast, world.Random);
    private Pause _pause;
    private volatile bool _again;
    private volatile bool _isBusy;

    public Signal Wake { get; } = new(world.Time);

    /// <summary>True when the disk has all it was given.</summary>
    public bool IsIdle => !_isBusy && _new.IsEmpty && _answered.IsEmpty;

    /// <summary>False when too many wait for the disk.</summary>
    public bool TryAdd(FoundWork work)
    {
        if (_new.Count >= NewMax)
        {
            return false;
        }
        _new.Enqueue(work);
        Wake.Set();
        return true;
    }

    /// <summary>A node has said what it thinks of the block.</summary>
    public void File(Hash256 id, int height, SubmitOutcome outcome)
    {
        _answered.Enqueue((id, height, outcome));
        Wake.Set();
    }

    /// <summary>Starts a round of sending again.</summary>
    public void Hurry()
    {
        _again = true;
        Wake.Set();
    }

    /// <summary>A block that waits for an answer, claimed for the one who takes it.</summary>
    public bool TryTakeWaiting([NotNullWhen(true)] out KeptBlock? kept) => _waiting.TryDequeue(out kept);

    public ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        _isBusy = true;
        while (_new.TryDequeue(out FoundWork? work))
        {
            Keep(work);
            work.SetKept();
            submitter.Set();
        }
        while (_answered.TryDequeue(out (Hash256 Id, int Height, SubmitOutcome Outcome) answered))
        {
            folder.Settle(answered.Id, answered.Height, answered.Outcome);
            _unkept.Remove(answered.Id);
        }
        TimeSpan pause = SeekWaiting();
        _isBusy = false;
        submitter.Set();
        return ValueTask.FromResult(pause);
    }

    private void Keep(FoundWork work)
    {
        if (folder.TryKeep(work.Block, work.Booking))
        {
            _unkept.Remove(work.Block.Id);
        }
        else if (_unkept.Count < UnkeptMax)
        {
            _unkept[work.Block.Id] = work;
        }
    }

    /// <summary>Returns the pause before the next round.</summary>
    private TimeSpan SeekWaiting()
    {
        if (_again)
        {
            _again = false;
            _pauses.Reset();
            _pause = default;
        }
        TimeSpan left = _pause.Left(world.Time);
        if (left > TimeSpan.Zero)
        {
            return left;
        }
        int taken = 0;
        bool any = false;
        foreach (KeptBlock kept in folder.ReadWaiting().Concat(Unkept()))
        {
            any = true;
            if (underWay.TryAdd(kept.Block.Id, true))
            {
                _waiting.Enqueue(kept);
                if (++taken == RoundMax)
                {
                    break;
                }
            }
        }
        if (!any)
        {
            _pauses.Reset();
        }
        TimeSpan pause = taken == RoundMax ? s_roundFull : any ? _pauses.Next() : s_roundFirst;
        _pause = Pause.Begin(world.Time, pause);
        return pause;
    }

    /// <summary>What only memory has; the disk is asked once more for each.</summary>
    private IEnumerable<KeptBlock> Unkept()
    {
        foreach (FoundWork work in _unkept.Values.ToArray())
        {
            Keep(work);
            yield return new KeptBlock(work.Block, work.Booking);
        }
    }
}
