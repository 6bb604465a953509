using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>What a session's refused submits lead to. Under the session's lock.</summary>
internal sealed class SessionConduct(SessionRoom room, MinerLink link, SessionLogin login, SessionJobs jobs)
{
    /// <summary>
    /// Some firmware starts over at the same extranonce for each job; another coinbase makes its work new.
    /// </summary>
    private const int RepeatsInRowMax = 5;

    private const double RepeatsPerMinuteMax = 50;

    private readonly RefusalWindow _refusals = new();
    private int _repeatsInRow;
    private TokenBucket _repeats = new(RepeatsPerMinuteMax, link.ReceivedAt);

    /// <summary>
    /// Counts a submit that was answered. What is said here goes out with the reply; what ends the session does so
    /// after it.
    /// </summary>
    public void Judge(Rejection rejection, double now)
    {
        if (rejection == Rejection.Duplicate)
        {
            JudgeRepeat(now);
            return;
        }
        bool wrong = RejectionReply.IsMinersFault(rejection);
        if (!wrong && rejection != Rejection.None)
        {
            return;
        }
        _repeatsInRow = 0;
        if (room.Guard.AddShare(link.Entry, !wrong, now))
        {
            link.End(CloseReason.Banned);
            return;
        }
        switch (_refusals.Add(rejection))
        {
            case Standing.Warned:
                link.Show($"{RefusedText}; the connection ends at more than {RefusalWindow.WrongMax}. {Cure}");
                break;
            case Standing.Hopeless:
                link.Show($"{RefusedText}, so this connection ends. {Cure}");
                room.Log.RefusedWork(login.MainUser, RefusedText, Cure, now);
                link.End(CloseReason.RefusedWork);
                break;
        }
    }

    private string RefusedText =>
        $"{_refusals.Wrong} of your last {_refusals.Count} shares were refused"
        + $" ({RejectionReply.For(_refusals.Reason).Text})";

    private string Cure => RejectionReply.CureOf(_refusals.Reason, room.Options.Coin, login.Dialect);

    private void JudgeRepeat(double now)
    {
        if (!_repeats.TryTake(RepeatsPerMinuteMax / 60, RepeatsPerMinuteMax, now))
        {
            string cure = RejectionReply.CureOf(Rejection.Duplicate, room.Options.Coin, login.Dialect);
            link.Show($"more than {RepeatsPerMinuteMax} repeated shares in a minute, so this connection ends. {cure}");
            link.End(CloseReason.RefusedWork);
            return;
        }
        if (++_repeatsInRow > RepeatsInRowMax)
        {
            _repeatsInRow = 0;
            jobs.SendFresh(now);
        }
    }
}
