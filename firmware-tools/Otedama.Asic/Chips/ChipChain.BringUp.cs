namespace Otedama.Asic;

/// <summary>From nothing to mining, as iterators that yield how long they want to wait.</summary>
public sealed partial class ChipChain
{
    /// <summary>Between two looks for a device that is not there.</summary>
    private static readonly TimeSpan s_lookFor = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(10);

    /// <summary>After this long without another reply all chips have answered.</summary>
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(1);

    /// <summary>So long chips that nobody expects are waited for, at each rate.</summary>
    private static readonly TimeSpan s_strangerTime = TimeSpan.FromMilliseconds(200);

    /// <summary>Between the chips' change of rate and the host's.</summary>
    private static readonly TimeSpan s_rateTime = TimeSpan.FromMilliseconds(60);

    private static readonly TimeSpan s_rampTime = TimeSpan.FromMilliseconds(100);

    /// <summary>Regulator off for that long, and the capacitors are empty.</summary>
    private static readonly TimeSpan s_powerOff = TimeSpan.FromSeconds(5);

    private const double RampStep = 6.25;

    /// <summary>A lost byte is no missing chip: so often the ids are read before one is.</summary>
    private const int IdReads = 3;

    /// <summary>More replies than chips can be are counted no further.</summary>
    private const int IdsMax = 256;

    /// <summary>Gap of the UART relay in the domain nearest to the host, and how much less in each further
    /// one.</summary>
    private const int RelayGap = 0x4f, RelayGapStep = 5;

    private readonly List<uint> _ids = [];
    private long _strayAt; // bytes that were no frame before the ids were asked for
    private long _repliedAt;
    private int _chips;
    private int _rate = ChipBaud.Slow;
    private double? _megahertz;
    private int? _millivolts;
    private uint _hashCount;
    private bool _hashCountWritten, _hasReset, _offsets, _isSlowOnly, _powerCycle;

    private IEnumerator<TimeSpan> BringUp()
    {
        while (_link is null)
        {
            if (!TryOpen())
            {
                yield return s_lookFor;
            }
        }
        Forget();
        Enter(ChainState.Opened, "the link is open", 30,
            "the board could not be powered and its chips reset within 30 s");
        foreach (TimeSpan wait in Power())
        {
            yield return wait;
        }
        Enter(ChainState.Reset, _hasReset ? "the chips were reset"
            : "the board has no reset line: the chips keep what they were told before",
            20, "the chips did not answer and take their addresses within 20 s");
        InitScript? script = null;
        int at = 0;
        do
        {
            // Which script it is depends on the number of chips, which is known once the ids are read: until then all
            // have the same lines.
            script = _family.ScriptFor(Math.Max(1, _chips > 0 ? _chips : _options.Chips ?? 1), _options.Script);
            foreach (TimeSpan wait in Do(script, script.Steps[at]))
            {
                yield return wait;
            }
            at++;
        }
        while (at < script.Steps.Count);
        _reading = Sense();
        Start();
    }

    private bool TryOpen()
    {
        try
        {
            _link = _board.Open();
            _rate = ChipBaud.Slow;
            return true;
        }
        catch (LinkException e)
        {
            if (_state != ChainState.Absent || _reason != e.Message)
            {
                Enter(ChainState.Absent, e.Message);
            }
            return false;
        }
    }

    private void Forget()
    {
        _slots.Clear();
        _tallies = [];
        _reader.Clear();
        _ids.Clear();
        (_chips, _megahertz, _hashCountWritten, _offsets, _isFeeding) = (0, null, false, false, false);
        (_mask, _ticket) = (ChipFamily.VersionReach, _family.HasTicket ? 0 : 1);
    }

    private IEnumerable<TimeSpan> Power()
    {
        _hasReset = _board.SetReset(true);
        if (_powerCycle)
        {
            _powerCycle = false;
            _board.SetRegulator(false);
            yield return s_powerOff;
        }
        ApplyMillivolts(TargetMillivolts());
        _board.SetRegulator(true);
        yield return _board.ResetHold;
        if (_hasReset && _board.IsResetHeld == false)
        {
            throw new ChainException(
                "the reset line was pulled low and reads high: something else drives it, or the board is broken",
                ChainRemedy.Help);
        }
        _board.SetReset(false);
        yield return _board.ResetRest;
        if (_hasReset && _board.IsResetHeld == true)
        {
            throw new ChainException(
                "the reset line was let go and still reads low: the board holds its chips in reset");
        }
        if (!_hasReset && FastRate() is int fast && TrySetRate(fast))
        {
            // They may still run at the rate of an earlier life; at 115,200 they take this for noise.
            foreach (TimeSpan wait in Write(CommandTo(null, _family.SlowRate)))
            {
                yield return wait;
            }
            _link!.Drain(s_writeWait);
            yield return s_rateTime;
        }
        _link!.SetRate(ChipBaud.Slow);
        _rate = ChipBaud.Slow;
        _link.Discard();
        _reader.Clear();
        _reader.Expect(FirstLength());
    }

    /// <summary>Bytes of the first replies: before version rolling all marked ones are short, which they are after a
    /// reset.</summary>
    private int FirstLength() => _family.TakesMidstates ? _family.ReplyLength
        : _hasReset ? ReplyReader.ShortLength : ReplyReader.Learn;

    /// <summary>The rate an earlier bring-up may have left the chips at; null = the script has none.</summary>
    private int? FastRate() =>
        _family.ScriptFor(_options.Chips ?? 1, _options.Script)
            .Steps.FirstOrDefault(static step => step.Verb == InitVerb.Rate)?.Number;

    private IEnumerable<TimeSpan> Do(InitScript script, InitStep step) => step.Verb switch
    {
        InitVerb.ReadIds => ReadIds(),
        InitVerb.Inactive => Inactive(Math.Max(1, step.Number)),
        InitVerb.Addresses => SetAddresses(step.Number),
        InitVerb.WriteAll => WriteAll(step.Writes),
        InitVerb.WriteEach => WriteSome(Enumerable.Range(0, _chips), step.Writes),
        InitVerb.WriteFirst => WriteSome([0], step.Writes),
        InitVerb.WriteDomainLast => WriteSome(DomainLasts(), step.Writes),
        InitVerb.Relay => Relay(),
        InitVerb.Ticket => WriteTicket(),
        InitVerb.Rate => SwitchRate(step),
        InitVerb.Fast => _rate != ChipBaud.Slow ? WriteAll(step.Writes) : [],
        InitVerb.Slow => _rate == ChipBaud.Slow ? WriteAll(step.Writes) : [],
        InitVerb.Ramp => FirstRamp(),
        InitVerb.HashCount => WriteHashCount(),
        InitVerb.VersionMask => WriteAll([MaskRegister(_mask)]),
        InitVerb.Offsets => WriteOffsets(),
        InitVerb.FirstJob => SendFirstJob(),
        InitVerb.Wait => [TimeSpan.FromMilliseconds(step.Number)],
        _ => throw new InvalidOperationException(
            $"init script {script.Name} of {_family.Name}: nothing does {step.Verb}"),
    };

    private IEnumerable<TimeSpan> ReadIds()
    {
        for (int read = 1; ; read++)
        {
            foreach (TimeSpan wait in AskIds(most: IdsMax))
            {
                yield return wait;
            }
            if (WrongIds() is not { } wrong)
            {
                break;
            }
            if (read < IdReads)
            {
                continue;
            }
            if (_ids.Count > 0 || _hasReset)
            {
                throw wrong;
            }
            foreach (TimeSpan wait in AskStrangers())
            {
                yield return wait;
            }
            throw _ids.Count == 0 ? wrong : WrongIds() ?? new ChainException(
                $"the chips answered at {_rate} baud, the rate of an earlier life: they are set to {ChipBaud.Slow}");
        }
        _chips = _ids.Count;
        _tallies = [.. Enumerable.Range(0, _chips)
            .Select(index => new ChipTally(index, _family.AddressOf(index, _chips)))];
        if (_options.Domains > _chips || _chips % _options.Domains != 0)
        {
            throw new ChainException(
                $"{_chips} chips answered, which {_options.Domains} domains do not divide equally: correct domains",
                ChainRemedy.Help);
        }
    }

    private IEnumerable<TimeSpan> AskIds(int most)
    {
        _ids.Clear();
        _reader.Clear();
        _strayAt = _reader.ResyncBytes;
        _link!.Write(Frame(static (frame, how) => CommandFrame.ReadAll(frame, 0, how)), s_writeWait);
        _repliedAt = Now;
        while (_ids.Count < most && _time.GetElapsedTime(_repliedAt) < s_silence)
        {
            yield return s_pace;
        }
    }

    /// <summary>Without a reset line other chips than are expected may be there at the rate they were left at: whoever
    /// answers is named.</summary>
    private IEnumerable<TimeSpan> AskStrangers()
    {
        IEnumerable<int> rates = ChipFamilies.All.SelectMany(static family => family.Scripts)
            .SelectMany(static script => script.Steps).Where(static step => step.Verb == InitVerb.Rate)
            .Select(static step => step.Number).Prepend(ChipBaud.Slow).Distinct();
        foreach (int rate in rates.Where(TrySetRate))
        {
            foreach (ChipFraming framing in (ChipFraming[])[ChipFraming.Marked, ChipFraming.Bare])
            {
                _link!.Discard();
                _reader.Clear();
                _reader.Expect(framing.IsMarked ? ReplyReader.Learn : ReplyReader.BareLength);
                byte[] frame = new byte[CommandFrame.LengthMax];
                _link.Write(frame.AsSpan(framing.Unsent..CommandFrame.ReadAll(frame, 0, framing)), s_writeWait);
                yield return s_strangerTime;
                if (!framing.IsMarked)
                {
                    // Without a preamble noise is a frame once in a hundred bytes.
                    _ids.RemoveAll(id => ChipFamilies.ById(id)?.Framing != framing);
                }
                if (_ids.Count > 0)
                {
                    if (_family.IsId(_ids[0]))
                    {
                        foreach (TimeSpan wait in Write(CommandTo(null, _family.SlowRate)))
                        {
                            yield return wait;
                        }
                    }
                    yield break;
                }
            }
        }
    }

    private ChainException? WrongIds()
    {
        foreach (uint id in _ids)
        {
            if (!_family.IsId(id))
            {
                string who = ChipFamilies.ById(id) is { } other ? other.Name : "an unknown chip";
                return new ChainException(
                    $"{who} answers (chip id {id:x8}) where {_family.Name} is expected: this is another board; "
                        + "correct the board or the chip in the configuration",
                    ChainRemedy.Help);
            }
        }
        int? expected = _options.Chips;
        if (_ids.Count == 0)
        {
            long stray = _reader.ResyncBytes - _strayAt + _reader.Waiting;
            string who = expected > 1 ? $"chip 1 of {expected} missing: none answered" : "no chip answered";
            return new ChainException(stray > 0
                ? $"{who}, but {stray} bytes came that are no whole frame: something else is behind this port, the "
                    + "line is disturbed, or the chips talk at another rate"
                : $"{who}; check power, cable and reset line");
        }
        if (_ids.Count < expected)
        {
            return new ChainException($"chip {_ids.Count + 1} of {expected} missing: {_ids.Count} answered");
        }
        if (_ids.Count > expected || _ids.Count > _family.ChipsMax)
        {
            return new ChainException(
                $"{_ids.Count} chips answered where {expected ?? _family.ChipsMax} are expected", ChainRemedy.Help);
        }
        return null;
    }

    private IEnumerable<TimeSpan> Inactive(int times)
    {
        for (int i = 0; i < times; i++)
        {
            foreach (TimeSpan wait in Write(Frame(static (frame, how) => CommandFrame.Inactive(frame, how))))
            {
                yield return wait;
            }
        }
    }

    private IEnumerable<TimeSpan> SetAddresses(int atLeast)
    {
        for (int i = 0; i < Math.Max(atLeast, _chips); i++)
        {
            byte address = unchecked((byte)_family.AddressOf(i, _chips));
            foreach (TimeSpan wait in Write(Frame((frame, how) => CommandFrame.SetAddress(frame, address, how))))
            {
                yield return wait;
            }
        }
        Enter(ChainState.Enumerated, _chips == 1 ? $"1 chip {_family.Name}" : $"{_chips} chips {_family.Name}",
            20 + (0.15 * _chips),
            $"the registers of {_chips} chips were not written within {Text(20 + (0.15 * _chips))} s");
    }

    private IEnumerable<TimeSpan> WriteAll(IReadOnlyList<RegisterValue> writes) =>
        writes.SelectMany(write => Write(CommandTo(null, write)));

    private IEnumerable<TimeSpan> WriteSome(IEnumerable<int> chips, IReadOnlyList<RegisterValue> writes) =>
        chips.SelectMany(chip => writes.SelectMany(write => Write(CommandTo(chip, write))));

    private IEnumerable<int> DomainLasts()
    {
        int each = _chips / _options.Domains;
        return Enumerable.Range(1, _options.Domains).Select(domain => (domain * each) - 1);
    }

    private IEnumerable<TimeSpan> Relay()
    {
        int each = _chips / _options.Domains;
        for (int domain = 0; domain < _options.Domains; domain++)
        {
            uint gap = (uint)Math.Max(1, RelayGap - (RelayGapStep * domain));
            int first = domain * each;
            foreach (TimeSpan wait in WriteSome([first, .. each > 1 ? [first + each - 1] : Array.Empty<int>()],
                [new RegisterValue(0x2c, (gap << 16) | 3)]))
            {
                yield return wait;
            }
        }
    }

    private IEnumerable<TimeSpan> WriteTicket()
    {
        _ticket = WantedTicket();
        return WriteAll([new RegisterValue(TicketMask.Register, TicketMask.ForDifficulty(_ticket))]);
    }

    private int WantedTicket() => !_family.HasTicket ? 1 : _options.TicketDifficulty ?? TicketMask.Choose(
        _family.Hashrate(TargetMegahertz(), Math.Max(1, _chips)), _shareDifficulty, _family.DefaultTicket);

    private IEnumerable<TimeSpan> SwitchRate(InitStep step)
    {
        if (!_options.FastRate || _isSlowOnly)
        {
            yield break;
        }
        foreach (TimeSpan wait in WriteAll(step.Writes))
        {
            yield return wait;
        }
        _link!.Drain(s_writeWait);
        yield return s_rateTime;
        if (!TrySetRate(step.Number))
        {
            _isSlowOnly = true;
            throw new ChainException(
                $"the link cannot do {step.Number} baud: staying at {ChipBaud.Slow}", ChainRemedy.TryAgain);
        }
        _link.Discard();
        _reader.Clear();
        foreach (TimeSpan wait in AskIds(most: _chips))
        {
            yield return wait;
        }
        if (_ids.Count != _chips)
        {
            _isSlowOnly = true;
            throw new ChainException(
                $"{_ids.Count} of {_chips} chips answer at {step.Number} baud: staying at {ChipBaud.Slow}",
                ChainRemedy.TryAgain);
        }
    }

    private bool TrySetRate(int rate)
    {
        try
        {
            _link!.SetRate(rate);
            _rate = rate;
            return true;
        }
        catch (LinkException e) when (e.Fault == LinkFault.Unsupported)
        {
            return false;
        }
    }

    private IEnumerable<TimeSpan> FirstRamp()
    {
        Enter(ChainState.Configured, "the registers are written", 10, "the clock could not be begun with within 10 s");
        double target = TargetMegahertz();
        double seconds = 30 + (0.15 * (target / RampStep)) + (0.2 * _chips);
        Enter(ChainState.Ramping, $"to {Text(target)} MHz", seconds,
            $"the clock did not come to {Text(target)} MHz within {Text(seconds)} s");
        return RampTo(target);
    }

    /// <summary>In steps, up or down, and the hash counting number after it. Never without a readable
    /// temperature.</summary>
    private IEnumerable<TimeSpan> RampTo(double target)
    {
        if (!_options.Unlocked && (_reading = Sense()).ChipCelsius is null)
        {
            throw new ChainException(
                "the chips' temperature cannot be read, and without it no clock is set: mend the sensor, or set "
                    + "unlocked to go on without", ChainRemedy.Help);
        }
        double at = _megahertz ?? Math.Min(_family.RampFrom, target);
        while (true)
        {
            PllSetting pll = _family.Pll.Nearest(at);
            RegisterValue clock = new(_family.Pll.Register, pll.Register);
            IReadOnlyList<RegisterValue> writes = _family.PllDivider is uint divider
                ? [new(0x70, divider), new(0x70, divider), clock, clock]
                : [clock];
            foreach (TimeSpan wait in WriteAll(writes))
            {
                yield return wait;
            }
            _megahertz = pll.Megahertz;
            if (at == target)
            {
                break;
            }
            yield return s_rampTime;
            at = at < target
                ? Math.Min(target, (Math.Floor((at / RampStep) + 1e-6) + 1) * RampStep)
                : Math.Max(target, (Math.Ceiling((at / RampStep) - 1e-6) - 1) * RampStep);
        }
        if (_hashCountWritten)
        {
            foreach (TimeSpan wait in WriteHashCount())
            {
                yield return wait;
            }
        }
    }

    private IEnumerable<TimeSpan> WriteHashCount()
    {
        if (!_family.HasHashCount)
        {
            return [];
        }
        _hashCount = HashCount.For(_family, _chips, _family.Pll.Nearest(_megahertz ?? TargetMegahertz()));
        _hashCountWritten = true;
        return WriteAll([new RegisterValue(HashCount.Register, _hashCount)]);
    }

    private IEnumerable<TimeSpan> WriteOffsets()
    {
        _offsets = true;
        return Enumerable.Range(0, _chips).SelectMany(chip => WriteSome([chip],
            [new RegisterValue(0x0c, 0x80000000 + (uint)(chip * ChipFamily.OffsetStep(_chips)))]));
    }

    private IEnumerable<TimeSpan> Write(byte[] frame)
    {
        _link!.Write(frame, s_writeWait);
        yield return s_pace;
    }

    /// <summary>A write to one chip, or to all of them (null); what it changes in the replies is expected from here
    /// on.</summary>
    private byte[] CommandTo(int? chip, RegisterValue write)
    {
        if (write.Register == 0xa4 && write.Value >> 31 != 0)
        {
            _reader.Expect(_family.ReplyLength);
        }
        return chip is int index
            ? Frame((frame, how) => CommandFrame.WriteOne(
                frame, _family.CommandAddressOf(index, _chips), write.Register, write.Value, how))
            : Frame((frame, how) => CommandFrame.WriteAll(frame, write.Register, write.Value, how));
    }

    private byte[] Frame(Func<byte[], ChipFraming, int> write)
    {
        byte[] frame = new byte[CommandFrame.LengthMax];
        int length = write(frame, _family.Framing);
        return frame[_family.Framing.Unsent..length];
    }

    private static RegisterValue MaskRegister(uint mask) => new(0xa4, 0x90000000 | (mask >> ChipFamily.VersionShift));
}
