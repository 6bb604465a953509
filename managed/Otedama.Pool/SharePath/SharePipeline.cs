using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// The way of a share through the pool: ring, validator thread (blocks are submitted here, before anything else), log
/// with group commit, verdicts. While the committer's thread waits for the disk, the validator's gathers the next group.
/// </summary>
/// <remarks>
/// When the disk refuses (full), shares that wait for their commit keep waiting, unanswered; later ones are still
/// checked, because one may be a block, and are answered "overloaded" once PendingMax wait.
/// </remarks>
public sealed partial class SharePipeline : IDisposable
{
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(1);

    private readonly SharePipelineOptions _options;
    private readonly HandoffRing<Candidate> _ring;
    private readonly IPoolJobTable _jobs;
    private readonly ShareValidator _validator;
    private readonly Ledger _ledger;
    private readonly IBlockSink _blocks;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly VerdictQueue _answered; // by the validator, in order; accepted ones still need their commit
    private readonly VerdictQueue _refused; // while the disk stalls: answers that need no commit
    private readonly Committer _committer;
    private readonly Thread _validating;
    private readonly Candidate[] _candidates = new Candidate[ShareValidator.BatchMax];
    private readonly Judgement[] _judgements = new Judgement[ShareValidator.BatchMax];
    private readonly Verdict[] _verdicts = new Verdict[ShareValidator.BatchMax];
    private readonly ShareRecord[] _records = new ShareRecord[ShareValidator.BatchMax];
    private volatile bool _stopping;
    private bool _started;

    public SharePipeline(
        SharePipelineOptions options,
        IPoolJobTable jobs,
        ShareValidator validator,
        Ledger ledger,
        IBlockSink blocks,
        IVerdictSink verdicts,
        TimeProvider time,
        ILogger logger)
    {
        _options = options;
        _ring = new HandoffRing<Candidate>(options.QueueCapacity);
        _jobs = jobs;
        _validator = validator;
        _ledger = ledger;
        _blocks = blocks;
        _time = time;
        _logger = logger;
        _answered = new VerdictQueue(options.PendingMax);
        _refused = new VerdictQueue(options.PendingMax);
        _committer = new Committer(options, ledger, verdicts, _answered, _refused, Counters, time, logger);
        _validating = new Thread(Validate) { Name = "otd-validator", IsBackground = true };
    }

    public ShareCounters Counters { get; } = new();

    /// <summary>Candidates waiting for the validator.</summary>
    public int QueueDepth => _ring.Count;

    /// <summary>True while the disk refuses the share log; the reason is in the log.</summary>
    public bool IsStalled => _committer.IsStalled;

    /// <summary>
    /// Hands a candidate to the validator; never waits. False when the queue is full or the pipeline is stopping: answer
    /// error 20 "overloaded".
    /// </summary>
    public bool TryEnqueue(in Candidate candidate)
    {
        if (!_stopping && _ring.TryEnqueue(candidate))
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
        _validating.Start();
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
        _ring.Wake();
        if (!_started)
        {
            return;
        }
        long start = _time.GetTimestamp();
        bool validated = _validating.Join(timeout);
        _answered.Close();
        TimeSpan left = timeout - _time.GetElapsedTime(start);
        if (!_committer.Join(left > TimeSpan.Zero ? left : TimeSpan.Zero) || !validated)
        {
            LogStopTimeout(_ring.Count + _answered.Count);
        }
    }

    public void Dispose() => Stop(TimeSpan.FromSeconds(5));

    private void Validate()
    {
        while (true)
        {
            int count = _ring.Dequeue(_candidates);
            if (count > 0)
            {
                ValidateBatch(count);
            }
            else if (_stopping)
            {
                if (_ring.Count == 0)
                {
                    return; // a producer that had claimed a slot before _stopping has filled it by now
                }
                Thread.Yield();
            }
            else
            {
                _ring.Wait(s_idle);
            }
        }
    }

    private void ValidateBatch(int count)
    {
        ReadOnlySpan<Candidate> candidates = _candidates.AsSpan(0, count);
        Span<Judgement> judgements = _judgements.AsSpan(0, count);
        Counters.CountBatch(count);
        try
        {
            _validator.Judge(candidates, judgements);
            RefuseStrangers(candidates, judgements);
        }
        catch (Exception e)
        {
            // A bug or a broken native library: say so for every batch, but keep answering.
            LogValidatorFailed(count, e);
            judgements.Fill(new Judgement { Rejection = Rejection.Overloaded });
        }
        SubmitBlocks(candidates, judgements);
        Answer(candidates, judgements);
        Array.Clear(_candidates, 0, count);
    }

    /// <summary>A block is submitted whoever found it, but nobody unknown to the ledger has a share.</summary>
    private void RefuseStrangers(ReadOnlySpan<Candidate> candidates, Span<Judgement> judgements)
    {
        int accounts = _ledger.AccountCount;
        for (int i = 0; i < candidates.Length; i++)
        {
            if ((uint)candidates[i].AccountId >= (uint)accounts && judgements[i].Rejection == Rejection.None)
            {
                judgements[i].Rejection = Rejection.NotYours;
            }
        }
    }

    private void SubmitBlocks(ReadOnlySpan<Candidate> candidates, Span<Judgement> judgements)
    {
        for (int i = 0; i < judgements.Length; i++)
        {
            if (!judgements[i].IsBlock || !_jobs.TryGet(candidates[i].JobId, out PoolJob? job))
            {
                continue;
            }
            ReadOnlySpan<byte> header = _validator.HeaderOf(i);
            try
            {
                if (_blocks.Submit(job, header, candidates[i], judgements[i].Hash, _ledger) is null)
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

    private void Answer(ReadOnlySpan<Candidate> candidates, ReadOnlySpan<Judgement> judgements)
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        int accepted = 0;
        for (int i = 0; i < candidates.Length; i++)
        {
            _verdicts[i] = VerdictOf(candidates[i], judgements[i]);
            if (judgements[i].Rejection == Rejection.None)
            {
                _records[accepted++] = ShareRecord.From(judgements[i].Share, now);
            }
        }
        Span<Verdict> verdicts = _verdicts.AsSpan(0, candidates.Length);
        if (!_committer.IsStalled || _answered.Count + verdicts.Length <= _options.PendingMax)
        {
            if (_ledger.TryAppend(_records.AsSpan(0, accepted)))
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
        AccountId = candidate.AccountId,
        JobId = candidate.JobId,
        Rejection = judgement is { IsBlock: true, Rejection: Rejection.AboveTarget } ? Rejection.None : judgement.Rejection,
        IsBlock = judgement.IsBlock,
        Work = judgement.Rejection == Rejection.None ? judgement.Share.Work : UInt128.Zero,
        Hash = judgement.Hash,
        ReceivedAt = candidate.ReceivedAt,
    };

    [LoggerMessage(Level = LogLevel.Error, EventName = "validator_failed",
        Message = "A batch of {Count} candidates could not be checked; they are answered \"overloaded\"")]
    private partial void LogValidatorFailed(int count, Exception e);

    [LoggerMessage(Level = LogLevel.Critical, EventName = "submit_failed",
        Message = "The block at height {Height} could not be handed to the nodes. Header: {Header}")]
    private partial void LogSubmitFailed(int height, string header, Exception e);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "stop_timeout",
        Message = "The share path stopped with about {Count} candidates unanswered: the disk or a sink did not finish in time")]
    private partial void LogStopTimeout(int count);
}
