using System.Globalization;
using System.Text.Json;

namespace Otedama.Benchmarks;

/// <summary>
/// compare --ours out/otedama --peer cpuminer=PATH --algo sha256d --threads 1 --pairs 5 [--seconds 4] [--out DIRECTORY]
/// [--mode search|verify|build] [--label L] [--machine FOLDER] [--ours-arg X]... [--peer-arg X]...: both programs' own benchmarks by turns,
/// so that both meet the same machine.
/// </summary>
internal static class CompareCommand
{
    // A whole dataset takes minutes to build, and so does one nonce of a slow solver.
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(10);

    public static int Run(string[] arguments)
    {
        try
        {
            CompareOptions options = CompareOptions.Parse(arguments);
            CompareReport report = Measure(options, "Otedama.Benchmarks compare " + string.Join(' ', arguments));
            string directory = Path.Combine(options.Directory, options.Machine.Length > 0 ? options.Machine : CompareReport.MachineFolder(report.Machine));
            Directory.CreateDirectory(directory);
            File.WriteAllText(Path.Combine(directory, report.FileName + ".md"), report.ToMarkdown());
            File.WriteAllBytes(Path.Combine(directory, report.FileName + ".json"), report.ToJson());
            Console.WriteLine(report.ToMarkdown());
            return 0;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }

    private static CompareReport Measure(CompareOptions options, string command)
    {
        List<ComparePair> pairs = [];
        JsonElement machine = default;
        string flavour = "", before = LoadAverage();
        for (int i = 0; i < options.Pairs; i++)
        {
            (CompareRun ours, machine, flavour) = Ours(options);
            CompareRun peer = Peer(options);
            CheckPair(options, ours, peer);
            pairs.Add(new ComparePair(ours, peer));
            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"pair {i + 1}: {ours.Rate:0.####} and {peer.Rate:0.####} {ours.Unit}, ratio {pairs[^1].Ratio:0.00}; per processor second {ours.CpuRate:0.####} and {peer.CpuRate:0.####}, ratio {pairs[^1].CpuRatio:0.00}"));
        }
        return new CompareReport
        {
            Algorithm = options.Algorithm,
            Mode = options.Mode,
            Label = options.Label,
            Threads = options.Threads,
            Peer = options.Peer.Name,
            Command = command,
            Machine = machine,
            Flavour = flavour,
            Load = $"{before} and {LoadAverage()}",
            Pairs = pairs,
        };
    }

    private static void CheckPair(CompareOptions options, CompareRun ours, CompareRun peer)
    {
        if (peer.Unit != ours.Unit)
        {
            throw new InvalidOperationException($"{options.Peer.Name} counts in {peer.Unit}, otedama in {ours.Unit}: they cannot be compared");
        }
        foreach ((string name, CompareRun run) in new[] { ("otedama", ours), (options.Peer.Name, peer) })
        {
            if (run.Rate <= 0 || run.CpuRate <= 0)
            {
                throw new InvalidOperationException($"{name} counted nothing within {options.Seconds} s; give more --seconds");
            }
        }
    }

    private static (CompareRun Run, JsonElement Machine, string Flavour) Ours(CompareOptions options)
    {
        ChildRun child = ChildRun.Run(
            options.Ours,
            [
                "mining", "benchmark", "--json", "--algo", options.Algorithm, "--threads", Text(options.Threads),
                "--seconds", Text(options.OursSeconds), "--repeats", "1", .. ModeArguments(options.Mode), .. options.OursArguments,
            ],
            s_limit);
        using JsonDocument answer = JsonDocument.Parse(child.Output);
        JsonElement row = answer.RootElement.GetProperty("results")[0];
        return row.GetProperty("skipped").GetString() is string reason
            ? throw new InvalidOperationException($"otedama skipped {options.Algorithm}: {reason}")
            : (new CompareRun(
                    row.GetProperty("median").GetDouble(), row.GetProperty("cpu_median").GetDouble(), row.GetProperty("unit").GetString() ?? ""),
                answer.RootElement.GetProperty("machine").Clone(),
                row.GetProperty("flavour").GetString() ?? "");
    }

    private static string[] ModeArguments(string mode) => mode switch { "verify" => ["--verify"], "build" => ["--build"], _ => [] };

    /// <summary>
    /// A peer that tells only its rate by the clock: its rate per processor second is that rate times the wall time of the
    /// whole process over the processor time of the whole process. Starting up counts against it, so it should be a small part of the run.
    /// </summary>
    private static CompareRun Peer(CompareOptions options)
    {
        ChildRun child = ChildRun.Run(
            options.Peer.Path,
            [.. options.Peer.Arguments(options.Algorithm, options.Mode, options.Threads, options.Seconds), .. options.PeerArguments],
            s_limit);
        (double rate, double? cpuRate, string unit) = options.Peer.Read(child.Output + child.Error);
        return new CompareRun(rate, cpuRate ?? rate * child.Seconds / child.CpuSeconds, unit);
    }

    private static string LoadAverage() => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
