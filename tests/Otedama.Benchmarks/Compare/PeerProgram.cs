using System.Globalization;
using System.Text.RegularExpressions;

namespace Otedama.Benchmarks;

/// <summary>How another program is asked for its own benchmark, and how its answer reads.</summary>
internal sealed partial record PeerProgram(string Name, string Path)
{
    /// <summary>cpuminer=/path (cpuminer-opt) or ccminer=/path (the VerusHash miner).</summary>
    public static PeerProgram Parse(string text)
    {
        string[] parts = text.Split('=', 2);
        return parts is ["cpuminer" or "ccminer", string path] && File.Exists(path)
            ? new PeerProgram(parts[0], path)
            : throw new ArgumentException($"--peer {text}: give cpuminer=PATH or ccminer=PATH of a file that exists");
    }

    /// <summary>Both run at the priority of an ordinary process, as ours does; cpuminer would otherwise yield to everyone.</summary>
    public IEnumerable<string> Arguments(string algorithm, int threads, int seconds)
    {
        string t = threads.ToString(CultureInfo.InvariantCulture), s = seconds.ToString(CultureInfo.InvariantCulture);
        return Name == "cpuminer"
            ? ["-a", algorithm, "--benchmark", "-t", t, "--time-limit", s, "--cpu-priority", "2", "--no-color"]
            : ["-a", algorithm == "verushash" ? "verus" : algorithm, "--benchmark", "-t", t, $"--time-limit={s}", "--no-color"];
    }

    /// <summary>Hashes per second of wall time: the closing line of the program's benchmark.</summary>
    public static double Rate(string output)
    {
        Match last = BenchmarkLine().Matches(output).LastOrDefault()
            ?? throw new InvalidOperationException($"no line like \"Benchmark: 27.10 MH/s\" in: {output}");
        double scale = last.Groups[2].Value switch { "k" => 1e3, "M" => 1e6, "G" => 1e9, _ => 1 };
        return scale * double.Parse(last.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"Benchmark:\s+([0-9.]+)\s+([kMG]?)H/s")]
    private static partial Regex BenchmarkLine();
}
