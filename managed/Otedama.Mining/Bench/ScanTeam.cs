using System.Diagnostics;
using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>Searches nonces as a worker does: an engine per thread, calls of about 100 ms.</summary>
internal sealed class ScanTeam : BenchmarkTeam
{
    private const int NonceBitsMax = 40; // of 64: more than a benchmark searches

    private static readonly TimeSpan s_scanBudget = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_deviceBudget = TimeSpan.FromMilliseconds(250); // as GpuWorkers has it

    private readonly BenchmarkCase _case;
    private readonly List<IScanEngine> _engines = [];
    private long _solutions;
    private long _hashes;

    public ScanTeam(BenchmarkCase item, FlavourInfo flavour, int threads, IReadOnlyList<int> affinity)
        : base(threads, affinity)
    {
        _case = item;
        try
        {
            for (int i = 0; i < threads; i++)
            {
                _engines.Add(item.MakeEngine(flavour));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Of a solver: solutions found per nonce tried. Null for algorithms that hash.</summary>
    public double? SolutionsPerNonce => _case.Algorithm.SlowScan && _hashes > 0 ? (double)_solutions / _hashes : null;

    public override void Dispose()
    {
        foreach (IScanEngine engine in _engines)
        {
            engine.Dispose();
        }
    }

    protected override long Work(int thread, TimeSpan duration, CancellationToken cancellation)
    {
        AlgorithmInfo algorithm = _case.Algorithm;
        uint[] versions = [.. Enumerable.Range(0, Math.Min(RangeAllocator.VersionsMax, algorithm.VersionsMax))
            .Select(i => 0x20000000u | ((uint)i << 13))];
        ulong nonces = 1UL << Math.Min(algorithm.NonceBits, NonceBitsMax);
        PowHit[] hits = new PowHit[64];
        PowWork work = new()
        {
            Data = _case.WorkData(thread),
            NonceFirst = 0,
            NonceCount = nonces,
            Height = _case.Height,
            Versions = versions.Length > 1 ? versions : default,
            // Out of reach: hits are not what is measured. A solver's solutions are, so all of them count.
            Target = algorithm.SlowScan ? Target.Max : Target.FromCompact(0x1900ffff),
        };
        long hashes = 0;
        TimeSpan budget = _case.Device == 0 ? s_scanBudget : s_deviceBudget;
        Stopwatch watch = Stopwatch.StartNew();
        TimeSpan left = duration;
        while (left > TimeSpan.Zero && !cancellation.IsCancellationRequested)
        {
            PowScan scan = _engines[thread].Scan(work, hits, left < budget ? left : budget);
            hashes += (long)scan.Hashes;
            Interlocked.Add(ref _solutions, scan.HitCount);
            ulong next = scan.WorkIndex > 0 ? 0 : scan.NonceNext;
            work = work with { NonceFirst = next, NonceCount = nonces - next };
            left = duration - watch.Elapsed;
        }
        Interlocked.Add(ref _hashes, hashes);
        return hashes;
    }
}
