using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>Tells each miner what became of its submits; one flush per connection. One thread.</summary>
internal sealed class VerdictPost(SessionRoom room, SessionTable sessions, ITransport transport) : IVerdictSink
{
    private readonly FlushBatch _answered = new(transport);

    public void OnVerdicts(ReadOnlySpan<Verdict> verdicts)
    {
        foreach (ref readonly Verdict verdict in verdicts)
        {
            if (sessions.Find(verdict.WorkerId, verdict.SessionId) is { } session)
            {
                session.OnVerdict(in verdict);
                _answered.AddOnce(session.Connection);
            }
            if (verdict.IsBlock && room.Jobs.TryGet(verdict.JobId, out PoolJob? job))
            {
                room.Meters.AddBlock(job, in verdict);
            }
        }
        _answered.End();
        room.Meters.Count(verdicts);
    }
}
