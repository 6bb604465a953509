using System.Diagnostics;
using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>Checks headers as a pool does: batches of 256 through the proof checker.</summary>
internal sealed class VerifyTeam : BenchmarkTeam
{
    private const int Batch = 256;

    private readonly BenchmarkCase _case;
    private readonly NativeProofChecker _checker;
    private readonly byte[] _data;
    private readonly ProofItem[] _items;
    private readonly int _step;

    /// <summary>precheck measures how fast a header above the target is turned away.</summary>
    public VerifyTeam(BenchmarkCase item, FlavourInfo flavour, int threads, IReadOnlyList<int> affinity, bool precheck)
        : base(threads, affinity)
    {
        _case = item;
        _checker = new NativeProofChecker(item.Parameters, item.Dataset, flavour.Index);
        byte[][] proofs = [.. Enumerable.Range(0, Batch).Select(i => item.ProofData(i)
            ?? throw new ArgumentException($"{item.Algorithm.Name} {item.Label}: no proof to check is kept here; choose 125,4 or 96,5"))];
        _data = [.. proofs.SelectMany(proof => proof)];
        _items = [.. proofs.Select((proof, i) =>
            new ProofItem(i * proof.Length, proof.Length, (int)item.Height, precheck ? Target.FromCompact(0x01010000) : Target.Max))];
        _step = precheck || !SlowCheck(item) ? Batch : 8; // a call of a repeat's length at most
    }

    public override void Dispose()
    {
        // The checker has nothing of its own to give back.
    }

    protected override long Work(int thread, TimeSpan duration, CancellationToken cancellation)
    {
        ProofResult[] results = new ProofResult[Batch];
        long done = 0;
        Stopwatch watch = Stopwatch.StartNew();
        for (int first = 0; watch.Elapsed < duration && !cancellation.IsCancellationRequested; first = (first + _step) % Batch)
        {
            _checker.Check(_case.Algorithm.Algorithm, _items.AsSpan(first, _step), _data, results);
            done += _step;
        }
        if (done > 0 && results[0].Verdict == ProofVerdict.Malformed)
        {
            throw new InvalidOperationException($"{_case.Algorithm.Name} {_case.Label}: the header to measure with was refused as malformed");
        }
        return done;
    }

    private static bool SlowCheck(BenchmarkCase item) => item.Facts.HasMix;
}
