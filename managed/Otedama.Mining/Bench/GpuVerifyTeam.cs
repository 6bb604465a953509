using System.Diagnostics;
using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>Checks headers on a card as a pool does, in batches of one size. One thread, which a card's engine
/// has.</summary>
internal sealed class GpuVerifyTeam : BenchmarkTeam
{
    /// <summary>Different headers; more would only take longer to make.</summary>
    private const int HeadersMax = 4096;

    private readonly PowEngine _engine;
    private readonly byte[] _data;
    private readonly ProofItem[] _items;
    private readonly ProofResult[] _results;

    /// <summary>item's dataset is in the card's memory. Throws NativeException.</summary>
    public GpuVerifyTeam(BenchmarkCase item, int device, int batch, IReadOnlyList<int> affinity)
        : base(1, affinity)
    {
        byte[][] headers = [.. Enumerable.Range(0, Math.Min(batch, HeadersMax)).Select(i => item.ProofData(i)
            ?? throw new ArgumentException($"{item.Algorithm.Name} {item.Label}: no proof to check is kept here"))];
        int length = headers[0].Length;
        _data = new byte[length * batch];
        _items = new ProofItem[batch];
        _results = new ProofResult[batch];
        for (int i = 0; i < batch; i++)
        {
            headers[i % headers.Length].CopyTo(_data, i * length);
            _items[i] = new ProofItem(i * length, length, (int)item.Height, Target.Max);
        }
        _engine = PowEngine.Create(
            item.Algorithm.Algorithm, item.Parameters, item.Dataset, device: (uint)device,
                use: new PowEngineUse(0, ChecksOnly: true));
    }

    public override void Dispose() => _engine.Dispose();

    protected override long Work(int thread, TimeSpan duration, CancellationToken cancellation)
    {
        long done = 0;
        Stopwatch watch = Stopwatch.StartNew();
        do
        {
            _engine.Check(_items, _data, _results);
            done += _items.Length;
        }
        while (watch.Elapsed < duration && !cancellation.IsCancellationRequested);
        return done;
    }
}
