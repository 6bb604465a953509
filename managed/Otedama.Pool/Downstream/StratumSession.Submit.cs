using System.Diagnostics.CodeAnalysis;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

internal sealed partial class StratumSession
{
    /// <summary>Refusals that wait behind submits still being checked; more means a flood.</summary>
    private const int DeferredMax = 1_024;

    private readonly PendingIds _ids = new();
    private Queue<(long After, byte[] Reply)>? _deferred;
    private long _submitsSent;
    private long _submitsAnswered;
    private bool _hasRolled;

    /// <summary>Version bits this session may roll in a job that does not take any away.</summary>
    public uint VersionMask => _clientMask & _server.Options.VersionMask;

    /// <summary>Submits that wait for their verdict; read by the drain.</summary>
    public long PendingSubmits => Volatile.Read(ref _submitsSent) - Volatile.Read(ref _submitsAnswered);

    /// <summary>A verdict of one of this session's submits. The caller flushes.</summary>
    public void OnVerdict(in Verdict verdict)
    {
        bool forges;
        lock (_gate)
        {
            _reply = _server.Scratch();
            Span<byte> scratch = stackalloc byte[8];
            ReadOnlySpan<byte> id = _ids.Take(verdict.Tag, scratch);
            if (verdict.Rejection == Rejection.None)
            {
                StratumWriter.True(_reply, id);
                CountShare(in verdict);
            }
            else
            {
                (StratumError code, string text) = RejectionReply.For(verdict.Rejection);
                StratumWriter.Error(_reply, id, code, text);
                _difficulty.OnRefused();
            }
            _submitsAnswered++;
            SendDeferred();
            SendUrgent(_server.Now);
            forges = CountProof(verdict.Rejection);
            if (!forges)
            {
                Judge(verdict.Rejection, _server.Now);
            }
            SendReply();
        }
        if (forges)
        {
            CloseForProofs();
        }
    }

    private void OnSubmit(in StratumMessage message)
    {
        if (!_subscribed)
        {
            Reject(message.Id, StratumError.NotSubscribed, "not subscribed: send mining.subscribe first");
            return;
        }
        SessionWorker? worker = FindSubmitter(message.Params.Element(0));
        if (worker is null)
        {
            Reject(message.Id, StratumError.Unauthorised, "worker is not authorised: send mining.authorize first");
            return;
        }
        Candidate candidate = default;
        if (_dialect.TryRead(this, message.Params, ref candidate, out Rejection rejection, out string problem))
        {
            Enqueue(message.Id, worker, ref candidate);
        }
        else if (rejection != Rejection.None)
        {
            Reject(message.Id, worker, rejection);
            Judge(rejection, _receivedAt); // what falls before the validator counts against the miner as well
        }
        else
        {
            Reject(message.Id, StratumError.Other, problem);
            AddPoints(ConnectionGuard.WrongSubmitPoints);
        }
    }

    /// <summary>A job this session may name; our ids are 8 hex digits.</summary>
    public bool TryFindJob(JsonValue id, [NotNullWhen(true)] out PoolJob? job)
    {
        job = null;
        return id.TryGetHexUInt32(out uint number) && _hasJob && _server.Jobs.TryGet(number, out job);
    }

    /// <summary>Adds to what the dialect read who sent it, how it is graded and where the answer goes.</summary>
    private void Enqueue(ReadOnlySpan<byte> id, SessionWorker worker, ref Candidate candidate)
    {
        if (PendingSubmits >= _server.Options.Limits.SubmitsPendingMax)
        {
            Reject(id, worker, Rejection.Overloaded);
            return;
        }
        candidate.Target = TargetOf(candidate.JobId);
        candidate.IsOverBudget = !_difficulty.TryTake(candidate.Target, _receivedAt);
        bool hasRoom = TryRank(ref candidate);
        if (candidate.IsOverBudget && _dialect.ProofsAreDear && candidate.Rank != CandidateRank.ClaimedBlock)
        {
            Reject(id, worker, Rejection.OverBudget); // it does not even claim to be a block
        }
        else if (!hasRoom)
        {
            Reject(id, worker, Rejection.Overloaded);
        }
        else
        {
            HandOn(id, worker, ref candidate);
        }
        if (candidate.IsOverBudget)
        {
            SendUrgent(_receivedAt);
        }
    }

    private void HandOn(ReadOnlySpan<byte> id, SessionWorker worker, ref Candidate candidate)
    {
        candidate.WorkerId = Slot;
        candidate.SessionId = Id;
        candidate.Claimant = worker.Account;
        candidate.AccountId = worker.Account.AccountId;
        candidate.Tag = _ids.Put(id);
        candidate.ReceivedAt = _server.Time.GetTimestamp();
        // Counted first: the verdict may come, on its own thread, before TryEnqueue returns; it waits for our lock.
        _submitsSent++;
        if (!_server.TryEnqueue(in candidate))
        {
            _submitsSent--;
            _ = _ids.Take(candidate.Tag, stackalloc byte[8]);
            Reject(id, worker, Rejection.Overloaded);
        }
    }

    /// <summary>Zero for a job this session was not sent, or that is too old.</summary>
    private Target TargetOf(uint jobId) =>
        _server.Jobs.TryGet(jobId, out PoolJob? job) && _difficulty.Targets.TryGet(job.Job.WorkId, out Grade? grade)
            ? grade.Target
            : default;

    /// <summary>
    /// Final header version, by the mask of the job that was mined and not of the newest one. Bits of a miner that did not
    /// negotiate are ignored; missing bits of one that did mean the job's own version, but only as long as it never rolled.
    /// A negotiated bit that this job cannot roll may be reported as the job has it.
    /// </summary>
    public bool TryVersion(BitcoinRecipe recipe, uint? bits, out uint version)
    {
        version = recipe.Version;
        uint negotiated = VersionMask;
        uint mask = negotiated & recipe.VersionMask;
        if (mask == 0)
        {
            return true;
        }
        if (bits is not uint rolled)
        {
            return !_hasRolled;
        }
        if ((rolled & ~mask & ~(negotiated & recipe.Version)) != 0)
        {
            return false;
        }
        _hasRolled = true;
        version = (recipe.Version & ~mask) | (rolled & mask);
        return true;
    }

    private SessionWorker? FindSubmitter(JsonValue name)
    {
        SessionWorker[] workers = _workers;
        foreach (SessionWorker worker in workers)
        {
            if (name.Inner.SequenceEqual(worker.UserBytes))
            {
                return worker;
            }
        }
        // Escapes, case of white space, over-long names: the same cleaning as at authorize.
        return workers.Length == 0 ? null
            : name.IsString && name.Inner.IsEmpty ? workers[0]
            : FindWorker(name.GetText(LoginName.CharactersMax).Trim());
    }

    private void CountShare(in Verdict verdict)
    {
        if (verdict.Work > UInt128.Zero && _server.Jobs.TryGet(verdict.JobId, out PoolJob? job))
        {
            _difficulty.OnAccepted(job.Job.WorkId, _server.Now);
        }
    }

    private void Reject(ReadOnlySpan<byte> id, SessionWorker worker, Rejection rejection)
    {
        _server.Meters.CountRejected(worker.Account, rejection);
        _difficulty.OnRefused();
        (StratumError code, string text) = RejectionReply.For(rejection);
        Reject(id, code, text);
    }

    /// <summary>
    /// Refuses a submit. Many miners use one id for all submits and match answers by order, so a refusal waits for the
    /// verdicts before it.
    /// </summary>
    private void Reject(ReadOnlySpan<byte> id, StratumError code, string text)
    {
        if (PendingSubmits == 0)
        {
            StratumWriter.Error(_reply, id, code, text);
            return;
        }
        _deferred ??= new Queue<(long, byte[])>();
        if (_deferred.Count >= DeferredMax)
        {
            _connection.Close(CloseReason.Malformed);
            return;
        }
        WireBuffer buffer = new();
        StratumWriter.Error(buffer, id, code, text);
        _deferred.Enqueue((_submitsSent, buffer.Written.ToArray()));
        buffer.Clear();
    }

    private void SendDeferred()
    {
        while (_deferred is not null && _deferred.TryPeek(out (long After, byte[] Reply) next) && next.After <= _submitsAnswered)
        {
            _reply.Append(next.Reply);
            _deferred.Dequeue();
        }
    }
}
