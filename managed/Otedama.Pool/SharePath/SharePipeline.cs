using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// The way of a share through the pool: ring, verifier (blocks are submitted here, before anything else), book with group
/// commit, verdicts. A session belongs to one verifier, by its lane, so that its answers come in order and its duplicates meet.
/// </summary>
/// <remarks>
/// It has no thread: TryEnqueue, ValidateBatch, CommitOnce and DeliverVerdicts are its steps, which SharePathLoops calls in a
/// running pool, and a single thread just as well.
/// When the disk refuses (full), shares that wait for their commit keep waiting, unanswered; later ones are still
/// checked, because one may be a block, and are answered "overloaded" once PendingMax wait.
/// </remarks>
public sealed partial class SharePipeline : ICandidateSink
{
    private readonly SharePipelineOptions _options;
    private readonly IPoolJobTable _jobs;
    private readonly IAccounts _accounts;
    private readonly IShareBook _book;
    private readonly IBlockSink _blocks;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _answerGate = new(); // one verifier at a time appends and queues
    private volatile bool _closed;

    /// <param name="validators">One for each verifier; they share nothing but the job table.</param>
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
        Proofs = new ProofSlab(options.ProofLength, validators.Count * Verifier.CandidatesMax(options.QueueCapacity));
        Committer = new Committer(options, book, verdicts, Counters, time, logger);
        Verifiers = [.. validators.Select(validator => new Verifier(this, validator, options.QueueCapacity, time))];
    }

    public CommitCounters Counters { get; } = new();

    public ProofSlab Proofs { get; }

    /// <summary>Candidates waiting for their verifier.</summary>
    public int QueueDepth => Verifiers.Sum(static verifier => verifier.QueueDepth);

    /// <summary>True while the disk refuses the share log; the reason is in the log.</summary>
    public bool IsStalled => Committer.IsStalled;

    /// <summary>How long a commit that failed waits for the next try.</summary>
    public TimeSpan RetryDelay => _options.RetryDelay;

    internal Verifier[] Verifiers { get; }

    internal Committer Committer { get; }

    /// <summary>True once nothing new is taken.</summary>
    internal bool IsClosed => _closed;

    /// <summary>True when the answers of one batch more may wait for what they need.</summary>
    internal bool HasRoom => IsStalled ? Committer.Refused.HasRoom : Committer.Answered.HasRoom;

    /// <summary>
    /// Hands a candidate to its verifier; never waits. False when the queue is full or the pipeline closed: answer
    /// error 20 "overloaded".
    /// </summary>
    public bool TryEnqueue(in Candidate candidate) => !_closed && VerifierOf(candidate.Lane).TryEnqueue(candidate);

    /// <summary>A step: one batch of each verifier. Done when one of them had something to do and could.</summary>
    public StepResult ValidateBatch()
    {
        StepResult all = StepResult.Idle;
        foreach (Verifier verifier in Verifiers)
        {
            StepResult one = verifier.ValidateBatch();
            all = one == StepResult.Done || all == StepResult.Idle ? one : all;
        }
        return all;
    }

    /// <summary>
    /// A step: makes what was answered so far durable; DeliverVerdicts lets it go. Blocked while the disk refuses, to be tried
    /// again after RetryDelay.
    /// </summary>
    public StepResult CommitOnce() => Committer.CommitOnce();

    /// <summary>A step: lets the answers go that the last commit took, and refusals that need none.</summary>
    public void DeliverVerdicts() => Committer.Deliver();

    /// <summary>Takes no new candidates from here on; those queued are still worked off.</summary>
    public void Close() => _closed = true;

    /// <summary>Lanes are handed out in a row, with a step: the multiplication spreads them over the high bits.</summary>
    private Verifier VerifierOf(uint lane) => Verifiers.Length == 1
        ? Verifiers[0]
        : Verifiers[(int)((unchecked(lane * 0x9e3779b1u) * (ulong)Verifiers.Length) >> 32)];

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
            if (judgement is { Rejection: not Rejection.None, Reach: Reach.Share })
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

    /// <summary>Blocks go to the nodes and chain shares to the book, before anything else happens to them.</summary>
    internal void HandOn(ShareValidator validator, ReadOnlySpan<Candidate> candidates, Span<Judgement> judgements)
    {
        for (int i = 0; i < judgements.Length; i++)
        {
            if (judgements[i].Reach == Reach.Share || !_jobs.TryGet(candidates[i].JobId, out PoolJob? job))
            {
                continue;
            }
            ReadOnlySpan<byte> header = validator.HeaderOf(i);
            if (judgements[i].IsBlock)
            {
                Submit(job, header, candidates[i], ref judgements[i]);
            }
            try
            {
                _book.ChainShare(job, header, candidates[i], judgements[i].Hash);
            }
            catch (Exception e)
            {
                LogNotChained(job.Job.Height, Convert.ToHexStringLower(header), e);
            }
        }
    }

    private void Submit(PoolJob job, ReadOnlySpan<byte> header, in Candidate candidate, ref Judgement judgement)
    {
        try
        {
            if (_blocks.Submit(job, header, candidate, judgement.Hash) is not { } id)
            {
                judgement.Reach = Reach.Share; // a rival of one of ours
                return;
            }
            judgement.BlockId = id;
        }
        catch (Exception e)
        {
            LogSubmitFailed(job.Job.Height, Convert.ToHexStringLower(header), e);
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
        VerdictQueue answered = Committer.Answered;
        lock (_answerGate)
        {
            if ((!IsStalled || answered.Count + verdicts.Length <= _options.PendingMax) && _book.TryAppend(records[..accepted]))
            {
                answered.Add(verdicts);
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
        (IsStalled ? Committer.Refused : answered).Add(verdicts);
    }

    private static Verdict VerdictOf(in Candidate candidate, in Judgement judgement) => new()
    {
        SessionId = candidate.SessionId,
        Tag = candidate.Tag,
        WorkerId = candidate.WorkerId,
        Claimant = candidate.Claimant,
        JobId = candidate.JobId,
        Rejection = judgement is { Reach: not Reach.Share, Rejection: Rejection.AboveTarget or Rejection.OverBudget }
            ? Rejection.None : judgement.Rejection,
        IsBlock = judgement.IsBlock,
        Work = judgement.Rejection == Rejection.None ? judgement.Share.Work : UInt128.Zero,
        BlockId = judgement.BlockId,
        ReceivedAt = candidate.ReceivedAt,
    };

    [LoggerMessage(Level = LogLevel.Error, EventName = "validator_failed",
        Message = "A batch of {Count} candidates could not be checked; they are answered \"overloaded\"")]
    internal partial void LogValidatorFailed(int count, Exception e);

    [LoggerMessage(Level = LogLevel.Critical, EventName = "submit_failed",
        Message = "The block at height {Height} could not be handed to the nodes. Header: {Header}")]
    private partial void LogSubmitFailed(int height, string header, Exception e);

    [LoggerMessage(Level = LogLevel.Error, EventName = "chain_share_lost",
        Message = "The share at height {Height} could not be handed to its chain. Header: {Header}")]
    private partial void LogNotChained(int height, string header, Exception e);
}
