using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>What is measured, and how to make an engine of it.</summary>
internal sealed record ScanSubject(AlgorithmInfo Algorithm, FlavourInfo Flavour, Func<IScanEngine> MakeEngine);

/// <summary>Threads with an engine each, that scan for a given time together.</summary>
internal sealed class ScanTeam : IDisposable
{
    private static readonly TimeSpan s_scanBudget = TimeSpan.FromMilliseconds(100);

    private readonly AlgorithmInfo _algorithm;
    private readonly IReadOnlyList<int> _affinity;
    private readonly List<IScanEngine> _engines = [];

    public ScanTeam(ScanSubject subject, int threads, IReadOnlyList<int> affinity)
    {
        _algorithm = subject.Algorithm;
        _affinity = affinity;
        try
        {
            for (int i = 0; i < threads; i++)
            {
                _engines.Add(subject.MakeEngine());
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Hashes per second of all threads together over one stretch of time.</summary>
    public double Measure(TimeSpan duration, CancellationToken cancellation)
    {
        double[] rates = new double[_engines.Count];
        Exception? failure = null;
        using Barrier start = new(_engines.Count);
        Thread[] threads = [.. _engines.Select((engine, i) => new Thread(() =>
        {
            try
            {
                if (_affinity.Count > 0)
                {
                    NativeThread.SetAffinity(_affinity[i % _affinity.Count]);
                }
                start.SignalAndWait(CancellationToken.None);
                rates[i] = Scan(engine, i, duration, cancellation);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, e, null);
                start.RemoveParticipant();
            }
        }) { IsBackground = true, Name = $"otedama-bench{i}" })];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }
        foreach (Thread thread in threads)
        {
            thread.Join();
        }
        cancellation.ThrowIfCancellationRequested();
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
        return rates.Sum();
    }

    public void Dispose()
    {
        foreach (IScanEngine engine in _engines)
        {
            engine.Dispose();
        }
    }

    private double Scan(IScanEngine engine, int thread, TimeSpan duration, CancellationToken cancellation)
    {
        uint[] versions = [.. Enumerable.Range(0, Math.Min(RangeAllocator.VersionsMax, _algorithm.VersionsMax))
            .Select(i => 0x20000000u | ((uint)i << 13))];
        byte[] data = new byte[_algorithm.DataLengthMax];
        new Random(thread).NextBytes(data);
        PowHit[] hits = new PowHit[64];
        PowWork work = new()
        {
            Data = data,
            NonceFirst = 0,
            NonceCount = 1UL << 32,
            Versions = versions.Length > 1 ? versions : default,
            Target = Target.FromCompact(0x1900ffff), // out of reach: hits are not what is measured
        };
        ulong hashes = 0;
        Stopwatch watch = Stopwatch.StartNew();
        TimeSpan left = duration;
        while (left > TimeSpan.Zero && !cancellation.IsCancellationRequested)
        {
            PowScan scan = engine.Scan(work, hits, left < s_scanBudget ? left : s_scanBudget);
            hashes += scan.Hashes;
            ulong next = scan.WorkIndex > 0 ? 0 : scan.NonceNext;
            work = work with { NonceFirst = next, NonceCount = (1UL << 32) - next };
            left = duration - watch.Elapsed;
        }
        return hashes / watch.Elapsed.TotalSeconds;
    }
}
