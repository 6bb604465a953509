using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Mining;

/// <summary>Candidates on their way out and verdicts on their way back. The submitter writes, the reader answers.</summary>
internal sealed partial class StratumSession
{
    /// <summary>Shares refused, or left without a reply, before we believe that this pool will take none.</summary>
    private const int RefusalsMax = 10;

    /// <summary>Late shares before the first accepted one; late is no sign of another algorithm, so more are borne.</summary>
    private const int LateMax = 50;

    private readonly LineBudget _refusals;
    private int _refused;                   // rejected before the first accepted one; reader only
    private int _late;                      // late before the first accepted one; reader only
    private int _unheard;                   // without a reply since the last one; reader and watchdog

    /// <summary>A share of this connection was accepted. Any thread.</summary>
    public bool Accepted { get; private set; }

    public int Unanswered => _window.Count;

    /// <summary>Takes a place among the outstanding submits, for Submit. False while all are taken. Submitter only.</summary>
    public bool TryTakePlace() => _window.TryTakePlace();

    /// <summary>Ends when there is a place to take. Submitter only.</summary>
    public Task WhenPlaceAsync(CancellationToken cancellation) => _window.WhenPlaceAsync(cancellation);

    /// <summary>
    /// Writes the submit into the place taken. A candidate of an earlier generation is not sent: its verdict is
    /// Stale, here and now. Submitter only.
    /// </summary>
    public void Submit(in Candidate candidate, WireBuffer output)
    {
        UpstreamJob? job = _jobs.Find(candidate.JobId);
        if (job is null || job.Job.Generation != _numbers.Generation)
        {
            _window.Release();
            Verdict(candidate, job, ShareOutcome.Stale, "a newer job replaced it");
            return;
        }
        Send(candidate, job, output);
    }

    /// <summary>
    /// After a resumed session: sends again what the earlier connection left unanswered. After a new session: gives
    /// it up. Submitter only, once, before the first Submit.
    /// </summary>
    public void Resend(WireBuffer output)
    {
        if (_earlier is null)
        {
            return;
        }
        bool resumed = ReferenceEquals(_jobs, _earlier.Jobs);
        foreach (PendingSubmit submit in _earlier.TakeUnanswered())
        {
            if (resumed && _window.TryTakePlace()) // as many as the earlier session had, so there is one
            {
                Send(submit.Candidate, submit.Job, output);
            }
            else
            {
                Verdict(submit.Candidate, submit.Job, ShareOutcome.Dropped, "the connection was lost before the reply");
            }
        }
    }

    /// <summary>
    /// Gives up submits sent before the timestamp; throws UpstreamException when that happens to one share after the other.
    /// Watchdog only.
    /// </summary>
    public void Expire(long sentBefore)
    {
        foreach (PendingSubmit submit in _window.TakeWhere(p => p.SentAt < sentBefore))
        {
            Verdict(submit.Candidate, submit.Job, ShareOutcome.Dropped, "no reply in time");
            Interlocked.Increment(ref _unheard);
        }
        if (Volatile.Read(ref _unheard) >= RefusalsMax)
        {
            throw new UpstreamException($"{_unheard} shares in a row got no reply", UpstreamFault.Silence);
        }
    }

    private void Send(in Candidate candidate, UpstreamJob job, WireBuffer output)
    {
        int id = _window.Add(new PendingSubmit(candidate, job, _time.GetTimestamp()));
        _dialect.WriteSubmit(output, id, _options.User, job, candidate);
    }

    private void OnSubmitReply(long id, in StratumMessage message)
    {
        if (!_window.TryTake(id, out PendingSubmit submit))
        {
            return; // a reply to what was given up, or to nothing
        }
        Volatile.Write(ref _latencyMs, _time.GetElapsedTime(submit.SentAt).TotalMilliseconds);
        Volatile.Write(ref _unheard, 0);
        if (message.Result.IsTrue && !StratumReason.IsRefusal(message))
        {
            Accepted = true;
            LastWorkAt = _time.GetTimestamp();
            RigLog.ShareAccepted(_logger, _options.Pool, submit.Candidate.WorkerId, LatencyMs);
            Verdict(submit.Candidate, submit.Job, ShareOutcome.Accepted, "");
            return;
        }
        string reason = StratumReason.Read(message);
        bool stale = StratumReason.IsStale(message, reason);
        if (_refusals.TryTake(out long unsaid))
        {
            if (unsaid > 0)
            {
                RigLog.MoreRefused(_logger, _options.Pool, unsaid);
            }
            RigLog.ShareRefused(_logger, _options.Pool, reason);
        }
        Verdict(submit.Candidate, submit.Job, stale ? ShareOutcome.Stale : ShareOutcome.Rejected, reason);
        if (!stale && !Accepted && ++_refused >= RefusalsMax)
        {
            throw Unwanted(reason);
        }
        if (stale && !Accepted && ++_late >= LateMax)
        {
            throw new UpstreamException($"it calls every share late since we connected ({reason})", UpstreamFault.Silence);
        }
    }

    private UpstreamException Unwanted(string reason)
    {
        if (_options.Proven)
        {
            return new UpstreamException($"it refuses every share since we connected ({reason})", UpstreamFault.Silence);
        }
        string advice = StratumReason.IsAboutLogin(reason)
            ? "check wallet, worker name and password"
            : $"this pool seems to mine another algorithm than {AlgorithmName}";
        return new UpstreamException($"it refused the first {_refused} shares and accepted none ({reason}): {advice}", UpstreamFault.Unfit);
    }

    private void Verdict(in Candidate candidate, UpstreamJob? job, ShareOutcome outcome, string reason) =>
        (_sink ?? _options.Sink).OnVerdict(new UpstreamVerdict(candidate.WorkerId, outcome, job?.Work ?? 0, reason));
}
