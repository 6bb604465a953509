using Otedama.Core;
using Otedama.Pool;

namespace Otedama;

/// <summary>
/// What calls the pool's steps in a simulation, each a little later than it was woken: as threads would, in any order.
/// </summary>
internal sealed class SimLoops(SimWorld world, SimLife life, PoolParts pool, SimClock clock, SeededRandom random)
    : ICandidateSink
{
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(100);

    private const int TicksPerCommit = 10;

    /// <summary>
    /// How often the disk keeps a commit waiting for up to two seconds, while everything else goes on.
    /// </summary>
    private const double SlowCommits = 0.03;

    private int _ticks;
    private bool _isChecking;
    private bool _isCommitting;
    private bool _isBroadcasting;

    public ProofSlab Proofs => pool.Shares.Proofs;

    public void Start()
    {
        pool.Stratum.Pacer.Woken += () => Soon(ref _isBroadcasting, 5, Broadcast);
        pool.Stratum.Start(this);
        foreach (IStep step in pool.Upkeep.Concat(pool.Source.Steps))
        {
            _ = LoopAsync(step);
        }
        Tick();
    }

    public bool TryEnqueue(in Candidate candidate)
    {
        bool taken = pool.Shares.TryEnqueue(in candidate);
        Soon(ref _isChecking, 3, Check);
        return taken;
    }

    private void Soon(ref bool isPlanned, double milliseconds, Action step)
    {
        if (!isPlanned)
        {
            isPlanned = true;
            world.Schedule.After(TimeSpan.FromMilliseconds(milliseconds * random.Fraction()), life, step);
        }
    }

    private void Check()
    {
        _isChecking = false;
        if (pool.Shares.ValidateBatch() != StepResult.Idle)
        {
            Soon(ref _isChecking, 3, Check);
        }
        Soon(ref _isCommitting, random.Chance(SlowCommits) ? 2_000 : 10, Commit);
    }

    /// <summary>A commit, and a moment later, in which the end may come, its answers.</summary>
    private void Commit()
    {
        if (pool.Shares.CommitOnce() == StepResult.Blocked)
        {
            pool.Shares.DeliverVerdicts();
            world.Schedule.After(pool.Shares.RetryDelay, life, Commit);
            return;
        }
        world.Schedule.After(TimeSpan.FromMilliseconds(random.Fraction()), life, () =>
        {
            pool.Shares.DeliverVerdicts();
            _isCommitting = false;
            if (pool.Ledger.HasPending || pool.Shares.Committer.Answered.Count > 0)
            {
                Soon(ref _isCommitting, 10, Commit);
            }
        });
    }

    private void Broadcast()
    {
        _isBroadcasting = false;
        pool.Tick();
    }

    /// <summary>What was booked without a share, as by settling, is committed within a second.</summary>
    private void Tick()
    {
        world.Schedule.After(s_tick, life, Tick);
        pool.Tick();
        if (++_ticks % TicksPerCommit == 0)
        {
            Soon(ref _isCommitting, 10, Commit);
        }
    }

    /// <summary>As StepLoop does it, in this life.</summary>
    private async Task LoopAsync(IStep step)
    {
        while (true)
        {
            TimeSpan pause = await StepAsync(step);
            if (pause != TimeSpan.Zero)
            {
                await step.Wake.WaitAsync(pause, CancellationToken.None);
            }
            await Task.Delay(TimeSpan.FromMilliseconds(2 * random.Fraction()), clock);
        }
    }

    private async ValueTask<TimeSpan> StepAsync(IStep step)
    {
        try
        {
            return await step.StepAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            world.Fail($"{step.GetType().Name} met something unexpected: {e}");
            return TimeSpan.FromSeconds(1);
        }
    }
}
