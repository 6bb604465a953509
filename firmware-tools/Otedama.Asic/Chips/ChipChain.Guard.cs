namespace Otedama.Asic;

/// <summary>Clock, voltage and temperature; the safe state.</summary>
public sealed partial class ChipChain
{
    private static readonly TimeSpan s_guardEvery = TimeSpan.FromSeconds(2);

    /// <summary>Between two changes of the clock because of heat: it takes that long to show.</summary>
    private static readonly TimeSpan s_throttleEvery = TimeSpan.FromSeconds(10);

    /// <summary>Cool for this long, and the clock goes up again.</summary>
    private static readonly TimeSpan s_recoverAfter = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan s_coolMin = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_coolMax = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan s_fanAfter = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_voltageTime = TimeSpan.FromMilliseconds(100);

    /// <summary>Temperatures in a row that could not be read, until all is stopped.</summary>
    private const int UnreadableMax = 3;

    private const double ThrottleStep = 25, RecoverStep = 12.5, RecoverBelow = 7;

    /// <summary>Less clock and voltage after it was stopped for heat.</summary>
    private const double HotMegahertz = 100;

    private const int HotMillivolts = 100;

    private const double CoolChip = 45, CoolRegulator = 95;

    /// <summary>Fan while all is well: from, to, and the temperatures between which it goes up.</summary>
    private const int FanMin = 30;

    private const double FanFrom = 45, FanTo = 70;

    private BoardReading _reading = BoardReading.None;
    private double _setMegahertz;
    private int? _setMillivolts;
    private bool _pointChanged;
    private double _thermalCut, _throttleCut;
    private long _guardAt, _throttledAt, _hotAt;
    private int _unreadable;
    private bool _wasReadable;
    private int? _fan;
    private bool _isStopping;

    private bool IsCut => _throttleCut > 0;

    private double TargetMegahertz()
    {
        double wanted = _setMegahertz - _thermalCut - _throttleCut - (_rung >= 1 ? RampStep : 0);
        return Math.Max(wanted, Math.Min(_setMegahertz, _family.MegahertzMin / 2));
    }

    private int? TargetMillivolts() => _setMillivolts is int set
        ? _thermalCut > 0 ? Math.Max(Math.Min(set, _family.MillivoltsMin), set - HotMillivolts) : set
        : null;

    private void ApplyMillivolts(int? target)
    {
        if (target is int millivolts && millivolts != _millivolts)
        {
            _millivolts = _board.SetMillivolts(millivolts) ? millivolts : null;
        }
    }

    /// <summary>What was asked for since, once nothing else is being done.</summary>
    private void TakeOperatingPoint()
    {
        if (_pointChanged && _isFeeding && _script is null)
        {
            _pointChanged = false;
            Run(ChangePoint());
        }
    }

    /// <summary>Voltage before clock when it rises, clock before voltage when it falls.</summary>
    private IEnumerator<TimeSpan> ChangePoint()
    {
        if (TargetMillivolts() > _millivolts)
        {
            ApplyMillivolts(TargetMillivolts());
            yield return s_voltageTime;
        }
        double target = TargetMegahertz();
        foreach (TimeSpan wait in RampTo(target))
        {
            yield return wait;
        }
        ApplyMillivolts(TargetMillivolts());
        ExpectFromNow();
        Enter(IsCut ? ChainState.Throttled : ChainState.Mining, IsCut
            ? $"{Text(target)} MHz instead of {Text(_setMegahertz - _thermalCut)} because of heat"
            : $"{Text(target)} MHz");
    }

    private void Guard()
    {
        _guardAt = After(s_guardEvery);
        _reading = Sense();
        if (_isStopping || _state is ChainState.Cooling or ChainState.Faulted)
        {
            return;
        }
        if (_reading.Fault is { } fault)
        {
            throw new ChainException($"the board reports a fault: {fault}");
        }
        CheckReadable();
        if (_reading.ChipCelsius >= _options.StopCelsius || _reading.RegulatorCelsius >= _options.RegulatorStopCelsius)
        {
            _isFeeding = false;
            string heat = _reading.ChipCelsius >= _options.StopCelsius
                ? $"the chips have {Text(_reading.ChipCelsius.Value)} °C of {Text(_options.StopCelsius)} °C"
                : $"the regulator has {Text(_reading.RegulatorCelsius!.Value)} °C of "
                + $"{Text(_options.RegulatorStopCelsius)} °C";
            Note(heat);
            Run(CoolDown(heat));
            return;
        }
        Throttle();
        SetFan(IsHot ? 100 : _options.FanPercent ?? WantedFan());
    }

    /// <summary>The board's sensors, and the chips' own where they say more.</summary>
    private BoardReading Sense()
    {
        BoardReading read = _board.Read();
        double? own = _tallies.Max(tally => tally.CelsiusAt(Now, _time));
        return own is double celsius && !(read.ChipCelsius >= celsius) ? read with { ChipCelsius = celsius } : read;
    }

    private bool IsHot => _reading.ChipCelsius >= _options.ThrottleCelsius
        || _reading.RegulatorCelsius >= _options.RegulatorThrottleCelsius;

    private void CheckReadable()
    {
        _wasReadable |= _reading.ChipCelsius is not null;
        _unreadable = _reading.ChipCelsius is null && (_wasReadable || !_options.Unlocked) ? _unreadable + 1 : 0;
        if (_unreadable >= UnreadableMax)
        {
            _unreadable = 0;
            throw new ChainException($"the chips' temperature could not be read {UnreadableMax} times in a row");
        }
    }

    private void Throttle()
    {
        if (IsHot)
        {
            _hotAt = Now;
        }
        if (!_isFeeding || _script is not null || _time.GetElapsedTime(_throttledAt) < s_throttleEvery)
        {
            return;
        }
        if (IsHot && TargetMegahertz() > _family.MegahertzMin / 2)
        {
            _throttleCut += ThrottleStep;
        }
        else if (IsCut && _reading.ChipCelsius < _options.ThrottleCelsius - RecoverBelow
            && _time.GetElapsedTime(_hotAt) > s_recoverAfter)
        {
            _throttleCut = Math.Max(0, _throttleCut - RecoverStep);
        }
        else
        {
            return;
        }
        _throttledAt = Now;
        Run(ChangePoint());
    }

    private int? WantedFan() => _reading.ChipCelsius is double celsius
        ? (int)Math.Clamp(FanMin + ((celsius - FanFrom) / (FanTo - FanFrom) * (100 - FanMin)), FanMin, 100)
        : null;

    private void SetFan(int? percent)
    {
        if (percent is int wanted && (_fan is not int now || Math.Abs(now - wanted) >= 2))
        {
            _board.SetFan(wanted);
            _fan = wanted;
        }
    }

    /// <summary>All off, fans on, until it is cool; then again with less.</summary>
    private IEnumerator<TimeSpan> CoolDown(string heat)
    {
        Secure();
        SetFan(100);
        Enter(ChainState.Cooling, $"{heat}: stopped until it is cool");
        long since = Now;
        do
        {
            if (_time.GetElapsedTime(since) > s_coolMax)
            {
                throw new ChainException(
                    $"{heat}, and it is not cool after {s_coolMax.TotalMinutes} min", ChainRemedy.Help);
            }
            yield return s_guardEvery;
        }
        while (_time.GetElapsedTime(since) < s_coolMin || _reading.RegulatorCelsius >= CoolRegulator
            || _reading.ChipCelsius >= CoolChip);
        _thermalCut += HotMegahertz;
        _throttleCut = 0;
        Begin($"cool again: {Text(TargetMegahertz())} MHz from here on");
    }

    /// <summary>Fans until someone comes.</summary>
    private IEnumerator<TimeSpan> GaveUp()
    {
        yield return s_fanAfter;
        if (_link is not null)
        {
            SetFan(FanMin);
        }
    }

    private IEnumerator<TimeSpan> ShutDown()
    {
        if (_link is not null)
        {
            Secure();
            Enter(_state, "shutting down");
            yield return s_fanAfter;
            SetFan(FanMin);
        }
        End("shut down");
    }

    private void End(string reason)
    {
        Close();
        Enter(ChainState.Stopped, reason);
        _isEnded = true;
    }

    /// <summary>Chips halted and in reset, regulator off, as far as the board can. Never throws.</summary>
    private void Secure()
    {
        if (_link is null)
        {
            return;
        }
        try
        {
            if (_family.HasHashCount && _chips > 0)
            {
                WriteNow(new RegisterValue(HashCount.Register, 0));
                _link.Drain(s_pace);
            }
        }
        catch (LinkException)
        {
            // Then reset and regulator have to do it.
        }
        try
        {
            _board.SetReset(true);
            _board.SetRegulator(false);
            _millivolts = null;
        }
        catch (LinkException)
        {
            // Whoever cannot be reached cannot be switched off either; the next bring-up begins with it.
        }
    }

    private void Close()
    {
        _isFeeding = false;
        _link?.Dispose();
        _link = null;
        _board.Close();
    }
}
