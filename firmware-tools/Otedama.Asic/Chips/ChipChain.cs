using System.Globalization;

namespace Otedama.Asic;

/// <summary>
/// Drives one chain of chips: opens it, brings it up, sends it jobs, checks what comes back, and gets it out of
/// trouble. Stepped by one thread; Report, SetClock, SetMillivolts, Restart and Stop are for any thread.
/// </summary>
public sealed partial class ChipChain : IDisposable
{
    /// <summary>Faults a report lists: what led to the present state, not a history.</summary>
    public const int FaultsMax = 16;

    /// <summary>The longest wait for bytes: a new generation of jobs is noticed after this at the latest.</summary>
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(10);

    /// <summary>The longest pause between two steps while there is no device.</summary>
    private static readonly TimeSpan s_absentStep = TimeSpan.FromMilliseconds(100);

    /// <summary>A device that takes no bytes for this long is stuck.</summary>
    private static readonly TimeSpan s_writeWait = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_reportEvery = TimeSpan.FromSeconds(1);

    private readonly ChainOptions _options;
    private readonly ChipFamily _family;
    private readonly IBoardControl _board;
    private readonly IChipWork _work;
    private readonly TimeProvider _time;
    private readonly Action<string>? _log;
    private readonly Lock _gate = new();
    private readonly ReplyReader _reader = new(ReplyReader.ShortLength);
    private readonly Queue<ChainFault> _faults = [];

    private Requests _requests;             // under _gate
    private volatile ChainReport _report;
    private ILink? _link;
    private ChainState _state;
    private string _reason = "";
    private DateTimeOffset _since;
    private long _deadline = long.MaxValue; // timestamp
    private string _deadlineReason = "";
    private IEnumerator<TimeSpan>? _script; // what is being done over time
    private long _wake;                     // timestamp at which it goes on
    private long _reportAt;
    private bool _needsHelp;
    private volatile bool _isEnded;

    /// <summary>Throws ArgumentException with ChainOptions.Check's sentence. log: a line per change of state and per
    /// alarm.</summary>
    public ChipChain(
        ChainOptions options, IBoardControl board, IChipWork work, TimeProvider time, Action<string>? log = null)
    {
        if (options.Check() is { } wrong)
        {
            throw new ArgumentException(wrong, nameof(options));
        }
        (_options, _family, _board, _work, _time, _log) = (options, options.Family, board, work, time, log);
        _slots = new JobSlots(_family);
        _meter = new NonceMeter(time);
        _setMegahertz = options.Megahertz ?? _family.DefaultMegahertz!.Value;
        _setMillivolts = options.Millivolts;
        _state = ChainState.Absent;
        _reason = "not looked for yet";
        _since = time.GetUtcNow();
        _wake = _guardAt = Now;
        _script = BringUp();
        _report = MakeReport();
    }

    /// <summary>How it stands; at most a second old while it is stepped.</summary>
    public ChainReport Report => _report;

    /// <summary>Shut down: nothing is left to step.</summary>
    public bool IsEnded => _isEnded;

    private long Now => _time.GetTimestamp();

    /// <summary>
    /// Works for about 20 ms at most, waiting for bytes included. Returns how long there is nothing to do; zero = step
    /// again at once. Never throws for what a device does.
    /// </summary>
    public TimeSpan Step()
    {
        if (_isEnded)
        {
            return s_absentStep;
        }
        TimeSpan pause = TimeSpan.Zero;
        try
        {
            pause = Advance();
        }
        catch (LinkException e) when (_isStopping)
        {
            End($"shut down; the last of it failed: {e.Message}");
        }
        catch (LinkException e)
        {
            OnLink(e);
        }
        catch (ChainException e)
        {
            Fail(e.Message, e.Remedy);
        }
        if (Now >= _reportAt)
        {
            Publish();
        }
        return pause;
    }

    /// <summary>Another clock, by a ramp. Returns what is wrong with it, in a sentence; null = it will be
    /// done.</summary>
    public string? SetClock(double megahertz)
    {
        if (_family.CheckClock(megahertz, _options.Unlocked) is { } wrong)
        {
            return wrong;
        }
        lock (_gate)
        {
            _requests = _requests with { Megahertz = megahertz };
        }
        return null;
    }

    /// <summary>Another core voltage. Returns what is wrong with it, in a sentence; null = it will be done.</summary>
    public string? SetMillivolts(int millivolts)
    {
        if (_family.CheckVoltage(millivolts, _options.Unlocked) is { } wrong)
        {
            return wrong;
        }
        lock (_gate)
        {
            _requests = _requests with { Millivolts = millivolts };
        }
        return null;
    }

    /// <summary>Forgets faults and lowered clocks, and brings the chips up anew.</summary>
    public void Restart()
    {
        lock (_gate)
        {
            _requests = _requests with { Restart = true };
        }
    }

    /// <summary>Begins to shut down: halt, reset, regulator off, fans on for 30 s. Step until IsEnded.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _requests = _requests with { Stop = true };
        }
    }

    /// <summary>After the last step: puts the board into its safe state without waiting, and closes it.</summary>
    public void Dispose()
    {
        if (!_isEnded)
        {
            Secure();
            Close();
            _isEnded = true;
        }
        _script?.Dispose();
    }

    private TimeSpan Advance()
    {
        TakeRequests();
        if (Now >= _guardAt && _link is not null)
        {
            Guard();
        }
        if (Now > _deadline)
        {
            throw new ChainException(_deadlineReason);
        }
        while (_script is { } script && Now >= _wake)
        {
            bool goesOn = script.MoveNext();
            if (_script != script)
            {
                continue; // it was replaced from inside
            }
            if (goesOn)
            {
                _wake = After(script.Current);
            }
            else
            {
                _script = null;
            }
        }
        if (_link is null)
        {
            return _script is null ? s_absentStep : Least(Until(_wake), s_absentStep);
        }
        TimeSpan wait = s_lookEvery;
        if (_isFeeding)
        {
            Feed();
            Look();
            wait = Least(wait, Until(_jobDue));
        }
        Pump(_script is null ? wait : Least(wait, Until(_wake)));
        return TimeSpan.Zero;
    }

    private void TakeRequests()
    {
        Requests taken;
        lock (_gate)
        {
            (taken, _requests) = (_requests, default);
        }
        if (taken.Stop)
        {
            (_isFeeding, _isStopping) = (false, true);
            Run(ShutDown());
            return;
        }
        if (taken.Megahertz is null && taken.Millivolts is null && !taken.Restart)
        {
            TakeOperatingPoint();
            return;
        }
        _setMegahertz = taken.Megahertz ?? _setMegahertz;
        _setMillivolts = taken.Millivolts ?? _setMillivolts;
        _pointChanged = true;
        if (taken.Restart)
        {
            Forgive();
            Begin("restarted by the operator");
        }
    }

    /// <summary>Reads what has come and deals with it.</summary>
    private void Pump(TimeSpan wait)
    {
        int count = _link!.Read(_reader.Room(), wait);
        long now = Now;
        _reader.Added(count);
        while (_link is not null && _reader.TryRead(out ChipReply reply, isQuiet: count == 0))
        {
            if (reply.IsNonce)
            {
                OnNonce(reply, now);
            }
            else
            {
                OnRegister(reply, now);
            }
        }
    }

    private void Enter(ChainState state, string reason, double seconds = 0, string? late = null)
    {
        (_state, _reason, _since) = (state, reason, _time.GetUtcNow());
        _deadline = seconds > 0 ? After(TimeSpan.FromSeconds(seconds)) : long.MaxValue;
        _deadlineReason = late ?? "";
        _log?.Invoke($"{_board.Name}: {Name(state)}: {reason}");
        Publish();
    }

    private void Run(IEnumerator<TimeSpan> script)
    {
        _script?.Dispose();
        _script = script;
        _wake = Now;
    }

    private void Publish()
    {
        _report = MakeReport();
        _reportAt = After(s_reportEvery);
    }

    private ChainReport MakeReport() => new()
    {
        Board = _board.Name,
        Family = _family.Name,
        State = _state,
        Reason = _reason,
        Since = _since,
        NeedsHelp = _needsHelp,
        Rung = _rung,
        Megahertz = _megahertz,
        Millivolts = _millivolts,
        Rate = _rate,
        TicketDifficulty = _ticket,
        ExpectedHashrate = ExpectedHashrate,
        NonceHashrate = _meter.Read(),
        CounterHashrate = CounterHashrate(),
        Hashes = _meter.Total,
        Counts = _counts with { Good = _good, CrcErrors = _reader.CrcErrors, ResyncBytes = _reader.ResyncBytes },
        Reading = _reading,
        Chips = [.. _tallies.Select(static tally => tally.ToReport())],
        Faults = [.. _faults],
    };

    private long After(TimeSpan wait) => Now + (long)(wait.TotalSeconds * _time.TimestampFrequency);

    private TimeSpan Until(long timestamp) => timestamp <= Now ? TimeSpan.Zero : _time.GetElapsedTime(Now, timestamp);

    private static TimeSpan Least(TimeSpan left, TimeSpan right) => left < right ? left : right;

    private static string Name(ChainState state) => state.ToString().ToLowerInvariant();

    private static string Text(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>What other threads asked for and the stepping one has not seen yet.</summary>
    private readonly record struct Requests(double? Megahertz, int? Millivolts, bool Restart, bool Stop);
}
