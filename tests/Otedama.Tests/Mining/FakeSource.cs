using System.Collections.Concurrent;
using Otedama.Core;
using Otedama.Mining;

namespace Otedama.Tests.Mining;

/// <summary>A job source in the test's hand.</summary>
internal sealed class FakeSource : IJobSource
{
    private uint _id;
    private uint _generation;

    public ConcurrentQueue<Candidate> Submitted { get; } = [];

    public uint LastId => _id;

    public bool Full { get; set; }

    public IJobSink? Sink { get; private set; }

    public IReadOnlyList<PoolSnapshot> Pools => [];

    public bool Disposed { get; private set; }

    public void Start(IJobSink sink) => Sink = sink;

    public bool TrySubmit(in Candidate candidate)
    {
        if (Full)
        {
            return false;
        }
        Submitted.Enqueue(candidate);
        return true;
    }

    public Task DrainAsync(TimeSpan wait) => Task.CompletedTask;

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }

    public Job Publish(Target share, bool clean = true, int extranonce2Length = 4, uint mask = 0x1fffe000)
    {
        Job job = MakeJob(++_id, clean ? ++_generation : _generation, share, clean, mask);
        Sink!.OnJob(job, new ExtranonceSpace(new byte[] { 1, 2, 3, 4 }, extranonce2Length));
        return job;
    }

    public static Job MakeJob(uint id, uint generation, Target share, bool clean, uint mask) => new()
    {
        Id = id,
        Generation = generation,
        Algorithm = Algorithm.Sha256d,
        Height = 5,
        Recipe = new BitcoinRecipe
        {
            Version = 0x20000000,
            VersionMask = mask,
            PreviousHash = BitcoinHashOf(id),
            CoinbasePrefix = new byte[50],
            CoinbaseSuffix = new byte[50],
            Branches = new byte[64],
            Bits = 0x207fffff,
            Time = 1_700_000_000,
        },
        NetworkTarget = Target.FromCompact(0x207fffff),
        ShareTarget = share,
        Clean = clean,
        TimeMin = 0,
        TimeMax = uint.MaxValue,
    };

    private static Hash256 BitcoinHashOf(uint id) => Otedama.Interop.BitcoinHash.Sha256d(BitConverter.GetBytes(id));
}
