using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// One session's submits from line to answer. Many miners use one id for all submits and match answers by order, so a
/// refusal waits for the verdicts before it. Under the session's lock but for <see cref="Pending"/>.
/// </summary>
internal sealed class SessionSubmits(
    SessionRoom room,
    MinerLink link,
    SessionLogin login,
    SessionJobs jobs,
    SessionDifficulty difficulty,
    SessionConduct conduct)
{
    private readonly PendingIds _ids = new();
    private readonly SessionTrust _trust = new(room, link);
    private readonly DeferredReplies _deferred = new(link);
    private long _sent;
    private long _answered;

    /// <summary>Submits that wait for their verdict; any thread.</summary>
    public long Pending => Volatile.Read(ref _sent) - Volatile.Read(ref _answered);

    public void OnSubmit(in StratumMessage message, StratumSession session)
    {
        if (!login.IsSubscribed)
        {
            Reject(message.Id, StratumError.NotSubscribed, "not subscribed: send mining.subscribe first");
            return;
        }
        SessionWorker? worker = login.FindSubmitter(message.Params.Element(0));
        if (worker is null)
        {
            Reject(message.Id, StratumError.Unauthorised, "worker is not authorised: send mining.authorize first");
            return;
        }
        Candidate candidate = default;
        if (login.Dialect.TryRead(session, message.Params, ref candidate, out Rejection rejection, out string problem))
        {
            candidate.WorkerId = session.Slot;
            candidate.SessionId = link.Connection.Id;
            candidate.Lane = login.Extranonce1;
            if (!TryGrade(message.Id, worker, ref candidate))
            {
                room.Proofs.Return(candidate.Proof);
            }
        }
        else if (rejection != Rejection.None)
        {
            Reject(message.Id, worker, rejection);
            // What falls before the validator counts against the miner as well.
            conduct.Judge(rejection, link.ReceivedAt);
        }
        else
        {
            Reject(message.Id, StratumError.Other, problem);
            link.AddPoints(ConnectionGuard.WrongSubmitPoints);
        }
    }

    /// <summary>The answer to one of this session's submits.</summary>
    public void OnVerdict(in Verdict verdict, double now)
    {
        Span<byte> scratch = stackalloc byte[8];
        ReadOnlySpan<byte> id = _ids.Take(verdict.Tag, scratch);
        if (verdict.Rejection == Rejection.None)
        {
            StratumWriter.True(link.Reply, id);
            CountShare(in verdict, now);
        }
        else
        {
            (StratumError code, string text) = RejectionReply.For(verdict.Rejection);
            StratumWriter.Error(link.Reply, id, code, text);
            difficulty.OnRefused();
        }
        _answered++;
        _deferred.Send(_answered);
        jobs.SendUrgent(now);
        if (_trust.Survives(verdict.Rejection, login.Dialect.ProofsAreDear))
        {
            conduct.Judge(verdict.Rejection, now);
        }
    }

    /// <summary>
    /// Decides by which target the candidate is judged and whether there is room for it. False: it was refused, and its proof
    /// is to be given back.
    /// </summary>
    private bool TryGrade(ReadOnlySpan<byte> id, SessionWorker worker, ref Candidate candidate)
    {
        if (Pending >= room.Options.Limits.SubmitsPendingMax)
        {
            Reject(id, worker, Rejection.Overloaded);
            return false;
        }
        bool isTaken = false;
        candidate.Target = TargetOf(candidate.JobId);
        candidate.IsOverBudget = !difficulty.TryTake(candidate.Target, link.ReceivedAt);
        bool dear = login.Dialect.ProofsAreDear;
        bool hasRoom = !dear || _trust.TryRank(ref candidate, Pending);
        if (candidate.IsOverBudget && dear && candidate.Rank != CandidateRank.ClaimedBlock)
        {
            Reject(id, worker, Rejection.OverBudget); // it does not even claim to be a block
        }
        else if (!hasRoom)
        {
            Reject(id, worker, Rejection.Overloaded);
        }
        else
        {
            isTaken = TryHandOn(id, worker, ref candidate);
        }
        if (candidate.IsOverBudget)
        {
            jobs.SendUrgent(link.ReceivedAt);
        }
        return isTaken;
    }

    private bool TryHandOn(ReadOnlySpan<byte> id, SessionWorker worker, ref Candidate candidate)
    {
        candidate.Claimant = worker.Account;
        candidate.AccountId = worker.Account.AccountId;
        candidate.Tag = _ids.Put(id);
        candidate.ReceivedAt = room.Time.GetTimestamp();
        // Counted first: the verdict may come, on its own thread, before TryEnqueue returns; it waits for our lock.
        _sent++;
        if (room.TryEnqueue(in candidate))
        {
            return true;
        }
        _sent--;
        _ = _ids.Take(candidate.Tag, stackalloc byte[8]);
        Reject(id, worker, Rejection.Overloaded);
        return false;
    }

    /// <summary>Zero for a job this session was not sent, or that is too old.</summary>
    private Target TargetOf(uint jobId) =>
        room.Jobs.TryGet(jobId, out PoolJob? job) && difficulty.Targets.TryGet(job.Job.WorkId, out Grade? grade)
            ? grade.Target
            : default;

    private void CountShare(in Verdict verdict, double now)
    {
        if (verdict.Work > UInt128.Zero && room.Jobs.TryGet(verdict.JobId, out PoolJob? job))
        {
            difficulty.OnAccepted(job.Job.WorkId, now);
        }
    }

    private void Reject(ReadOnlySpan<byte> id, SessionWorker worker, Rejection rejection)
    {
        room.Meters.CountRejected(worker.Account, rejection);
        difficulty.OnRefused();
        (StratumError code, string text) = RejectionReply.For(rejection);
        Reject(id, code, text);
    }

    private void Reject(ReadOnlySpan<byte> id, StratumError code, string text)
    {
        if (Pending == 0)
        {
            StratumWriter.Error(link.Reply, id, code, text);
        }
        else
        {
            _deferred.Add(_sent, id, code, text);
        }
    }
}
