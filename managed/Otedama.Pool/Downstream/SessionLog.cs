using System.Net;
using Microsoft.Extensions.Logging;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// What sessions say in the log. Of lines that strangers cause at will only the first few of a minute are written;
/// the rest are counted and told in one. Any thread.
/// </summary>
internal sealed class SessionLog(ILogger logger)
{
    private const double LinesPerMinute = 10;

    private readonly Lock _gate = new();
    private TokenBucket _lines = new(LinesPerMinute, 0);
    private long _unsaid;

    public void LoggedIn(string user) => StratumLog.LoggedIn(logger, user);

    public void SentToRegion(string user, RegionPool region) =>
        StratumLog.SentToRegion(logger, user, region.Label, region.Host, region.Port);

    public void LoginRefused(string error) => StratumLog.LoginRefused(logger, error);

    public void Closed(TransportConnection connection, CloseReason reason) =>
        StratumLog.Closed(logger, connection.Id, connection.Remote, reason);

    public void Failed(Exception exception) => StratumLog.SessionFailed(logger, exception);

    public void RefusedWork(string user, string refused, string cure, double now)
    {
        if (TryTakeLine(now))
        {
            StratumLog.RefusedWork(logger, user, refused, cure);
        }
    }

    public void WrongProofs(TransportConnection connection, int count, double now)
    {
        if (TryTakeLine(now))
        {
            StratumLog.WrongProofs(logger, connection.Id, connection.Remote, count);
        }
    }

    /// <summary>Says how many lines were left out; about once a minute.</summary>
    public void TellUnsaid()
    {
        long unsaid;
        lock (_gate)
        {
            (unsaid, _unsaid) = (_unsaid, 0);
        }
        if (unsaid > 0)
        {
            StratumLog.MoreEnded(logger, unsaid);
        }
    }

    private bool TryTakeLine(double now)
    {
        lock (_gate)
        {
            bool taken = _lines.TryTake(LinesPerMinute / 60, LinesPerMinute, now);
            _unsaid += taken ? 0 : 1;
            return taken;
        }
    }
}
