using System.Globalization;
using System.Text.RegularExpressions;

namespace Otedama.Benchmarks;

/// <summary>How another program is asked for its own benchmark, and how its answer reads.</summary>
internal sealed partial record PeerProgram(string Kind, string Path)
{
    /// <summary>The name results are kept under: that of the program itself where it is of the general kind.</summary>
    public string Name => Kind == "rate" ? System.IO.Path.GetFileNameWithoutExtension(Path) : Kind;

    /// <summary>Only programs of the general kind can be asked for anything but their search.</summary>
    public bool HasModes => Kind == "rate";

    /// <summary>
    /// cpuminer=/path (cpuminer-opt), ccminer=/path (the VerusHash miner), or rate=/path: any program that takes
    /// --algo A --mode search|verify|build --threads N --seconds S and prints a line "rate 123.4 H/s", and perhaps "cpu-rate 123.4 H/s".
    /// </summary>
    public static PeerProgram Parse(string text)
    {
        string[] parts = text.Split('=', 2);
        return parts is ["cpuminer" or "ccminer" or "rate", string path] && File.Exists(path)
            ? new PeerProgram(parts[0], path)
            : throw new ArgumentException($"--peer {text}: give cpuminer=PATH, ccminer=PATH or rate=PATH of a file that exists");
    }

    /// <summary>All run at the priority of an ordinary process, as ours does; cpuminer would otherwise yield to everyone.</summary>
    public IEnumerable<string> Arguments(string algorithm, string mode, int threads, int seconds)
    {
        string t = threads.ToString(CultureInfo.InvariantCulture), s = seconds.ToString(CultureInfo.InvariantCulture);
        return Kind switch
        {
            "cpuminer" => ["-a", algorithm, "--benchmark", "-t", t, "--time-limit", s, "--cpu-priority", "2", "--no-color"],
            "ccminer" => ["-a", algorithm == "verushash" ? "verus" : algorithm, "--benchmark", "-t", t, $"--time-limit={s}", "--no-color"],
            _ => ["--algo", algorithm, "--mode", mode, "--threads", t, "--seconds", s],
        };
    }

    /// <summary>The closing lines of the program's benchmark: a rate by the clock and, from some, one by processor time.</summary>
    public (double Rate, double? CpuRate, string Unit) Read(string output)
    {
        if (Kind != "rate")
        {
            Match last = BenchmarkLine().Matches(output).LastOrDefault()
                ?? throw new InvalidOperationException($"no line like \"Benchmark: 27.10 MH/s\" in: {output}");
            double scale = last.Groups[2].Value switch { "k" => 1e3, "M" => 1e6, "G" => 1e9, _ => 1 };
            return (scale * Number(last.Groups[1]), null, "H/s");
        }
        Match rate = RateLine().Matches(output).LastOrDefault(match => !match.Groups[1].Success)
            ?? throw new InvalidOperationException($"no line like \"rate 123.4 H/s\" in: {output}");
        Match? cpuRate = RateLine().Matches(output).LastOrDefault(match => match.Groups[1].Success);
        return (Number(rate.Groups[2]), cpuRate is null ? null : Number(cpuRate.Groups[2]), rate.Groups[3].Value);
    }

    private static double Number(Group group) => double.Parse(group.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"Benchmark:\s+([0-9.]+)\s+([kMG]?)H/s")]
    private static partial Regex BenchmarkLine();

    [GeneratedRegex(@"^(cpu-)?rate ([0-9.]+(?:e[+-]?[0-9]+)?) (\S+)\s*$", RegexOptions.Multiline)]
    private static partial Regex RateLine();
}
