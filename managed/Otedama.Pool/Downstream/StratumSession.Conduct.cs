using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>What a session's refused submits lead to. Everything here runs under the session's lock.</summary>
internal sealed partial class StratumSession
{
    /// <summary>Some firmware starts over at the same extranonce for each job; another coinbase makes its work new.</summary>
    private const int RepeatsInRowMax = 5;

    private const double RepeatsPerMinuteMax = 50;

    private readonly RefusalWindow _refusals = new();
    private int _repeatsInRow;
    private TokenBucket _repeats;

    /// <summary>Counts a submit that was answered. What is said here goes out with the reply; what ends the session does so after it.</summary>
    private void Judge(Rejection rejection, double now)
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
        if (_guard is not null && _server.Guard.AddShare(_guard, !wrong, now))
        {
            End(CloseReason.Banned);
            return;
        }
        switch (_refusals.Add(rejection))
        {
            case Standing.Warned:
                StratumWriter.ShowMessage(_reply, $"{RefusedText}; the connection ends at more than {RefusalWindow.WrongMax}. {Cure}");
                break;
            case Standing.Hopeless:
                StratumWriter.ShowMessage(_reply, $"{RefusedText}, so this connection ends. {Cure}");
                StratumLog.RefusedWork(_server.Logger, _workers.Length > 0 ? _workers[0].User : "", RefusedText, Cure);
                End(CloseReason.RefusedWork);
                break;
        }
    }

    private string RefusedText =>
        $"{_refusals.Wrong} of your last {_refusals.Count} shares were refused ({RejectionReply.For(_refusals.Reason).Text})";

    private string Cure => RejectionReply.CureOf(_refusals.Reason, _server.Options.Coin, _dialect);

    private void JudgeRepeat(double now)
    {
        if (!_repeats.TryTake(RepeatsPerMinuteMax / 60, RepeatsPerMinuteMax, now))
        {
            StratumWriter.ShowMessage(
                _reply, $"more than {RepeatsPerMinuteMax} repeated shares in a minute, so this connection ends. {RejectionReply.CureOf(Rejection.Duplicate, _server.Options.Coin, _dialect)}");
            End(CloseReason.RefusedWork);
            return;
        }
        if (++_repeatsInRow > RepeatsInRowMax)
        {
            _repeatsInRow = 0;
            SendFresh(now);
        }
    }

    private void End(CloseReason reason)
    {
        SendReply();
        _connection.Close(reason);
    }
}
