using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Mining;

/// <summary>
/// The job source of a rig that mines at pools. One loop visits one pool after the other: it keeps one connection, to the best
/// pool that works. Three failures in a row, silence, or work it cannot do send it to the next pool; after five minutes on a
/// lesser one it tries the better ones beside the running connection and moves over only when one has delivered a job.
/// </summary>
public sealed class StratumClient : IJobSource
{
    private const int FailuresMax = 3;

    /// <summary>Redirects in a row, none of which led to a job.</summary>
    private const int MovesMax = 5;

    private readonly StratumClientOptions _options;
    private readonly StratumTimings _timings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PoolSlot[] _slots;
    private readonly JobNumbers _numbers = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Random _jitter;
    private IJobSink? _sink;
    private StratumConnection? _active; // written by the loop, read by submitters
    private Task _loop = Task.CompletedTask;

    public StratumClient(StratumClientOptions options, ILogger log, TimeProvider clock)
    {
        if (options.Pools.Count is < 1 or > RigOptions.PoolsMax)
        {
            throw new ArgumentException($"{options.Pools.Count} pools given, allowed are 1 to {RigOptions.PoolsMax}", nameof(options));
        }
        _ = UpstreamDialect.For(options.Algorithm);
        _options = options;
        _timings = options.Timings;
        _time = clock;
        _logger = log;
        _slots = [.. options.Pools.Select(pool => new PoolSlot(pool, clock))];
        _jitter = new Random(options.JitterSeed);
    }

    public IReadOnlyList<PoolSnapshot> Pools => [.. _slots.Select(slot => slot.Read())];

    public void Start(IJobSink sink)
    {
        _sink = sink;
        _loop = ClientLoop.Start(VisitAsync, EndAsync, _time, _stop.Token);
    }

    public bool TrySubmit(in Candidate candidate) => Volatile.Read(ref _active)?.TrySubmit(candidate) ?? false;

    public async Task DrainAsync(TimeSpan wait)
    {
        long began = _time.GetTimestamp();
        while (Volatile.Read(ref _active) is { Unanswered: > 0 } && _time.GetElapsedTime(began) < wait)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), _time);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    /// <summary>Nothing will be visited any more. problem: what broke the loop; null when it was stopped.</summary>
    public async Task EndAsync(Exception? problem)
    {
        if (problem is not null)
        {
            RigLog.ClientBroken(_logger, problem);
            _sink!.OnLost();
        }
        // The loop may have been stopped between taking over a connection and noting it.
        await CloseAsync(_slots[0], Volatile.Read(ref _active));
    }

    /// <summary>One attempt at a pool and the stay that follows. Returns the pool to visit next, and the pause before.</summary>
    public async Task<(int Next, TimeSpan Pause)> VisitAsync(int index)
    {
        PoolSlot slot = _slots[index];
        slot.OnConnecting();
        StratumConnection? connection = null;
        try
        {
            connection = await OpenAsync(slot, _stop.Token);
            (index, connection) = await StayAsync(index, connection);
            slot = _slots[index];
            await connection.Completion; // throws what ended it
            _stop.Token.ThrowIfCancellationRequested();
            return (index, Move(slot, connection.Session));
        }
        catch (UpstreamException e)
        {
            return await FailAsync(index, connection, e);
        }
        finally
        {
            await CloseAsync(slot, connection);
        }
    }

    private async Task<StratumConnection> OpenAsync(PoolSlot slot, CancellationToken cancellation)
    {
        PoolUrl url = slot.Redirect ?? slot.Endpoint.Url;
        SessionMemory? memory = slot.Memory;
        slot.Redirect = null;
        slot.Memory = null;
        StratumSession session = new(
            new StratumSessionOptions
            {
                Pool = slot.Name,
                Url = url,
                User = slot.Endpoint.User,
                Password = slot.Endpoint.Password,
                UserAgent = _options.UserAgent,
                Algorithm = _options.Algorithm,
                Equihash = _options.Equihash,
                SuggestDifficulty = _options.SuggestDifficulty(),
                Careful = slot.Careful,
                Proven = slot.Proven,
                RedirectHosts = _options.RedirectHosts,
                Sink = _sink!,
            },
            memory,
            _numbers,
            _time,
            _logger)
        {
            AddressLast = slot.AddressLast,
        };
        try
        {
            return await StratumConnection.OpenAsync(url, session, _timings, _time, _logger, cancellation);
        }
        catch (UpstreamException)
        {
            slot.OnUnused(session);
            throw;
        }
        finally
        {
            if (!session.Ready.IsCompletedSuccessfully)
            {
                GiveUp(memory);
            }
        }
    }

    /// <summary>Uses a connection until it ends; on a lesser pool, looks after the better ones from time to time.</summary>
    private async Task<(int Index, StratumConnection Connection)> StayAsync(int index, StratumConnection connection)
    {
        Use(_slots[index], connection);
        while (index > 0 && !connection.Completion.IsCompleted)
        {
            using CancellationTokenSource wake = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            Task pause = Task.Delay(_timings.ReturnAfter, _time, wake.Token);
            if (await Task.WhenAny(pause, connection.Completion) != pause)
            {
                await wake.CancelAsync();
                break;
            }
            await pause;
            (int better, StratumConnection? found) = await ProbeAsync(index);
            if (found is not null)
            {
                RigLog.Returned(_logger, _slots[better].Name, _slots[index].Name);
                Use(_slots[better], found);
                await CloseAsync(_slots[index], connection);
                _slots[index].OnStandby();
                (index, connection) = (better, found);
            }
        }
        await Task.WhenAny(connection.Completion);
        return (index, connection);
    }

    /// <summary>Tries the pools before `current`; the first that accepts us and delivers a job is returned connected.</summary>
    private async Task<(int Index, StratumConnection? Connection)> ProbeAsync(int current)
    {
        for (int i = 0; i < current; i++)
        {
            PoolSlot slot = _slots[i];
            if (slot.UnfitAt is long at && _time.GetElapsedTime(at) < _timings.UnfitFor)
            {
                continue;
            }
            StratumConnection? connection = null;
            try
            {
                connection = await OpenAsync(slot, _stop.Token);
                Task ended = connection.Completion; // the watchdog bounds the wait for a job
                await Task.WhenAny(connection.Session.FirstJob, ended);
                if (connection.Session.FirstJob.IsCompletedSuccessfully && !ended.IsCompleted)
                {
                    return (i, connection);
                }
                await ended;
                _stop.Token.ThrowIfCancellationRequested();
                await CloseAsync(slot, connection); // it asked us to move: the next look finds it there
            }
            catch (UpstreamException e)
            {
                RigLog.StillAway(_logger, slot.Name, e.Message);
                slot.UnfitAt = e.Fault == UpstreamFault.Unfit ? _time.GetTimestamp() : slot.UnfitAt;
                await CloseAsync(slot, connection);
            }
        }
        return (current, null);
    }

    private void Use(PoolSlot slot, StratumConnection connection)
    {
        slot.OnActive(connection);
        Volatile.Write(ref _active, connection);
        RigLog.Connected(_logger, slot.Endpoint.Url.Place, RigLines.ShortUser(slot.Endpoint.User));
        connection.Session.Activate(_sink!);
    }

    /// <summary>Returns how long to wait before the next visit of this pool goes where it sent us.</summary>
    private TimeSpan Move(PoolSlot slot, StratumSession session)
    {
        ReconnectRequest request = session.Reconnect!;
        slot.Moves = session.FirstJob.IsCompleted ? 1 : slot.Moves + 1;
        if (slot.Moves > MovesMax)
        {
            slot.Moves = 0;
            throw new UpstreamException($"it sent us on {MovesMax} times without a job", UpstreamFault.Silence);
        }
        _sink!.OnLost();
        RigLog.Moving(_logger, slot.Name, request.To.ToString(), request.Wait.TotalSeconds);
        slot.Redirect = request.To;
        slot.OnConnecting();
        // A pool that sends us in circles must not turn us into a busy loop.
        return request.Wait > _timings.BackoffFirst ? request.Wait : _timings.BackoffFirst;
    }

    /// <summary>Counts the failure, and says where to go next and when.</summary>
    private async Task<(int Next, TimeSpan Pause)> FailAsync(int index, StratumConnection? connection, UpstreamException failure)
    {
        PoolSlot slot = _slots[index];
        // Silence is not forgiven by how long it lasted.
        bool wasHealthy = connection is not null && failure.Fault == UpstreamFault.Ordinary && !connection.Session.EndedUnused
            && _time.GetElapsedTime(connection.OpenedAt) >= _timings.HealthyAfter;
        slot.OnFailed(failure.Message, forgive: wasHealthy);
        slot.UnfitAt = failure.Fault == UpstreamFault.Unfit ? _time.GetTimestamp() : null;
        _sink!.OnLost();
        if (connection is not null)
        {
            slot.OnUnused(connection.Session);
        }
        await CloseAsync(slot, connection);
        bool leave = _slots.Length > 1 && (failure.Fault != UpstreamFault.Ordinary || slot.Failures >= FailuresMax);
        int next = leave ? (index + 1) % _slots.Length : index;
        TimeSpan pause = Backoff.After(_slots[next].Failures, _timings.BackoffFirst, _timings.BackoffMax, _jitter.NextDouble());
        Tell(slot, failure, pause);
        if (leave)
        {
            RigLog.FailOver(_logger, slot.Name, _slots[next].Name);
            GiveUp(slot.Memory);
        }
        return (next, pause);
    }

    private void Tell(PoolSlot slot, UpstreamException failure, TimeSpan pause)
    {
        if (failure.Fault == UpstreamFault.Unfit)
        {
            RigLog.Unfit(_logger, slot.Name, failure.Message, slot.Failures, pause.TotalSeconds);
        }
        else
        {
            RigLog.Failed(_logger, slot.Name, failure.Message, slot.Failures, pause.TotalSeconds);
        }
    }

    /// <summary>Ends a connection, keeps what a later one can resume, and gives verdicts to what was never sent.</summary>
    private async Task CloseAsync(PoolSlot slot, StratumConnection? connection)
    {
        if (connection is null)
        {
            return;
        }
        Interlocked.CompareExchange(ref _active, null, connection);
        slot.Proven |= connection.Session.Accepted;
        slot.Memory ??= connection.Session.Remember();
        await connection.DisposeAsync();
        foreach (Candidate candidate in connection.TakeQueued())
        {
            Drop(candidate);
        }
        if (_stop.IsCancellationRequested)
        {
            GiveUp(slot.Memory);
        }
    }

    private void GiveUp(SessionMemory? memory)
    {
        foreach (PendingSubmit submit in memory?.TakeUnanswered() ?? [])
        {
            Drop(submit.Candidate);
        }
    }

    private void Drop(in Candidate candidate) =>
        _sink!.OnVerdict(new UpstreamVerdict(candidate.WorkerId, ShareOutcome.Dropped, 0, "the connection was lost before the reply"));
}
