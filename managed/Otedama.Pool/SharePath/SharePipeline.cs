using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// The way of a share through the pool: ring, verifier thread (blocks are submitted here, before anything else), log with
/// group commit, verdicts. While the committer's thread waits for the disk, the verifiers gather the next group. A session
/// belongs to one verifier, by its lane, so that its answers come in order and its duplicates meet.
/// </summary>
/// <remarks>
/// When the disk refuses (full), shares that wait for their commit keep waiting, unanswered; later ones are still
/// checked, because one may be a block, and are answered "overloaded" once PendingMax wait.
/// </remarks>
public sealed partial class SharePipeline : IDisposable
{
    private readonly SharePipelineOptions _options;
    private readonly Verifier[] _verifiers;
    private readonly IPoolJobTable _jobs;
    private readonly IAccounts _accounts;
    private readonly IShareBook _book;
    private readonly IBlockSink _blocks;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly VerdictQueue _answered; // by the verifiers, in each session's order; accepted ones still need their commit
    private readonly VerdictQueue _refused; // while the disk stalls: answers that need no commit
    private readonly Lock _answerGate = new(); // one verifier at a time appends and queues
    private readonly Committer _committer;
    private volatile bool _stopping;
    private bool _started;

    /// <param name="validators">One for each verifier thread; they share nothing but the job table.</param>
    public SharePipeline(
        SharePipelineOptions options,
        IPoolJobTable jobs,
        IReadOnlyList<ShareValidator> validators,
        IAccounts accounts,
        IShareBook book,
        IBlockSink blocks,
        IVerdictSink verdicts,
        TimeProvider time,
        ILogger logger)
    {
        _options = options;
        _jobs = jobs;
        _accounts = accounts;
        _book = book;
        _blocks = blocks;
        _time = time;
        _logger = logger;
        _answered = new VerdictQueue(options.PendingMax);
        _refused = new VerdictQueue(options.PendingMax);
        _committer = new Committer(options, book, verdicts, _answered, _refused, Counters, time, logger);
        _verifiers = [.. validators.Select((validator, i) => new Verifier(this, validator, options.QueueCapacity, time, i))];
    }

    public ShareCounters Counters { get; } = new();

    /// <summary>Candidates waiting for their verifier.</summary>
    public int QueueDepth => _verifiers.Sum(static verifier => verifier.QueueDepth);

    internal bool IsStopping => _stopping;

    /// <summary>True while the disk refuses the share log; the reason is in the log.</summary>
    public bool IsStalled => _committer.IsStalled;

    /// <summary>
    /// Hands a candidate to its verifier; never waits. False when the queue is full or the pipeline is stopping: answer
    /// error 20 "overloaded".
    /// </summary>
    public bool TryEnqueue(in Candidate candidate)
    {
        if (!_stopping && VerifierOf(candidate.Lane).TryEnqueue(candidate))
        {
            return true;
        }
        Counters.CountOverloaded();
        return false;
    }

    /// <summary>Starts the threads.</summary>
    public void Start()
    {
        _started = true;
        foreach (Verifier verifier in _verifiers)
        {
            verifier.Start();
        }
        _committer.Start();
    }

    /// <summary>
    /// Refuses new candidates, answers all that are queued, commits them and ends the threads. With a disk that refuses,
    /// gives up after the timeout; what was not committed was never acknowledged.
    /// </summary>
    public void Stop(TimeSpan timeout)
    {
        if (_stopping)
        {
            return;
        }
        _stopping = true;
        foreach (Verifier verifier in _verifiers)
        {
            verifier.Wake();
        }
        if (!_started)
        {
            return;
        }
        long start = _time.GetTimestamp();
        bool verified = true;
        foreach (Verifier verifier in _verifiers)
        {
            verified &= verifier.Join(Left(timeout, start));
        }
        _answered.Close();
        if (!_committer.Join(Left(timeout, start)) || !verified)
        {
            LogStopTimeout(QueueDepth + _answered.Count);
        }
    }

    public void Dispose() => Stop(TimeSpan.FromSeconds(5));

    /// <summary>Lanes are handed out in a row, with a step: the multiplication spreads them over the high bits.</summary>
    private Verifier VerifierOf(uint lane) => _verifiers.Length == 1
        ? _verifiers[0]
        : _verifiers[(int)((unchecked(lane * 0x9e3779b1u) * (ulong)_verifiers.Length) >> 32)];

    private TimeSpan Left(TimeSpan timeout, long start)
    {
        TimeSpan left = timeout - _time.GetElapsedTime(start);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>
    /// Accounts are made here, by work: for the first accepted share of a login, or its block. A block is submitted whoever
    /// found it, but nobody without an account has a share.
    /// </summary>
    internal void AdmitClaimants(Span<Candidate> candidates, Span<Judgement> judgements)
    {
        for (int i = 0; i < candidates.Length; i++)
        {
            ref Candidate candidate = ref candidates[i];
            ref Judgement judgement = ref judgements[i];
            if (judgement.Rejection != Rejection.None && !judgement.IsBlock)
            {
                continue;
            }
            if (candidate.AccountId < 0 && candidate.Claimant is { } claimant)
            {
                candidate.AccountId = AccountOf(claimant, judgement.Hash);
                judgement.Share = judgement.Share with { AccountId = candidate.AccountId };
            }
            bool hasAccount = candidate.AccountId >= 0 && candidate.AccountId < _accounts.AccountCount;
            if (!hasAccount && judgement.Rejection == Rejection.None)
            {
                judgement.Rejection = candidate.Claimant is null ? Rejection.NotYours : Rejection.NoAccount;
            }
        }
    }

    private int AccountOf(Claimant claimant, Hash256 hash)
    {
        if (claimant.AccountId < 0)
        {
            claimant.AccountId = _accounts.AdmitAccount(claimant, hash);
        }
        return claimant.AccountId;
    }

    internal void SubmitBlocks(ShareValidator validator, ReadOnlySpan<Candidate> candidates, Span<Judgement> judgements)
    {
        for (int i = 0; i < judgements.Length; i++)
        {
            if (!judgements[i].IsBlock || !_jobs.TryGet(candidates[i].JobId, out PoolJob? job))
            {
                continue;
            }
            ReadOnlySpan<byte> header = validator.HeaderOf(i);
            try
            {
                if (_blocks.Submit(job, header, candidates[i], judgements[i].Hash, _book) is null)
                {
                    judgements[i].IsBlock = false;
                    continue;
                }
            }
            catch (Exception e)
            {
                LogSubmitFailed(job.Job.Height, Convert.ToHexStringLower(header), e);
            }
            Counters.CountBlock();
        }
    }

    internal void Answer(
        ReadOnlySpan<Candidate> candidates, ReadOnlySpan<Judgement> judgements, Span<ShareRecord> records, Span<Verdict> verdicts)
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        int accepted = 0;
        for (int i = 0; i < candidates.Length; i++)
        {
            verdicts[i] = VerdictOf(candidates[i], judgements[i]);
            if (judgements[i].Rejection == Rejection.None)
            {
                records[accepted++] = ShareRecord.From(judgements[i].Share, now);
            }
        }
        verdicts = verdicts[..candidates.Length];
        lock (_answerGate)
        {
            if ((!_committer.IsStalled || _answered.Count + verdicts.Length <= _options.PendingMax)
                && _book.TryAppend(records[..accepted]))
            {
                AddOrWait(_answered, verdicts);
                return;
            }
        }
        foreach (ref Verdict verdict in verdicts)
        {
            if (verdict.Rejection == Rejection.None)
            {
                verdict.Rejection = Rejection.Overloaded;
                verdict.Work = UInt128.Zero;
            }
        }
        AddOrWait(_committer.IsStalled ? _refused : _answered, verdicts);
    }

    /// <summary>Back-pressure: with a full queue the ring fills next, and TryEnqueue says so.</summary>
    private void AddOrWait(VerdictQueue queue, ReadOnlySpan<Verdict> verdicts)
    {
        while (!queue.TryAdd(verdicts))
        {
            Thread.Sleep(1);
            if (_stopping && _committer.IsStalled)
            {
                return;
            }
        }
        if (ReferenceEquals(queue, _refused))
        {
            _committer.WakeFromStall();
        }
    }

    private static Verdict VerdictOf(in Candidate candidate, in Judgement judgement) => new()
    {
        SessionId = candidate.SessionId,
        Tag = candidate.Tag,
        WorkerId = candidate.WorkerId,
        Claimant = candidate.Claimant,
        JobId = candidate.JobId,
        Rejection = judgement is { IsBlock: true, Rejection: Rejection.AboveTarget or Rejection.OverBudget } ? Rejection.None : judgement.Rejection,
        IsBlock = judgement.IsBlock,
        Work = judgement.Rejection == Rejection.None ? judgement.Share.Work : UInt128.Zero,
        Hash = judgement.Hash,
        ReceivedAt = candidate.ReceivedAt,
    };

    [LoggerMessage(Level = LogLevel.Error, EventName = "validator_failed",
        Message = "A batch of {Count} candidates could not be checked; they are answered \"overloaded\"")]
    internal partial void LogValidatorFailed(int count, Exception e);

    [LoggerMessage(Level = LogLevel.Critical, EventName = "submit_failed",
        Message = "The block at height {Height} could not be handed to the nodes. Header: {Header}")]
    private partial void LogSubmitFailed(int height, string header, Exception e);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "stop_timeout",
        Message = "The share path stopped with about {Count} candidates unanswered: the disk or a sink did not finish in time")]
    private partial void LogStopTimeout(int count);
}
