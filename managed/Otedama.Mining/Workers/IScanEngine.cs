using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>The one native verb a worker needs, so that a test can put a failing device in its place.</summary>
internal interface IScanEngine : IDisposable
{
    /// <summary>Told before the first Scan of a range. Most engines do not care.</summary>
    void Begin(Job job)
    {
    }

    PowScan Scan(in PowWork work, Span<PowHit> hits, TimeSpan budget);

    /// <summary>Any thread.</summary>
    void Cancel();

    /// <summary>
    /// What it scans with, where that changes while it runs; null = what the worker was made with. Any thread.
    /// </summary>
    string? Flavour => null;

    /// <summary>Why it searches nothing though it is asked to, for people; null while it does. Any thread.</summary>
    string? Waiting => null;
}

internal sealed class NativeScanEngine(PowEngine engine) : IScanEngine
{
    private readonly PowWork[] _works = new PowWork[1];

    public PowScan Scan(in PowWork work, Span<PowHit> hits, TimeSpan budget)
    {
        _works[0] = work;
        return engine.Scan(_works, hits, budget);
    }

    public void Cancel() => engine.Cancel();

    public void Dispose() => engine.Dispose();
}
