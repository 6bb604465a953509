using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// Full proofs of work that are checked after their shares were taken, where a check takes milliseconds and miners
/// would wait minutes for a whole history: the newest and some at random were checked before. Any thread.
/// </summary>
internal sealed class LateProofs(ShareDesk desk, TimeProvider time) : IStep
{
    /// <summary>In one turn: some tens of milliseconds, after which the machine may have others to serve.</summary>
    private const int AtOnce = 16;

    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new(); // guards the one below
    private readonly Queue<(ChainShare Share, long Peer)> _waiting = []; // of histories that the desk took

    public Signal Wake { get; } = new(time);

    /// <summary>Shares whose proof is believed until it is checked.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    public void Add(ChainShare share, long peer)
    {
        lock (_gate)
        {
            _waiting.Enqueue((share, peer));
        }
        Wake.Set();
    }

    public ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        for (int i = 0; i < AtOnce && TryTake(out ChainShare share, out long peer); i++)
        {
            if (desk.Prove(share) is { } fault)
            {
                lock (_gate)
                {
                    _waiting.Clear();
                }
                desk.Distrust(share, peer, fault);
            }
        }
        return new ValueTask<TimeSpan>(Count > 0 ? s_between : Timeout.InfiniteTimeSpan);
    }

    private bool TryTake(out ChainShare share, out long peer)
    {
        lock (_gate)
        {
            bool has = _waiting.TryDequeue(out (ChainShare Share, long Peer) next);
            (share, peer) = next;
            return has;
        }
    }
}
