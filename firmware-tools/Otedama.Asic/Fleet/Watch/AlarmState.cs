namespace Otedama.Asic;

/// <summary>What a look changed.</summary>
public enum AlarmChange
{
    None,
    Raised,
    Cleared,
}

/// <summary>
/// One alarm of one device: counts bad and good looks and holds what lies between. A look that knows nothing changes
/// nothing, but an alarm that nothing was heard of for a day is dropped. One thread at a time.
/// </summary>
public sealed class AlarmState(AlarmRule rule)
{
    private static readonly TimeSpan s_forgetAfter = TimeSpan.FromDays(1);

    private int _bad;
    private int _good;
    private DateTimeOffset _firstBad;
    private DateTimeOffset _firstGood;
    private DateTimeOffset _lastKnown;

    public AlarmRule Rule { get; } = rule;

    public bool IsRaised { get; private set; }

    /// <summary>When it was raised or cleared the last time.</summary>
    public DateTimeOffset? ChangedAt { get; private set; }

    /// <summary>What the last bad look said.</summary>
    public string Sentence { get; private set; } = "";

    /// <summary>Of the last look that knew one, in the rule's unit.</summary>
    public double? Value { get; private set; }

    internal AlarmChange Take(Finding look, DateTimeOffset now)
    {
        switch (look.Verdict)
        {
            case Verdict.Bad:
                return TakeBad(look, now);
            case Verdict.Good:
                return TakeGood(look, now);
            default:
                return IsRaised && now - _lastKnown >= s_forgetAfter ? Change(false, now) : AlarmChange.None;
        }
    }

    private AlarmChange TakeBad(Finding look, DateTimeOffset now)
    {
        (_good, _lastKnown, Value, Sentence) = (0, now, look.Value, look.Sentence);
        if (_bad++ == 0 || now < _firstBad)
        {
            _firstBad = now;
        }
        return !IsRaised && _bad >= Rule.RaiseLooks && now - _firstBad >= Rule.RaiseAfter ? Change(true, now)
            : AlarmChange.None;
    }

    private AlarmChange TakeGood(Finding look, DateTimeOffset now)
    {
        (_bad, _lastKnown, Value) = (0, now, look.Value ?? Value);
        if (_good++ == 0 || now < _firstGood)
        {
            _firstGood = now;
        }
        return IsRaised && _good >= Rule.ClearLooks && now - _firstGood >= Rule.ClearAfter ? Change(false, now)
            : AlarmChange.None;
    }

    private AlarmChange Change(bool raised, DateTimeOffset now)
    {
        (IsRaised, ChangedAt, _bad, _good) = (raised, now, 0, 0);
        return raised ? AlarmChange.Raised : AlarmChange.Cleared;
    }
}
