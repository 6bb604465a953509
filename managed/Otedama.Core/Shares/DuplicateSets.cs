using System.Buffers.Binary;

namespace Otedama.Core;

/// <summary>One DuplicateSet per job, for as long as shares of the job can be paid.</summary>
internal sealed class DuplicateSets
{
    private const int SweepAtLeast = 64;

    private readonly Dictionary<uint, DuplicateSet> _sets = [];
    private readonly IJobTable _jobs;
    private readonly int _jobsMax;
    private readonly int _sharesPerJobMax;
    private readonly ulong _seed;
    private int _sweepAt = SweepAtLeast;
    private uint _generation; // by which the current batch is judged

    public DuplicateSets(IJobTable jobs, ShareValidatorOptions options)
    {
        _jobs = jobs;
        _jobsMax = options.JobsMax;
        _sharesPerJobMax = options.SharesPerJobMax;
        _seed = options.Seed;
    }

    public int ShareCount
    {
        get
        {
            int count = 0;
            foreach (DuplicateSet set in _sets.Values)
            {
                count += set.Count;
            }
            return count;
        }
    }

    /// <summary>
    /// Before each batch: jobs of older generations are stale in all of it. The batch's own view counts and not the
    /// table's newest, or a share judged in time could find its set gone and be paid twice.
    /// </summary>
    public void Begin(uint generation)
    {
        if (generation != _generation)
        {
            _generation = generation;
            Sweep();
        }
    }

    /// <summary>
    /// The set of a job that the table knows. Null when there are too many jobs: forgetting one that still counts could
    /// pay a share twice.
    /// </summary>
    public DuplicateSet? For(uint jobId)
    {
        if (_sets.TryGetValue(jobId, out DuplicateSet? set))
        {
            return set;
        }
        if (_sets.Count >= _sweepAt)
        {
            Sweep();
        }
        if (_sets.Count >= _jobsMax)
        {
            return null;
        }
        set = new DuplicateSet(_sharesPerJobMax);
        _sets.Add(jobId, set);
        return set;
    }

    /// <summary>
    /// 128 bits over everything that makes two submissions the same work. Seeded, so that nobody outside can prepare
    /// keys that collide; never zero.
    /// </summary>
    public UInt128 KeyOf(in Candidate candidate, bool nonceOnly = false)
    {
        ulong a = _seed ^ 0x9e3779b97f4a7c15;
        ulong b = _seed ^ 0xc2b2ae3d27d4eb4f;
        Mix(ref a, ref b, candidate.Nonce);
        if (nonceOnly)
        {
            return NotZero(a, b);
        }
        Mix(ref a, ref b, ((ulong)candidate.Time << 32) | candidate.Version);
        Mix(ref a, ref b, candidate.Extranonce.Span);
        if (candidate.Proof is not null)
        {
            Mix(ref a, ref b, candidate.Proof);
        }
        Mix(ref a, ref b, 0);
        return NotZero(a, b);
    }

    private static UInt128 NotZero(ulong a, ulong b)
    {
        UInt128 key = new(a, b);
        return key == UInt128.Zero ? UInt128.One : key;
    }

    /// <summary>
    /// Drops the sets of jobs that are gone for good or stale: a busy pool has tens of megabytes in them, and no share
    /// of a stale job is paid. Doubling the mark makes the work constant per new job.
    /// </summary>
    private void Sweep()
    {
        foreach ((uint id, DuplicateSet set) in _sets)
        {
            if (!_jobs.TryGetJob(id, out Job? job) || (job.Generation < _generation && !set.OutlivesItsTip))
            {
                _sets.Remove(id); // allowed while enumerating
            }
        }
        _sweepAt = Math.Max(SweepAtLeast, 2 * _sets.Count);
    }

    private static void Mix(ref ulong a, ref ulong b, ReadOnlySpan<byte> bytes)
    {
        Mix(ref a, ref b, (ulong)bytes.Length);
        while (bytes.Length >= 8)
        {
            Mix(ref a, ref b, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }
        ulong rest = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            rest |= (ulong)bytes[i] << (8 * i);
        }
        Mix(ref a, ref b, rest);
    }

    /// <summary>Two lanes of multiply and fold with different odd constants.</summary>
    private static void Mix(ref ulong a, ref ulong b, ulong word)
    {
        ulong highA = Math.BigMul(a ^ word, 0xa0761d6478bd642f, out ulong lowA);
        ulong highB = Math.BigMul(b ^ word, 0xe7037ed1a0b428db, out ulong lowB);
        a = unchecked((highA ^ lowA) + 0x8ebc6af09c88c6e3);
        b = unchecked((highB ^ lowB) + 0x589965cc75374cc3) ^ (a >> 32);
    }
}
