using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Otedama.Benchmarks;

/// <summary>One finished child process: what it printed, and its wall and processor time in seconds.</summary>
internal sealed partial record ChildRun(string Output, string Error, double Seconds, double CpuSeconds)
{
    /// <summary>
    /// Runs a program to its end. One at a time: processor time is what all children together used meanwhile.
    /// Throws InvalidOperationException when it takes longer than the limit or exits with an error.
    /// </summary>
    public static ChildRun Run(string program, IEnumerable<string> arguments, TimeSpan limit)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        double cpu = ChildrenCpuSeconds();
        long began = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        StringBuilder output = new(), error = new();
        process.OutputDataReceived += (_, line) => output.AppendLine(line.Data);
        process.ErrorDataReceived += (_, line) => error.AppendLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(limit))
        {
            process.Kill();
            process.WaitForExit();
            throw new InvalidOperationException($"{program} was still running after {limit.TotalSeconds} s and was stopped");
        }
        process.WaitForExit(); // the readers too
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {error}{output}");
        }
        return new ChildRun(output.ToString(), error.ToString(), seconds, ChildrenCpuSeconds() - cpu);
    }

    /// <summary>User and system time of all children that have been waited for.</summary>
    private static double ChildrenCpuSeconds()
    {
        Span<long> usage = stackalloc long[18]; // struct rusage: two timevals, fourteen counters
        if (getrusage(-1, usage) != 0)
        {
            throw new InvalidOperationException("getrusage failed");
        }
        return usage[0] + usage[2] + ((usage[1] + usage[3]) / 1e6);
    }

    [LibraryImport("libc.so.6")]
    private static partial int getrusage(int who, Span<long> usage);
}
