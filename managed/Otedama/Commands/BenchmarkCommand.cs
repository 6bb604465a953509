using System.CommandLine;
using System.Globalization;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Mining;

namespace Otedama;

internal static class BenchmarkCommand
{
    /// <summary>Of runnable processes: half a processor taken away shows in every row.</summary>
    private const double BusyLoad = 0.5;

    private static readonly Option<string[]> s_algorithms = new("--algo")
    {
        Description = "Algorithms as configurations name them, such as sha256d,flux,plugin:NAME; all native ones when left out.",
        HelpName = "NAMES",
    };

    private static readonly Option<string[]> s_flavours = new("--flavour")
    {
        Description = "Instruction-set flavours, or \"all\"; the one mining chooses when left out.",
        HelpName = "NAMES",
    };

    private static readonly Option<string[]> s_threads = new("--threads") { Description = "Thread counts, such as 1,2.", HelpName = "COUNTS" };

    private static readonly Option<double> s_seconds = new("--seconds") { Description = "Length of one repeat.", DefaultValueFactory = static _ => 1 };

    private static readonly Option<double> s_warmUp = new("--warm-up") { Description = "Seconds before the first repeat.", DefaultValueFactory = static _ => 0.5 };

    private static readonly Option<int> s_repeats = new("--repeats") { Description = "Repeats per row; the median counts.", DefaultValueFactory = static _ => 5 };

    private static readonly Option<bool> s_verify = new("--verify") { Description = "Measure the check of shares, in batches of 256, in place of the search." };

    private static readonly Option<bool> s_build = new("--build") { Description = "Measure making the data (KawPow, Verthash) in memory, in place of the search; a repeat is one build." };

    private static readonly Option<uint> s_height = new("--height") { Description = "KawPow: block height (epoch = height / 7500).", HelpName = "HEIGHT" };

    private static readonly Option<string> s_kawPowDataset = new("--kawpow-dataset")
    {
        Description = "KawPow: light = measure with the light cache, full = with the whole dataset, which is made first.",
        HelpName = "KIND",
        DefaultValueFactory = static _ => "light",
    };

    private static readonly Option<string[]> s_equihash = new("--equihash") { Description = "Equihash parameters, such as 125,4; may be repeated. 96,5 when left out.", HelpName = "N,K" };

    private static readonly Option<string?> s_verthashFile = new("--verthash-file") { Description = "Verthash: the data file; written when missing (1.2 GiB).", HelpName = "FILE" };

    private static readonly Option<bool> s_verthashMemory = new("--verthash-memory") { Description = "Verthash: generate the data in memory (1.2 GiB)." };

    private static readonly Option<string[]> s_gpus = new("--gpu")
    {
        Description = "Graphics cards to measure in place of the processor, by their numbers in `otedama gpu "
            + "list`: each geometry of each algorithm; the fastest is remembered for the miner. With --verify: checks on them beside those of the processor.",
        HelpName = "NUMBERS",
    };

    public static Command Build(CommandContext context)
    {
        Command benchmark = new("benchmark", "Measure each algorithm and flavour on this machine. Rates per second of wall time and per second of processor time.");
        foreach (Option option in new Option[]
        {
            s_algorithms, s_flavours, s_threads, s_seconds, s_warmUp, s_repeats, s_verify, s_build, s_height,
                s_kawPowDataset, s_equihash, s_verthashFile, s_verthashMemory, s_gpus,
        })
        {
            benchmark.Options.Add(option);
        }
        benchmark.SetAction((result, stop) => Task.FromResult(Run(context, result, stop)));
        return benchmark;
    }

    private static int Run(CommandContext context, ParseResult result, CancellationToken stop)
    {
        List<WasmPlugin> plugins = [];
        try
        {
            BenchmarkOptions options = Read(context, result, plugins);
            bool verifies = options.Kind == BenchmarkKind.Verify;
            if (result.GetResult(s_gpus) is not null)
            {
                Option[] others = verifies ? [s_build] : [s_flavours, s_threads, s_build, s_kawPowDataset];
                options = options with { Gpus = Cards(result, others) };
            }
            using IDisposable held = GpuChoice.Hold(options.Gpus, context);
            if (options.Gpus.Count > 0)
            {
                GpuChoice.KeepPrograms(context, result);
            }
            if (options.Gpus.Count > 0 && !verifies)
            {
                return GpuBenchmarkTable.Run(context, result, options, stop);
            }
            using Progress progress = new(context.Outside);
            WarnWhenBusy(context);
            // The answer as text grows row by row; the answer as JSON is one object, so progress goes beside it.
            TextWriter rows = result.GetValue(context.Json) ? context.Outside.Error : context.Outside.Out;
            rows.WriteLine(BenchmarkTable.Head);
            BenchmarkReport report = Benchmark.Run(options with { Begins = progress.Begin }, row => Show(row, rows, progress), stop, context.Say);
            progress.Clear();
            context.Answer(result, report, AnswerJson.Default.BenchmarkReport, Lines);
            return report.Results.Any(static row => row.Skipped is null) ? ExitCode.Done : ExitCode.BadAnswer;
        }
        catch (ArgumentException e)
        {
            throw new CommandException(ExitCode.Usage, e.Message);
        }
        catch (PluginException e)
        {
            throw new CommandException(PluginShelf.Code(e.Fault), e.Message);
        }
        finally
        {
            plugins.ForEach(static plugin => plugin.Dispose());
        }
    }

    /// <summary>What was given beside --gpu must mean something for a card.</summary>
    private static List<GpuInfo> Cards(ParseResult result, Option[] others)
    {
        if (others.FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } other)
        {
            throw new ArgumentException($"--gpu and {other.Name}: cards are measured in each of their "
                + $"geometries, searching. Leave {other.Name} out.");
        }
        string[] given = List(result.GetValue(s_gpus));
        if (!CpuSet.TryParse(given, out IReadOnlyList<int> numbers, out string? problem, "card"))
        {
            throw new ArgumentException($"--gpu: {problem}.");
        }
        GpuChoice.RequireOnce(numbers, "--gpu");
        return numbers.Count > 0
            ? [.. numbers.Select(static number => GpuChoice.One(number, "--gpu"))]
            : throw new ArgumentException("--gpu: no number is given; `otedama gpu list` shows them.");
    }

    private static void Show(BenchmarkResult row, TextWriter rows, Progress progress)
    {
        progress.Clear();
        foreach (string line in BenchmarkTable.Lines(row))
        {
            rows.WriteLine(line);
        }
    }

    private static void WarnWhenBusy(CommandContext context)
    {
        if (Benchmark.LoadNow() is { } load && load > BusyLoad)
        {
            context.Say(string.Create(CultureInfo.InvariantCulture,
                $"warning: the machine is busy (load {load:0.0} on {Environment.ProcessorCount} processors), so rates come out too low; per second of processor time they are better. Measure again when it is quiet."));
        }
    }

    private static BenchmarkOptions Read(CommandContext context, ParseResult result, List<WasmPlugin> plugins)
    {
        string[] names = List(result.GetValue(s_algorithms)); // plugins among them have no kernel for cards
        AlgorithmChoice[] chosen = [.. names.Length == 0 ? [] : Choices(string.Join(',', names))];
        foreach (AlgorithmChoice choice in chosen.Where(static c => c.PluginName is not null))
        {
            plugins.Add(PluginShelf.Open(context.Load(result), choice.PluginName!));
        }
        string[] flavours = List(result.GetValue(s_flavours));
        bool all = flavours is ["all"];
        return new BenchmarkOptions
        {
            Algorithms = [.. chosen.Where(static c => c.PluginName is null).Select(static c => c.Algorithm).Distinct()],
            Plugins = plugins,
            Flavours = all ? [] : flavours,
            AllFlavours = all,
            Threads = [.. List(result.GetValue(s_threads)).Select(text => Number(text, "--threads"))],
            Kind = Kind(result.GetValue(s_verify), result.GetValue(s_build)),
            Repeat = Seconds(result.GetValue(s_seconds), "--seconds"),
            WarmUp = Seconds(result.GetValue(s_warmUp), "--warm-up"),
            Repeats = result.GetValue(s_repeats),
            KawPowHeight = result.GetValue(s_height),
            KawPowFull = IsFull(result.GetValue(s_kawPowDataset)!),
            Equihash = [.. (result.GetValue(s_equihash) ?? []).Select(Size), .. chosen.Select(static c => c.Equihash).OfType<EquihashRule>().Select(static r => ((uint)r.N, (uint)r.K))],
            VerthashFile = result.GetValue(s_verthashFile),
            VerthashInMemory = result.GetValue(s_verthashMemory),
        };
    }

    private static BenchmarkKind Kind(bool verify, bool build) => (verify, build) switch
    {
        (true, true) => throw new ArgumentException("--verify and --build: give one of them; each run measures one kind."),
        (true, _) => BenchmarkKind.Verify,
        (_, true) => BenchmarkKind.Build,
        _ => BenchmarkKind.Scan,
    };

    private static bool IsFull(string text) => text switch
    {
        "light" => false,
        "full" => true,
        _ => throw new ArgumentException($"--kawpow-dataset: \"{SettingTypes.Shorten(text)}\" is neither light nor full."),
    };

    private static string[] List(string[]? values) =>
        [.. (values ?? []).SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    /// <summary>
    /// Names as configurations have them, "flux" and "plugin:NAME" among them, and "equihash" for its default size.
    /// </summary>
    private static IReadOnlyList<AlgorithmChoice> Choices(string text)
    {
        string known = text.Replace("equihash,", "equihash:96,5,", StringComparison.OrdinalIgnoreCase);
        known = known.EndsWith("equihash", StringComparison.OrdinalIgnoreCase) ? known + ":96,5" : known;
        return Settings.MiningAlgorithms.TryRead(new RawScalar(known), out object value) is { } problem
            ? throw new ArgumentException($"--algo: {problem}.")
            : (IReadOnlyList<AlgorithmChoice>)value;
    }

    private static int Number(string text, string option) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new ArgumentException($"{option}: \"{SettingTypes.Shorten(text)}\" is not a number, such as 2.");

    internal static TimeSpan Seconds(double seconds, string option) => seconds is >= 0 and <= 600
        ? TimeSpan.FromSeconds(seconds)
        : throw new CommandException(ExitCode.Usage, string.Create(CultureInfo.InvariantCulture, $"{option}: {seconds} s; allowed are 0 to 600."));

    private static (uint N, uint K) Size(string text)
    {
        string[] parts = text.Split(',');
        return parts.Length == 2
            ? ((uint)Number(parts[0], "--equihash"), (uint)Number(parts[1], "--equihash"))
            : throw new ArgumentException($"--equihash: \"{SettingTypes.Shorten(text)}\" is not of the form 125,4.");
    }

    /// <summary>What stands below the rows: the machine and what was prepared.</summary>
    private static IEnumerable<string> Lines(BenchmarkReport report)
    {
        MachineDescription machine = report.Machine;
        yield return $"{machine.Cpu}{(machine.CpuModel is null ? "" : $" ({machine.CpuModel})")}, {machine.HardwareThreads} threads, {Units.Bytes((long)machine.MemoryBytes)}, {machine.Kernel}"
            + (machine.Virtual ? ", virtual" : "")
            + string.Create(CultureInfo.InvariantCulture, $", load before {machine.LoadBefore ?? 0:0.0}");
        yield return $"instruction sets: {string.Join(' ', machine.Features)}";
        foreach (DatasetBuild build in report.Datasets)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{build.Algorithm} data ({build.Parameters}): {build.Bytes / 1048576} MiB in {build.Seconds:0.00} s, {build.CpuSeconds:0.00} s of processor time");
        }
    }
}
