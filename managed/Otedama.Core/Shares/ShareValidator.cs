namespace Otedama.Core;

/// <summary>
/// Candidate -> Share or Rejection: cheap checks first, then one call to the proof checker for the whole batch. The
/// only place that makes a Share. Used by one thread; allocates nothing per candidate.
/// </summary>
public sealed class ShareValidator
{
    /// <summary>Candidates of one call at most; what the native side takes at once.</summary>
    public const int BatchMax = 256;

    private readonly IJobTable _jobs;
    private readonly IProofChecker _checker;
    private readonly IMerkleRoots _roots;
    private readonly int _extranonceLength;
    private readonly Dictionary<HeaderFamily, ShareForm> _forms = []; // a pool has one, whose jobs are of one family
    private readonly DuplicateSets _duplicates;
    private readonly WorkCache _works = new();
    private readonly Action<uint>? _jobFilling;
    private readonly int _filling;
    private HeaderFamily? _family; // of the last candidate, and its form
    private ShareForm? _form;

    // What is known about the candidates of the current batch, by their index.
    private readonly Job?[] _job = new Job?[BatchMax]; // until it is built
    private readonly UInt128[] _key = new UInt128[BatchMax];
    private readonly int[] _itemOf = new int[BatchMax]; // index into the items below; -1 = fell at a cheap check

    // What goes to the checker, grouped by job.
    private readonly Job?[] _jobOfItem = new Job?[BatchMax];
    private readonly ProofItem[] _items = new ProofItem[BatchMax];
    private readonly ProofResult[] _results = new ProofResult[BatchMax];
    private readonly int[] _picks = new int[BatchMax];
    private readonly int[] _lengths = new int[BatchMax];
    private readonly byte[]?[] _proven = new byte[BatchMax][]; // headers of blocks and chain shares that came without their proof
    private byte[] _data = new byte[BatchMax * 80];

    public ShareValidator(IJobTable jobs, IProofChecker checker, IMerkleRoots roots, ShareValidatorOptions options)
    {
        if (options.ExtranonceLength is < 1 or > Extranonce.MaxLength)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), $"extranonce length {options.ExtranonceLength} is out of range 1 to {Extranonce.MaxLength}");
        }
        _jobs = jobs;
        _checker = checker;
        _roots = roots;
        _extranonceLength = options.ExtranonceLength;
        _duplicates = new DuplicateSets(jobs, options);
        _jobFilling = options.JobFilling;
        _filling = options.SharesPerJobMax - (options.SharesPerJobMax / 8);
    }

    /// <summary>Accepted shares remembered, so that none is paid twice; those of stale jobs are forgotten.</summary>
    public int RememberedCount => _duplicates.ShareCount;

    /// <summary>Judges candidates.Length (at most BatchMax) candidates in order.</summary>
    public void Judge(ReadOnlySpan<Candidate> candidates, Span<Judgement> judgements)
    {
        if (candidates.Length > BatchMax || judgements.Length < candidates.Length)
        {
            throw new ArgumentException(
                $"a batch of {candidates.Length} candidates and room for {judgements.Length} judgements; "
                + $"at most {BatchMax} and room for all are needed");
        }
        uint generation = _jobs.Generation;
        _duplicates.Begin(generation);
        for (int i = 0; i < candidates.Length; i++)
        {
            judgements[i] = new Judgement { Rejection = CheckCheaply(i, candidates[i], generation, out bool hash) };
            _itemOf[i] = hash ? 0 : -1;
            _proven[i] = null;
        }
        int items = BuildItems(candidates, judgements);
        CheckProofs(items);
        for (int i = 0; i < candidates.Length; i++)
        {
            if (_itemOf[i] >= 0)
            {
                Grade(i, candidates[i], ref judgements[i]);
            }
        }
        Array.Clear(_jobOfItem, 0, items);
    }

    /// <summary>
    /// What the checker read for candidate `index` of the last batch: the whole header, a block's with its proof. Valid
    /// until the next batch; empty when the candidate fell at a cheap check.
    /// </summary>
    public ReadOnlySpan<byte> HeaderOf(int index)
    {
        int item = _itemOf[index];
        return item < 0 ? default
            : _proven[index] is { } whole ? whole
            : _data.AsSpan(_items[item].DataOffset, _items[item].DataLength);
    }

    /// <summary>
    /// Stale work is hashed all the same: a block on the old tip may still win a race, and is worth a try.
    /// </summary>
    private Rejection CheckCheaply(int index, in Candidate candidate, uint generation, out bool hash)
    {
        hash = false;
        if (!_jobs.TryGetJob(candidate.JobId, out Job? job))
        {
            return Rejection.UnknownJob;
        }
        if (candidate.Time < job.TimeMin || candidate.Time > job.TimeMax)
        {
            return OrStale(Rejection.TimeOutOfRange, job, candidate, generation);
        }
        ShareForm form = FormOf(job);
        Rejection fields = form.Check(job, candidate);
        if (fields != Rejection.None)
        {
            return OrStale(fields, job, candidate, generation);
        }
        UInt128 key = _duplicates.KeyOf(candidate, form.NonceIsTheWholeKey);
        if (_duplicates.For(job.WorkId) is not { } known)
        {
            return OrStale(Rejection.Overloaded, job, candidate, generation);
        }
        if (known.Contains(key))
        {
            return OrStale(Rejection.Duplicate, job, candidate, generation);
        }
        _job[index] = job;
        _key[index] = key;
        hash = true;
        return OrStale(Rejection.None, job, candidate, generation);
    }

    /// <summary>
    /// Staleness was found first, so it is what the miner hears. A job whose target the session does not know is stale
    /// too: any other target could be picked after the hash is known.
    /// </summary>
    private static Rejection OrStale(Rejection later, Job job, in Candidate candidate, uint generation) =>
        job.Generation < generation || candidate.Target.IsZero ? Rejection.Stale
        : candidate.IsOverBudget ? Rejection.OverBudget
        : later;

    /// <summary>Asked for every candidate, and the answer is nearly always the one before.</summary>
    private ShareForm FormOf(Job job)
    {
        HeaderFamily family = job.Recipe.Family;
        if (!ReferenceEquals(family, _family))
        {
            if (!_forms.TryGetValue(family, out ShareForm? form))
            {
                form = family.Shares(_roots, _extranonceLength);
                _forms.Add(family, form);
            }
            (_family, _form) = (family, form);
        }
        return _form!;
    }

    /// <summary>One pass per distinct job of the batch: usually one or two.</summary>
    private int BuildItems(ReadOnlySpan<Candidate> candidates, ReadOnlySpan<Judgement> judgements)
    {
        int items = 0;
        int offset = 0;
        for (int first = 0; first < candidates.Length; first++)
        {
            Job? job = _job[first];
            if (job is null)
            {
                continue;
            }
            int count = 0;
            for (int i = first; i < candidates.Length; i++)
            {
                if (ReferenceEquals(_job[i], job))
                {
                    _picks[count++] = i;
                }
            }
            offset = BuildGroup(job, candidates, judgements, count, items, offset);
            items += count;
        }
        return items;
    }

    private int BuildGroup(
        Job job,
        ReadOnlySpan<Candidate> candidates,
        ReadOnlySpan<Judgement> judgements,
        int count,
        int items,
        int offset)
    {
        ShareForm form = FormOf(job);
        int needed = offset + (count * form.DataLengthMax);
        if (_data.Length < needed)
        {
            Array.Resize(ref _data, needed);
        }
        ReadOnlySpan<int> picks = _picks.AsSpan(0, count);
        form.Build(job, candidates, picks, _data.AsSpan(offset), _lengths);
        for (int i = 0; i < count; i++)
        {
            int index = picks[i];
            Target target = job.EasiestGoal;
            if (judgements[index].Rejection == Rejection.None) // else stale or over budget: only what goes further is worth a look
            {
                target = EasierOf(candidates[index].Target, target);
            }
            _items[items + i] = new ProofItem(offset, _lengths[i], job.Height, target);
            _itemOf[index] = items + i;
            _jobOfItem[items + i] = job;
            _job[index] = null;
            offset += _lengths[i];
        }
        return offset;
    }

    private static Target EasierOf(Target left, Target right) => left > right ? left : right;

    /// <summary>One call; more only when jobs of several algorithms share the batch.</summary>
    private void CheckProofs(int items)
    {
        int first = 0;
        while (first < items)
        {
            Algorithm algorithm = _jobOfItem[first]!.Algorithm;
            int end = first + 1;
            while (end < items && _jobOfItem[end]!.Algorithm == algorithm)
            {
                end++;
            }
            _checker.Check(algorithm, _items.AsSpan(first, end - first), _data, _results.AsSpan(first, end - first));
            first = end;
        }
    }

    /// <summary>
    /// Network and chain first, then the one target of this session's job. A hash is paid by that target or not at all:
    /// what goes further and is no share (the network easier than the share, or stale work) is handed on as that and
    /// earns no work.
    /// </summary>
    private void Grade(int index, in Candidate candidate, ref Judgement judgement)
    {
        ProofResult result = _results[_itemOf[index]];
        Job job = _jobOfItem[_itemOf[index]]!;
        Rejection known = judgement.Rejection; // stale, over budget or none
        judgement.Hash = result.Hash;
        if (result.Verdict is ProofVerdict.BadProof or ProofVerdict.Malformed)
        {
            judgement.Rejection = known != Rejection.None ? known : Rejection.BadProof;
            return;
        }
        Reach reach = ReachOf(job, result.Hash);
        Rejection verdict = known != Rejection.None ? known
            : candidate.Target.IsMetBy(result.Hash) ? Rejection.None : Rejection.AboveTarget;
        judgement.Rejection = reach != Reach.Share || verdict == Rejection.None ? Remember(index, job.WorkId, reach, verdict) : verdict;
        judgement.Reach = judgement.Rejection == verdict ? reach : Reach.Share;
        if (judgement.Reach != Reach.Share && FormOf(job).LacksProof(candidate))
        {
            _proven[index] = [.. HeaderOf(index), .. _checker.Prove(job.Algorithm, _items[_itemOf[index]], _data)];
        }
        if (judgement.Rejection == Rejection.None)
        {
            judgement.Share = new Share(candidate, job, _works.WorkOf(candidate.Target), result.Hash, reach == Reach.Block);
        }
    }

    /// <summary>The furthest target of the job's own that this hash meets.</summary>
    public static Reach ReachOf(Job job, Hash256 hash) =>
        job.NetworkTarget.IsMetBy(hash) ? Reach.Block : job.ChainTarget.IsMetBy(hash) ? Reach.Chain : Reach.Share;

    /// <summary>
    /// Only what passed is remembered, so that nobody can fill the sets with worthless work; hence twins inside one
    /// batch are told apart here. A block or chain share is never refused for lack of room.
    /// </summary>
    private Rejection Remember(int index, uint workId, Reach reach, Rejection verdict)
    {
        DuplicateSet? known = _duplicates.For(workId); // null when its job left the table since the batch began
        if (known is null || (known.IsFull && reach == Reach.Share))
        {
            return Rejection.Overloaded;
        }
        if (!known.Add(_key[index]))
        {
            return Rejection.Duplicate;
        }
        known.OutlivesItsTip |= reach != Reach.Share;
        if (known.Count == _filling)
        {
            _jobFilling?.Invoke(workId);
        }
        return verdict;
    }
}
