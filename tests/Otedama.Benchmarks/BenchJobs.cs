using System.Diagnostics.CodeAnalysis;
using Otedama.Core;
using Otedama.Pool;

namespace Otedama.Benchmarks;

/// <summary>A few jobs of the size a real pool has: 200-byte coinbase, 11 merkle branches.</summary>
internal sealed class BenchJobs : IPoolJobTable
{
    private readonly PoolJob[] _jobs;

    public BenchJobs(int count) => _jobs = [.. Enumerable.Range(0, count).Select(id => Make((uint)id))];

    public uint Generation => 1;

    public bool TryGet(uint id, [NotNullWhen(true)] out PoolJob? job)
    {
        job = id < _jobs.Length ? _jobs[id] : null;
        return job is not null;
    }

    public bool TryGetJob(uint id, [NotNullWhen(true)] out Job? job)
    {
        job = id < _jobs.Length ? _jobs[id].Job : null;
        return job is not null;
    }

    private static PoolJob Make(uint id)
    {
        Template template = new()
        {
            Algorithm = Algorithm.Sha256d,
            Height = 900_000,
            Version = 0x20000000,
            PreviousHash = default,
            Bits = 0x17029a8a,
            Time = 2_000,
            TimeMin = 1_000,
            CoinbaseValue = new Amount(312_500_000),
            Transactions = [],
        };
        Job job = new()
        {
            Id = id,
            Generation = 1,
            Algorithm = Algorithm.Sha256d,
            Height = 900_000,
            Recipe = new BitcoinRecipe
            {
                Version = 0x20000000,
                VersionMask = 0x1fffe000,
                PreviousHash = default,
                Bits = 0x17029a8a,
                Time = 2_000,
                CoinbasePrefix = new byte[58],
                CoinbaseSuffix = new byte[130],
                Branches = new byte[11 * 32],
            },
            NetworkTarget = Target.FromCompact(0x17029a8a),
            ShareTarget = Target.Max,
            Clean = false,
            TimeMin = 1_000,
            TimeMax = 3_000,
        };
        return new PoolJob { Job = job, Template = template, Split = new PayoutSplit { Reward = default, Outputs = [] } };
    }
}

/// <summary>Says yes without hashing, so that queue and log are what is measured.</summary>
internal sealed class NoProofs : IProofChecker, IMerkleRoots
{
    private static readonly Hash256 s_hash = new(Enumerable.Repeat((byte)0xff, 32).ToArray());

    public void Check(Algorithm algorithm, ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data, Span<ProofResult> results) =>
        results[..items.Length].Fill(new ProofResult(ProofVerdict.Valid, s_hash));

    public void Compute(BitcoinRecipe recipe, ReadOnlySpan<byte> extranonces, int extranonceLength, Span<byte> roots) =>
        roots.Clear();
}

internal sealed class CountingSink : IVerdictSink, IBlockSink
{
    private long _count;

    public long Count => Volatile.Read(ref _count);

    public void OnVerdicts(ReadOnlySpan<Verdict> verdicts) => Volatile.Write(ref _count, _count + verdicts.Length);

    public Hash256? Submit(PoolJob job, ReadOnlySpan<byte> header, in Candidate candidate, Hash256 proof) => proof;
}
