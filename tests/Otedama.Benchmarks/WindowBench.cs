using System.Diagnostics;
using System.Globalization;
using Otedama.Core;

namespace Otedama.Benchmarks;

/// <summary>
/// The PPLNS window alone: shares of equal work by random payees, half of them in the window at the end unless a number is
/// given; with 1,024 or fewer every share closes a slice. Prints the cost of a share, the longest one (it closed a slice and
/// merged), of a split, and the memory.
/// </summary>
internal static class WindowBench
{
    private const int Batch = 1_000;

    public static int Run(string payeesText, string sharesText, string? windowText)
    {
        int payees = int.Parse(payeesText, CultureInfo.InvariantCulture);
        long shares = long.Parse(sharesText, CultureInfo.InvariantCulture);
        const ulong Work = 1UL << 32;
        long rssBefore = Environment.WorkingSet;
        WorkWindow window = new();
        window.SetWindow(Work * (windowText is null ? (UInt128)(shares / 2) : UInt128.Parse(windowText, CultureInfo.InvariantCulture)));
        double worstMs = 0;
        long started = Stopwatch.GetTimestamp();
        ulong state = 1;
        for (long done = 0; done < shares; done += Batch)
        {
            long batch = Stopwatch.GetTimestamp();
            for (int i = 0; i < Batch; i++)
            {
                state = unchecked((state * 6364136223846793005UL) + 1442695040888963407UL);
                window.Add((int)((state >> 33) % (ulong)payees), Work);
            }
            worstMs = Math.Max(worstMs, Stopwatch.GetElapsedTime(batch).TotalMilliseconds);
        }
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        (int slices, long entries) = window.Size;
        started = Stopwatch.GetTimestamp();
        int paid = 0;
        window.Visit(window.Window, (_, _) => paid++);
        double firstMs = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        started = Stopwatch.GetTimestamp();
        window.Visit(window.Window, (_, _) => paid++);
        double againMs = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        using MemoryStream saved = new();
        using (BinaryWriter writer = new(saved, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            started = Stopwatch.GetTimestamp();
            window.Save(writer);
        }
        double saveMs = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{payees:n0} payees, {shares:n0} shares: {seconds * 1e9 / shares:f1} ns a share, worst {Batch} shares {worstMs:f1} ms, "
            + $"{slices} slices, {entries:n0} entries, split {firstMs:f1} ms then {againMs:f1} ms for {paid / 2:n0} payees, "
            + $"saved {saved.Length >> 20} MiB in {saveMs:f0} ms, memory {(Environment.WorkingSet - rssBefore) >> 20} MiB (peak {Process.GetCurrentProcess().PeakWorkingSet64 >> 20})"));
        return 0;
    }
}
