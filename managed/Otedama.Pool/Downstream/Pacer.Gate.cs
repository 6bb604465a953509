using Microsoft.Extensions.Logging;

namespace Otedama.Pool;

/// <summary>What the server says when the pool lets nobody in.</summary>
internal sealed partial class Pacer
{
    private readonly GateWatch _gate = new();

    /// <summary>Miners that are connected hear that nobody is let in any more, why, and when that is over.</summary>
    private void LookAtGate(double now)
    {
        if (_gate.Look(room.Jobs.WhyClosed, now) is not { } news)
        {
            return;
        }
        StratumLog.Gate(logger, news.IsOver ? LogLevel.Information : LogLevel.Warning, news.Words);
        foreach (StratumSession? session in sessions.All)
        {
            if (session?.Tell(news.Words, news.Ends) == true)
            {
                _batch.Add(session.Connection);
            }
        }
        _batch.End();
    }
}
