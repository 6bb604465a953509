namespace Otedama.Pool;

/// <summary>
/// What connected miners are told when the pool lets nobody in any more: words, but for what is over in a moment, and
/// where the reason is a sure one and lasts, the way to their next pool. Looked at once a second by one thread.
/// </summary>
internal sealed class GateWatch
{
    /// <summary>A short gap in the chain is fetched within.</summary>
    public const double TellAfterSeconds = 15;

    /// <summary>A router that starts anew is back within; longer, and who has another pool earns more there.</summary>
    public const double EndAfterSeconds = 300;

    private double _closedAt = double.NaN, _surelyAt = double.NaN;
    private bool _isTold, _isEnded;

    /// <summary>What is to be said to all miners now; null while there is nothing new. now: seconds.</summary>
    public GateNews? Look(Closure? closed, double now)
    {
        if (closed is null)
        {
            bool wasTold = _isTold;
            (_closedAt, _surelyAt, _isTold, _isEnded) = (double.NaN, double.NaN, false, false);
            return wasTold ? new GateNews("work counts again", Ends: false, IsOver: true) : null;
        }
        _closedAt = double.IsNaN(_closedAt) ? now : _closedAt;
        _surelyAt = !closed.SendsAway ? double.NaN : double.IsNaN(_surelyAt) ? now : _surelyAt;
        if (!_isEnded && now - _surelyAt >= EndAfterSeconds)
        {
            _isEnded = true;
            return new GateNews($"no work until this is over: {closed.Reason}", Ends: true, IsOver: false);
        }
        if (!_isTold && now - _closedAt >= TellAfterSeconds)
        {
            _isTold = true;
            return new GateNews($"what is mined now may be worth nothing: {closed.Reason}", Ends: false, IsOver: false);
        }
        return null;
    }
}

/// <param name="Ends">The connections end with it.</param>
/// <param name="IsOver">Miners are let in again.</param>
internal readonly record struct GateNews(string Words, bool Ends, bool IsOver);
