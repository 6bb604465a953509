using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>
/// Rates of one stretch: things per second of wall time, all threads together, and per second of processor time.
/// </summary>
internal readonly record struct BenchmarkSample(double Rate, double CpuRate);

/// <summary>
/// Threads that do the same kind of work for a given time together. All begin at once and stop at the end; the rate is
/// what each did over the time it took, added up. Processor time is that of the whole process, which does nothing else.
/// </summary>
internal abstract class BenchmarkTeam(int threads, IReadOnlyList<int> affinity) : IDisposable
{
    public BenchmarkSample Measure(TimeSpan duration, CancellationToken cancellation)
    {
        double[] rates = new double[threads];
        long done = 0;
        Exception? failure = null;
        using Barrier start = new(threads);
        Thread[] team = [.. Enumerable.Range(0, threads).Select(i => new Thread(() =>
        {
            try
            {
                if (affinity.Count > 0)
                {
                    NativeThread.SetAffinity(affinity[i % affinity.Count]);
                }
                start.SignalAndWait(CancellationToken.None);
                long began = Stopwatch.GetTimestamp();
                long mine = Work(i, duration, cancellation);
                rates[i] = mine / Stopwatch.GetElapsedTime(began).TotalSeconds;
                Interlocked.Add(ref done, mine);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, e, null);
                start.RemoveParticipant();
            }
        }) { IsBackground = true, Name = $"otedama-bench{i}" })];
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        foreach (Thread thread in team)
        {
            thread.Start();
        }
        foreach (Thread thread in team)
        {
            thread.Join();
        }
        double cpuSeconds = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        cancellation.ThrowIfCancellationRequested();
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
        return new BenchmarkSample(rates.Sum(), cpuSeconds > 0 ? done / cpuSeconds : 0);
    }

    public abstract void Dispose();

    /// <summary>
    /// Works for about the duration and returns how many things were done. Called on the team's own threads.
    /// </summary>
    protected abstract long Work(int thread, TimeSpan duration, CancellationToken cancellation);
}
