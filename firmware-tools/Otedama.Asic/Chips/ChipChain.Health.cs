namespace Otedama.Asic;

/// <summary>Watches that nonces come, that they are as many as they should be, and what to do when not.</summary>
public sealed partial class ChipChain
{
    /// <summary>Hash counter of all domains.</summary>
    private const byte CounterRegister = 0x8c;

    /// <summary>What a chip itself counts as errors.</summary>
    private const byte ErrorRegister = 0x4c;

    /// <summary>Told to measure its temperature, and what it then says.</summary>
    private const byte SensorRegister = 0xb0, CelsiusRegister = 0xb4;

    private static readonly RegisterValue[] s_measure =
        [new(SensorRegister, 0x00020000), new(SensorRegister, 0x01020000), new(SensorRegister, 0x10020000)];

    private static readonly TimeSpan s_lookTime = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_counterEvery = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_judgeEvery = TimeSpan.FromSeconds(10);

    /// <summary>The least the watchdog waits; else WatchdogTimes the expected time between nonces: by chance once in
    /// e^20.</summary>
    private static readonly TimeSpan s_watchdogMin = TimeSpan.FromSeconds(10);

    private const double WatchdogTimes = 20;

    /// <summary>So many times in this time, and bringing up alone does not help.</summary>
    private const int TroublesMax = 3;

    private static readonly TimeSpan s_troubleTime = TimeSpan.FromMinutes(10);

    /// <summary>Healthy for this long, and the ladder is forgotten.</summary>
    private static readonly TimeSpan s_forgiveAfter = TimeSpan.FromHours(1);

    /// <summary>Before the first rung; doubled with each.</summary>
    private static readonly TimeSpan s_backoff = TimeSpan.FromSeconds(10);

    /// <summary>The rung on which it gives up.</summary>
    private const int LastRung = 4;

    /// <summary>Readings of the counters that stand still while nonces come, until that is a fault.</summary>
    private const int StillMax = 3;

    /// <summary>Bad nonces in a window below which nothing is concluded from them.</summary>
    private const int BadMin = 50;

    private readonly List<long> _troubles = [];
    private int _rung;
    private long _lastGood, _lookAt, _lookedAt, _counterAt, _judgeAt, _startedAt;
    private int _stillReads;
    private bool _counterMoved, _counterSeen, _ticketRewritten;
    private long _goodAtCounter;
    private ChainCounts _countsAtJudge;
    private long _wrongAtGood;
    private long _goodAtJudge;

    /// <summary>Between two nonces on average; at most a day.</summary>
    private TimeSpan NonceInterval => TimeSpan.FromSeconds(Math.Min(86_400,
        4294967296.0 * Math.Max(1, _ticket) / Math.Max(1, _family.Hashrate(_megahertz ?? 1, _chips))));

    private TimeSpan Watchdog => Max(NonceInterval * WatchdogTimes, s_watchdogMin);

    private void Start()
    {
        _isFeeding = true;
        (_isHalted, _idleSince, _jobDue) = (false, null, Now);
        _generation = _work.Generation;
        _meter.Start();
        ExpectFromNow();
        (_startedAt, _lookAt, _judgeAt, _counterAt) = (Now, Now, After(s_judgeEvery), After(s_counterEvery));
        Enter(IsCut ? ChainState.Throttled : ChainState.Mining,
            $"{_chips} {(_chips == 1 ? "chip" : "chips")} at {Text(_megahertz ?? 0)} MHz");
    }

    private void ExpectFromNow()
    {
        _lastGood = _lookedAt = Now;
        _wrongAtGood = Wrong(_counts);
        (_stillReads, _counterMoved, _counterSeen, _ticketRewritten) = (0, false, false, false);
        (_goodAtCounter, _goodAtJudge, _countsAtJudge) = (_good, _good, _counts);
    }

    private void Look()
    {
        if (Now < _lookAt)
        {
            return;
        }
        _lookAt = After(s_lookTime);
        if (_idleSince is not null)
        {
            _lookedAt = Now;
            return;
        }
        ExpectNonces();
        CheckWatchdog();
        if (Now >= _counterAt && _family.HasCounters)
        {
            _counterAt = After(s_counterEvery);
            CheckCounters();
            ReadNow(CounterRegister);
            ReadNow(ErrorRegister);
            if (_family.HasThermometer && _script is null)
            {
                Run(Measure());
            }
        }
        if (Now >= _judgeAt)
        {
            _judgeAt = After(s_judgeEvery);
            JudgeNonces();
            JudgeChips();
            Forget(Now);
        }
    }

    private void ExpectNonces()
    {
        double seconds = _time.GetElapsedTime(_lookedAt).TotalSeconds;
        _lookedAt = Now;
        double each = ExpectedHashrate / Math.Max(1, _chips) * seconds / (4294967296.0 * Math.Max(1, _ticket));
        foreach (ChipTally tally in _tallies)
        {
            tally.Expect(each);
        }
    }

    private static long Wrong(in ChainCounts counts) =>
        counts.HashErrors + counts.BelowTicket + counts.UnknownJobs + counts.OutsideMask + counts.Duplicates;

    private void CheckWatchdog()
    {
        if (_time.GetElapsedTime(_lastGood) <= Watchdog)
        {
            return;
        }
        string waited = Text(Math.Round(_time.GetElapsedTime(_lastGood).TotalSeconds));
        long wrong = Wrong(_counts) - _wrongAtGood;
        string why = wrong > 0 ? $"; {wrong} came that were wrong or the same again"
            : _counterMoved ? "; the chips' own counters go on"
            : "";
        throw new ChainException(
            $"no valid nonce for {waited} s where one is expected every {Text(NonceInterval.TotalSeconds)} s{why}");
    }

    /// <summary>The reverse: nonces come and the counters stand still.</summary>
    private void CheckCounters()
    {
        bool isStill = _counterSeen && !_counterMoved && _good > _goodAtCounter;
        _stillReads = isStill ? _stillReads + 1 : 0;
        (_goodAtCounter, _counterMoved, _counterSeen) = (_good, false, false);
        if (_stillReads >= StillMax)
        {
            throw new ChainException(
                "nonces come while the chips' hash counters stand still: one of the two is not true");
        }
    }

    /// <summary>Asks all chips for a register, between jobs: nothing waits for it.</summary>
    private void ReadNow(byte register) =>
        _link!.Write(Frame((frame, how) => CommandFrame.ReadAll(frame, register, how)), s_writeWait);

    /// <summary>Has the chips take their own temperature.</summary>
    private IEnumerator<TimeSpan> Measure()
    {
        foreach (TimeSpan wait in WriteAll(s_measure))
        {
            yield return wait;
        }
        ReadNow(CelsiusRegister);
    }

    /// <summary>What a chip says of itself.</summary>
    private void OnOwn(in ChipReply reply, long now)
    {
        int index = reply.Chip / Math.Max(1, _family.Interval(Math.Max(1, _chips)));
        if (index >= _tallies.Length)
        {
            return;
        }
        switch (reply.Register)
        {
            case CounterRegister:
                _counterSeen = true;
                _counterMoved |= _tallies[index].OnCounter(reply.Value, now, _time);
                break;
            case ErrorRegister:
                _tallies[index].OnErrorCount(reply.Value);
                break;
            case CelsiusRegister when ChipRegisters.CelsiusOf(reply.Value) is double celsius:
                _tallies[index].OnCelsius(celsius, now);
                break;
            default:
                break;
        }
    }

    private double? CounterHashrate()
    {
        double sum = 0;
        bool any = false;
        foreach (ChipTally tally in _tallies)
        {
            sum += tally.CounterHashrate ?? 0;
            any |= tally.CounterHashrate is not null;
        }
        return any ? sum : null;
    }

    private void JudgeNonces()
    {
        long good = _good - _goodAtJudge;
        long errors = _counts.HashErrors - _countsAtJudge.HashErrors;
        long below = _counts.BelowTicket - _countsAtJudge.BelowTicket;
        (_goodAtJudge, _countsAtJudge) = (_good, _counts);
        if (errors > BadMin && errors > good)
        {
            throw new ChainException($"{errors} of {errors + good} nonces do not hash to what they say");
        }
        if (below <= BadMin || below <= 10 * good)
        {
            return;
        }
        if (_ticketRewritten)
        {
            throw new ChainException(
                $"{below} nonces below the ticket in {s_judgeEvery.TotalSeconds} s, though it was written anew");
        }
        _log?.Invoke($"{_board.Name}: {below} nonces below the ticket of {_ticket}: it is written anew");
        WriteNow(new RegisterValue(TicketMask.Register, TicketMask.ForDifficulty(_ticket)));
        _ticketRewritten = true;
    }

    private void JudgeChips()
    {
        foreach (ChipTally tally in _tallies)
        {
            if (tally.Judge())
            {
                ChipReport chip = tally.ToReport();
                _log?.Invoke($"{_board.Name}: chip {chip.Index + 1} of {_chips} is weak: {chip.Nonces} nonces where "
                    + $"{Text(chip.Expected)} are expected");
            }
        }
    }

    private void Forget(long now)
    {
        if (_rung > 0 && _time.GetElapsedTime(_startedAt, now) > s_forgiveAfter)
        {
            _rung = 0;
            _troubles.Clear();
        }
    }

    private void Forgive()
    {
        _troubles.Clear();
        (_rung, _thermalCut, _throttleCut, _needsHelp, _isSlowOnly, _unreadable) = (0, 0, 0, false, false, 0);
    }

    private void OnLink(LinkException e)
    {
        Close();
        if (e.Fault is LinkFault.Gone or LinkFault.Missing or LinkFault.Busy or LinkFault.Permission)
        {
            Note(e.Message);
            if (_state == ChainState.Faulted && _needsHelp)
            {
                return;
            }
            Enter(ChainState.Absent, e.Message);
            Run(BringUp());
            _wake = After(s_lookFor);
            return;
        }
        Fail(e.Message, ChainRemedy.BringUp);
    }

    private void Fail(string reason, ChainRemedy remedy)
    {
        Note(reason);
        _isFeeding = false;
        Secure();
        if (remedy == ChainRemedy.TryAgain)
        {
            Begin(reason);
            return;
        }
        _counts = _counts with { Restarts = _counts.Restarts + 1 };
        _troubles.RemoveAll(at => _time.GetElapsedTime(at) > s_troubleTime);
        _troubles.Add(Now);
        if (remedy != ChainRemedy.Help && _troubles.Count < TroublesMax)
        {
            Begin($"brought up anew: {reason}");
            return;
        }
        if (remedy == ChainRemedy.Help || _rung + 1 >= LastRung)
        {
            _rung = remedy == ChainRemedy.Help ? _rung : LastRung;
            _needsHelp = true;
            Run(GaveUp());
            Enter(ChainState.Faulted, $"given up: {reason}");
            return;
        }
        _rung++;
        TimeSpan pause = s_backoff * (1 << _rung);
        string next = _rung switch
        {
            1 => $"tried again in {pause.TotalSeconds} s with {Text(TargetMegahertz())} MHz",
            2 => $"tried again in {pause.TotalSeconds} s at {ChipBaud.Slow} baud",
            _ => $"tried again in {pause.TotalSeconds} s after a power cycle",
        };
        _isSlowOnly |= _rung >= 2;
        _powerCycle |= _rung >= 3;
        Run(BringUp());
        _wake = After(pause);
        Enter(ChainState.Faulted, $"{reason}; {next}");
    }

    private void Begin(string reason)
    {
        if (_link is null)
        {
            Enter(ChainState.Absent, reason);
        }
        else
        {
            Enter(ChainState.Opened, reason, 60, "the chips were not reset within 60 s");
        }
        _isFeeding = false;
        Run(BringUp());
    }

    private void Note(string reason)
    {
        if (_faults.Count == FaultsMax)
        {
            _faults.Dequeue();
        }
        _faults.Enqueue(new ChainFault(_time.GetUtcNow(), reason));
    }
}
