using System.Diagnostics.CodeAnalysis;
using Otedama.Core;
using Otedama.Pool;

namespace Otedama.Tests.Shares;

/// <summary>A job table whose contents a test sets.</summary>
internal sealed class TestJobs : IPoolJobTable
{
    /// <summary>Met by one hash in two.</summary>
    public static readonly Target Easy = new(new UInt256(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue >> 1));

    /// <summary>Met by no hash a test will see.</summary>
    public static readonly Target Hard = new(new UInt256(0, 0, 1, 0));

    private readonly Dictionary<uint, PoolJob> _jobs = [];

    public uint Generation { get; set; } = 1;

    public bool TryGetJob(uint id, [NotNullWhen(true)] out Job? job)
    {
        bool found = _jobs.TryGetValue(id, out PoolJob? known);
        job = known?.Job;
        return found;
    }

    public bool TryGet(uint id, [NotNullWhen(true)] out PoolJob? job) => _jobs.TryGetValue(id, out job);

    public void Remove(uint id) => _jobs.Remove(id);

    public PoolJob Add(uint id, uint generation = 1, Target? network = null, PayoutSplit? split = null, Target chain = default)
    {
        Template template = new()
        {
            Algorithm = Algorithm.Sha256d,
            Height = 100,
            Version = 0x20000000,
            PreviousHash = new Hash256(new byte[32]),
            Bits = 0x207fffff,
            Time = 2_000,
            TimeMin = 1_000,
            CoinbaseValue = new Amount(5_000_000_000),
            Transactions = [],
        };
        Job job = new()
        {
            Id = id,
            Generation = generation,
            Algorithm = Algorithm.Sha256d,
            Height = 100,
            Recipe = new BitcoinRecipe
            {
                Version = 0x20000000,
                VersionMask = 0x1fffe000,
                PreviousHash = template.PreviousHash,
                CoinbasePrefix = new byte[] { 1, 2, 3, (byte)(id & 0xff), (byte)((id >> 8) & 0xff) },
                CoinbaseSuffix = new byte[] { 9, 8, 7 },
                Branches = Enumerable.Range(0, 64).Select(i => (byte)i).ToArray(),
                Bits = 0x207fffff,
                Time = 2_000,
            },
            NetworkTarget = network ?? Hard,
            ChainTarget = chain,
            ShareTarget = Easy,
            Clean = false,
            TimeMin = 1_000,
            TimeMax = 3_000,
        };
        split ??= new PayoutSplit { Reward = template.CoinbaseValue, Outputs = [], Entries = [] };
        PoolJob pooled = new() { Job = job, Template = template, Split = split };
        _jobs[id] = pooled;
        return pooled;
    }

    public static Candidate Candidate(uint job, ulong nonce) => new()
    {
        JobId = job,
        Nonce = nonce,
        Time = 2_000,
        Version = 0x20000000,
        VersionMask = 0x1fffe000,
        Extranonce = new Extranonce([1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]),
        Target = Target.Max,
        Tag = (long)nonce,
        SessionId = 7,
    };
}
