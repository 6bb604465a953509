using Otedama.Core;

namespace Otedama.Interop;

/// <summary>Checks proofs on one card; a PowEngine, or what stands for one in tests. One thread at a time.</summary>
internal interface IGpuCheckEngine : IDisposable
{
    /// <summary>As PowEngine.Check.</summary>
    void Check(ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data, Span<ProofResult> results);
}

/// <summary>Makes the engine of a card, known answers included. Throws NativeException.</summary>
internal delegate IGpuCheckEngine GpuCheckEngineMaker(GpuInfo gpu, Algorithm algorithm, PowParameters parameters,
    PowDataset? dataset);

/// <summary>How cards check proofs beside the processor.</summary>
public sealed record GpuCheckOptions
{
    /// <summary>Use cards that are ready whatever is faster, which spares the processor.</summary>
    public bool Always { get; init; }

    /// <summary>How long a comparison of card and processor holds for batches of one size.</summary>
    public TimeSpan Remeasure { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Time before a card that failed is tried again; twice as long after each further failure, up to
    /// RetryMax.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan RetryMax { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Told in one sentence when a card is ready, and when it checks again. Must not throw.</summary>
    public Action<string>? Says { get; init; }

    /// <summary>Told once when a card fails, until it checks again. Must not throw.</summary>
    public Action<string>? Warns { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    internal GpuCheckEngineMaker Make { get; init; } = static (gpu, algorithm, parameters, dataset) =>
        new Engine(PowEngine.Create(
            algorithm, parameters, dataset, device: (uint)gpu.Device.Index,
                use: new PowEngineUse(0, ChecksOnly: true)));

    private sealed class Engine(PowEngine engine) : IGpuCheckEngine
    {
        public void Check(ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data, Span<ProofResult> results) =>
            engine.Check(items, data, results);

        public void Dispose() => engine.Dispose();
    }
}

/// <summary>What a card has checked for a pool so far.</summary>
/// <param name="Gpu">As it is called: gpu0.</param>
/// <param name="Checked">Proofs whose verdict it gave.</param>
/// <param name="Compared">Proofs that the processor checked beside it, to compare speed and verdicts.</param>
/// <param name="FasterFrom">Smallest batch, as a power of two, from which it is known to be faster; null = none is
/// known.</param>
/// <param name="Problem">Why it checks nothing now; null where nothing is wrong.</param>
public sealed record GpuCheckState(string Gpu, string Device, bool IsReady, long Checked, long Compared,
    int? FasterFrom, string? Problem);
