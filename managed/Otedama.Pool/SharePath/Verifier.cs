using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// Checks the candidates of its part of the sessions: claimed blocks first, then those of sessions with accepted shares, then
/// the rest, which gets every fifth turn however busy the others are. Any thread enqueues, one at a time validates.
/// </summary>
internal sealed class Verifier
{
    /// <summary>Turns of known sessions after which strangers get one, so that a newcomer is never shut out.</summary>
    private const int KnownTurns = 4;

    /// <summary>Claimed blocks that wait; more of them (test chains) stand in line with everybody else.</summary>
    private const int BlocksMax = 256;

    /// <summary>
    /// Candidates that are being read from their lines: one for each thread of the transport, and to spare.
    /// </summary>
    private const int ReadingMax = 256;

    /// <summary>
    /// A batch is as large as it can be within this time: what comes meanwhile, be it a block, waits for its end.
    /// </summary>
    private static readonly TimeSpan s_batchTime = TimeSpan.FromMilliseconds(5);

    private readonly SharePipeline _path;
    private readonly ShareValidator _validator;
    private readonly TimeProvider _time;
    private readonly Parking _parking = new();
    private readonly HandoffRing<Candidate> _blocks;
    private readonly HandoffRing<Candidate> _known;
    private readonly HandoffRing<Candidate> _strangers;
    private readonly Func<bool> _hasItem;
    private readonly Candidate[] _candidates = new Candidate[ShareValidator.BatchMax];
    private readonly Judgement[] _judgements = new Judgement[ShareValidator.BatchMax];
    private readonly Verdict[] _verdicts = new Verdict[ShareValidator.BatchMax];
    private readonly ShareRecord[] _records = new ShareRecord[ShareValidator.BatchMax];
    private int _batch = 16;
    private int _turn;

    public Verifier(SharePipeline path, ShareValidator validator, int capacity, TimeProvider time)
    {
        _path = path;
        _validator = validator;
        _time = time;
        _blocks = new HandoffRing<Candidate>(BlocksMax, _parking);
        _known = new HandoffRing<Candidate>(capacity, _parking);
        _strangers = new HandoffRing<Candidate>(capacity, _parking);
        _hasItem = () => _blocks.HasItem() || _known.HasItem() || _strangers.HasItem();
    }

    /// <summary>
    /// Candidates under way at most. There is room for as many proofs (Equihash 200,9: 45 MB), so that a flood which
    /// fills one ring leaves places to the others: above all to claimed blocks.
    /// </summary>
    public static int CandidatesMax(int capacity) => (2 * capacity) + BlocksMax + ShareValidator.BatchMax + ReadingMax;

    public int QueueDepth => _blocks.Count + _known.Count + _strangers.Count;

    /// <summary>Any thread; never waits. False when the ring is full.</summary>
    public bool TryEnqueue(in Candidate candidate) => candidate.Rank switch
    {
        CandidateRank.ClaimedBlock => _blocks.TryEnqueue(candidate) || _known.TryEnqueue(candidate),
        CandidateRank.Known => _known.TryEnqueue(candidate),
        _ => _strangers.TryEnqueue(candidate),
    };

    /// <summary>
    /// One batch of what is queued: judged, blocks submitted, shares booked, answers queued for their commit. Blocked, and
    /// nothing taken up, while as many answers wait as may.
    /// </summary>
    public StepResult ValidateBatch()
    {
        if (!_path.HasRoom)
        {
            return StepResult.Blocked;
        }
        int count = Take();
        if (count == 0)
        {
            return StepResult.Idle;
        }
        Check(count);
        return StepResult.Done;
    }

    /// <summary>For the verifier's loop: sleeps until there is a candidate, Wake is called or the time is over.</summary>
    public void Wait(TimeSpan timeout) => _parking.Wait(timeout, _hasItem);

    /// <summary>Any thread. Ends a Wait early.</summary>
    public void Wake() => _parking.Wake();

    private int Take()
    {
        Span<Candidate> room = _candidates.AsSpan(0, _batch);
        int count = _blocks.Dequeue(room);
        if (count > 0)
        {
            return count;
        }
        if (_turn < KnownTurns && (count = _known.Dequeue(room)) > 0)
        {
            _turn++;
            return count;
        }
        _turn = 0;
        count = _strangers.Dequeue(room);
        return count > 0 ? count : _known.Dequeue(room);
    }

    private void Check(int count)
    {
        long start = _time.GetTimestamp();
        Span<Candidate> candidates = _candidates.AsSpan(0, count);
        Span<Judgement> judgements = _judgements.AsSpan(0, count);
        try
        {
            _validator.Judge(candidates, judgements);
            _path.AdmitClaimants(candidates, judgements);
        }
        catch (Exception e)
        {
            // A bug or a broken native library: say so for every batch, but keep answering.
            _path.LogValidatorFailed(count, e);
            judgements.Fill(new Judgement { Rejection = Rejection.Overloaded });
        }
        FitBatch(count, _time.GetElapsedTime(start));
        _path.HandOn(_validator, candidates, judgements);
        _path.Answer(candidates, judgements, _records, _verdicts);
        foreach (ref readonly Candidate candidate in candidates)
        {
            _path.Proofs.Return(candidate.Proof);
        }
        Array.Clear(_candidates, 0, count);
    }

    /// <summary>Only full batches say how long a full one takes.</summary>
    private void FitBatch(int count, TimeSpan took)
    {
        if (took > s_batchTime)
        {
            _batch = Math.Max(1, count / 2);
        }
        else if (count == _batch && took < s_batchTime / 4)
        {
            _batch = Math.Min(ShareValidator.BatchMax, 2 * _batch);
        }
    }
}
