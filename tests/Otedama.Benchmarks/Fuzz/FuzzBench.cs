using System.Diagnostics;
using System.Globalization;

namespace Otedama.Benchmarks;

/// <summary>Damaged inputs to every parser for a while, so many seconds in all; prints how many ran. 1 = a finding.</summary>
internal static class FuzzBench
{
    public static int Run(string seconds, string seed)
    {
        if (!double.TryParse(seconds, CultureInfo.InvariantCulture, out double all) || !int.TryParse(seed, out int start))
        {
            Console.Error.WriteLine("fuzz SECONDS SEED: two numbers");
            return 2;
        }
        IReadOnlyList<FuzzTarget> targets = FuzzTargets.All(Root());
        TimeSpan each = TimeSpan.FromSeconds(all / targets.Count);
        Console.WriteLine($"{"parser",-18} {"inputs",12} {"taken",12} {"most allocated, bytes",22} {"slowest, ms",12}");
        long inputs = 0;
        foreach (FuzzTarget target in targets)
        {
            long began = Stopwatch.GetTimestamp();
            try
            {
                FuzzRow row = target.Run(start, _ => Stopwatch.GetElapsedTime(began) < each);
                inputs += row.Inputs;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{row.Name,-18} {row.Inputs,12} {row.Taken,12} {row.MostAllocated,22} {row.Slowest.TotalMilliseconds,12:F1}"));
            }
            catch (FuzzFinding finding)
            {
                Console.WriteLine(finding);
                return 1;
            }
        }
        Console.WriteLine($"{"all",-18} {inputs,12}");
        return 0;
    }

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Otedama.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }
        return folder ?? throw new DirectoryNotFoundException("run it from a build inside the sources: samples are in tests/vectors");
    }
}
