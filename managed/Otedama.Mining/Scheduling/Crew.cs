using Microsoft.Extensions.Logging;

namespace Otedama.Mining;

/// <summary>
/// The workers of a rig, who come and go with their devices. Look is a step: called at the start and every few seconds.
/// </summary>
/// <param name="run">Begins to step a worker of this name.</param>
internal sealed class Crew(
    IReadOnlyList<IWorkerSource> sources,
    Dispatcher dispatcher,
    Func<IWorker, string, IWorkerLoop> run,
    TimeProvider time,
    ILogger logger) : IDisposable
{
    private static readonly TimeSpan s_stopWait = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();    // held while workers come or go
    private readonly Dictionary<string, string> _problems = []; // last said, by kind or key
    private readonly Dictionary<string, DeviceLosses> _losses = []; // by key, of devices that may come back
    private Member[] _members = [];         // replaced under _gate, read without it
    private readonly Dictionary<IWorkerSource, IReadOnlyList<DeviceSnapshot>> _measured = []; // replaced values by the last look
    private IReadOnlyList<DeviceSnapshot> _devices = [];
    private long _hashesDeparted;
    private int _nextId;
    private bool _stopped;
    private volatile bool _forgetLosses;

    public IEnumerable<WorkerSnapshot> Read() => Volatile.Read(ref _members).Select(static member => member.Read());

    /// <summary>As of the last look.</summary>
    public IReadOnlyList<DeviceSnapshot> Devices => Volatile.Read(ref _devices);

    /// <summary>Of workers that have left.</summary>
    public long HashesDeparted => Interlocked.Read(ref _hashesDeparted);

    /// <summary>
    /// Takes in what is new, and lets go of what has gone. Returns at once while another look is under way.
    /// </summary>
    public void Look()
    {
        if (!_gate.TryEnter())
        {
            return;
        }
        try
        {
            if (_forgetLosses)
            {
                _forgetLosses = false;
                ForgetLosses();
            }
            foreach (IWorkerSource source in _stopped ? [] : sources)
            {
                Look(source);
            }
            Volatile.Write(ref _devices, [.. sources.SelectMany(source => _measured.GetValueOrDefault(source, []))]);
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>
    /// Devices that were lost are tried again at the next look, also those that were to stay off. Any thread.
    /// </summary>
    public void TryLostAgain() => _forgetLosses = true;

    /// <summary>Every step has ended, or its worker hangs and is said to.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            foreach (Member member in _members)
            {
                member.Worker.Interrupt(); // all at once, before the wait for each
            }
            foreach (Member member in _members)
            {
                member.Ended = member.Loop.Stop(s_stopWait);
                if (!member.Ended)
                {
                    RigLog.WorkerHangs(logger, member.Name, s_stopWait.TotalSeconds);
                }
            }
        }
    }

    /// <summary>After Stop: what waits for the last step of each worker that hangs, by its seed's key.</summary>
    public IReadOnlyDictionary<string, Action> Hanging => Volatile.Read(ref _members).Where(static member => !member.Ended).ToDictionary(
        static member => member.Key, static member => (Action)(() => member.Loop.Stop(Timeout.InfiniteTimeSpan)));

    /// <summary>After Stop. A worker that hangs keeps what it holds.</summary>
    public void Dispose()
    {
        foreach (Member member in Volatile.Read(ref _members).Where(static member => member.Ended))
        {
            member.Worker.Dispose();
        }
    }

    private void Look(IWorkerSource source)
    {
        IReadOnlyList<WorkerSeed> there;
        try
        {
            there = source.Find();
            _measured[source] = source.Measure();
            _problems.Remove(source.Kind);
        }
        catch (Exception e)
        {
            // What cannot be looked at may still hash.
            if (IsNews(source.Kind, e.Message))
            {
                RigLog.LookFailed(logger, source.Kind, e.Message);
            }
            return;
        }
        HashSet<string> keys = [.. there.Select(static seed => seed.Key)];
        foreach (Member member in _members.Where(member => member.Source == source))
        {
            if (member.LostAt is null && member.Worker.Read().State == WorkerState.Lost)
            {
                OnLost(member);
            }
            if (!keys.Contains(member.Key))
            {
                _losses.Remove(member.Key); // whatever comes in its place begins anew
                Leave(member, isGone: true);
            }
            else if (member.LostAt is long at
                && _losses[member.Key] is { IsOff: false } losses && time.GetElapsedTime(at) >= losses.Pause)
            {
                Leave(member, isGone: false);
            }
        }
        HashSet<string> known = [.. _members.Where(member => member.Source == source).Select(static member => member.Key)];
        Member[] joined = [.. there.Where(seed => !known.Contains(seed.Key)).Select(seed => Join(source, seed)).OfType<Member>()];
        foreach (IGrouping<(string Device, string Flavour), WorkerSnapshot> group in joined
            .Select(static member => member.Worker.Read()).GroupBy(static worker => (worker.Device, worker.Flavour)))
        {
            RigLog.Joined(logger, source.Kind, group.Count(), group.Key.Device, group.Key.Flavour);
        }
    }

    private void OnLost(Member member)
    {
        member.LostAt = time.GetTimestamp();
        if (!_losses.TryGetValue(member.Key, out DeviceLosses? losses))
        {
            _losses[member.Key] = losses = new DeviceLosses(time);
        }
        losses.OnLost(time.GetElapsedTime(member.JoinedAt));
        if (losses.IsOff)
        {
            double minutes = DeviceLosses.Window.TotalMinutes;
            member.StaysOff = $"stays off: its device was lost {DeviceLosses.LossesToStayOff} times in {minutes:0} minutes. "
                + "`otedama mining start` or a reload tries it again";
            RigLog.StaysOff(logger, member.Name, member.StaysOff);
        }
        else
        {
            RigLog.LostPause(logger, member.Name, member.Source.Kind, losses.Pause.TotalSeconds, losses.InARow);
        }
    }

    private void ForgetLosses()
    {
        foreach (DeviceLosses losses in _losses.Values)
        {
            losses.Forget();
        }
    }

    private Member? Join(IWorkerSource source, WorkerSeed seed)
    {
        IWorker worker;
        try
        {
            worker = seed.Make(_nextId++);
            _problems.Remove(seed.Key);
        }
        catch (Exception e)
        {
            if (IsNews(seed.Key, e.Message))
            {
                RigLog.NotMade(logger, source.Kind, seed.Key, e.Message);
            }
            return null;
        }
        worker.Attach(dispatcher);
        string name = worker.Read().Name;
        IWorkerLoop loop = run(worker, name);
        dispatcher.Add(worker, loop.Wake);
        Member member = new(source, seed.Key, name, worker, loop, time.GetTimestamp());
        _members = [.. _members, member];
        return member;
    }

    /// <param name="isGone">Else it is let go so that another worker opens its device anew.</param>
    private void Leave(Member member, bool isGone)
    {
        if (isGone)
        {
            RigLog.Left(logger, member.Name, member.Source.Kind);
        }
        bool ended = member.Loop.Stop(s_stopWait);
        if (ended)
        {
            member.Worker.Dispose(); // gives its range back
        }
        else
        {
            RigLog.WorkerHangs(logger, member.Name, s_stopWait.TotalSeconds);
        }
        dispatcher.Remove(member.Worker);
        _members = [.. _members.Where(other => other != member)];
        Interlocked.Add(ref _hashesDeparted, member.Worker.Read().Hashes);
    }

    /// <summary>A problem that stays is said once.</summary>
    private bool IsNews(string of, string problem)
    {
        bool news = _problems.GetValueOrDefault(of) != problem;
        _problems[of] = problem;
        return news;
    }

    private sealed record Member(
        IWorkerSource Source, string Key, string Name, IWorker Worker, IWorkerLoop Loop, long JoinedAt)
    {
        private volatile string _staysOff = "";

        public bool Ended { get; set; }

        public long? LostAt { get; set; }

        /// <summary>Why it is not tried again, in words that follow its name; empty while it is.</summary>
        public string StaysOff
        {
            get => _staysOff;
            set => _staysOff = value;
        }

        public WorkerSnapshot Read()
        {
            WorkerSnapshot now = Worker.Read();
            return StaysOff.Length > 0 ? now with { Reason = $"{StaysOff} ({now.Reason})" } : now;
        }
    }
}
