using System.CommandLine;
using System.Globalization;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Mining;

namespace Otedama;

internal static class PluginCommand
{
    public static Command Build(CommandContext context)
    {
        Command plugin = new("plugin", "WebAssembly algorithms: list, verify and measure them.");
        plugin.Subcommands.Add(List(context));
        plugin.Subcommands.Add(Verify(context));
        plugin.Subcommands.Add(Bench(context));
        return plugin;
    }

    private static Command List(CommandContext context)
    {
        Command list = new("list", "Load every configured plugin and say what it is.");
        list.SetAction((result, stop) => Task.Run(() => Show(context, result, [.. context.Load(result).Get(Settings.Plugins).Select(static c => Row(c, test: false))]), stop));
        return list;
    }

    private static Command Verify(CommandContext context)
    {
        Command verify = new("verify", "Run the known answers of the configured plugins, or of one file. Without a trusted digest only prints the file's digest.");
        (Argument<string?> file, Option<string?> digest) = FileArguments(verify);
        verify.SetAction((result, stop) => Task.Run(() => Show(context, result, [.. Chosen(context, result, file, digest).Select(static c => Row(c, test: true))]), stop));
        return verify;
    }

    private static Command Bench(CommandContext context)
    {
        Command bench = new("bench", "Measure plugins beside native code of the same hash, where there is any.");
        (Argument<string?> file, Option<string?> digest) = FileArguments(bench);
        Option<int> threads = new("--threads") { Description = "Threads.", DefaultValueFactory = static _ => 1 };
        Option<int> repeats = new("--repeats") { Description = "Measurements per row; the median counts.", DefaultValueFactory = static _ => 5 };
        Option<double> seconds = new("--seconds") { Description = "Length of one measurement.", DefaultValueFactory = static _ => 1.0 };
        foreach (Option option in (Option[])[threads, repeats, seconds])
        {
            bench.Options.Add(option);
        }
        bench.SetAction((result, stop) =>
        {
            BenchmarkOptions options = new()
            {
                Threads = [result.GetValue(threads)],
                Repeats = result.GetValue(repeats),
                Repeat = BenchmarkCommand.Seconds(result.GetValue(seconds), "--seconds"),
            };
            IReadOnlyList<PluginChoice> chosen = Chosen(context, result, file, digest);
            return Task.Run(() => Measure(context, result, chosen, options, stop), stop);
        });
        return bench;
    }

    private static (Argument<string?> File, Option<string?> Digest) FileArguments(Command command)
    {
        Argument<string?> file = new("file") { Description = "A plugin file; default: all of the configuration.", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> digest = new("--sha256") { Description = "The digest by which the file is trusted; default: the configuration's.", HelpName = "HEX" };
        command.Arguments.Add(file);
        command.Options.Add(digest);
        return (file, digest);
    }

    private static IReadOnlyList<PluginChoice> Chosen(CommandContext context, ParseResult result, Argument<string?> file, Option<string?> digest)
    {
        IReadOnlyList<PluginChoice> configured = context.Load(result).Get(Settings.Plugins);
        if (result.GetValue(file) is not { } path)
        {
            return configured.Count > 0
                ? configured
                : throw new CommandException(ExitCode.Configuration, "No plugin is configured. Add its path and sha256 under plugins, or name a file.");
        }
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new CommandException(ExitCode.Usage, "file: the path is empty or holds a NUL character. Give the path of a plugin, such as algorithm.wasm.");
        }
        PluginChoice? known = configured.FirstOrDefault(choice => Path.GetFullPath(choice.Path) == Path.GetFullPath(path));
        PluginLimits limits = new();
        if (result.GetValue(digest) is { } given)
        {
            return [(known ?? new PluginChoice(path, "", limits.MemoryMib, limits.DeadlineMs)) with { Sha256 = given }];
        }
        return known is not null ? [known] : throw new CommandException(ExitCode.Configuration, Untrusted(path));
    }

    private static string Untrusted(string path)
    {
        try
        {
            string found = WasmPlugin.DigestOf(path);
            return $"{path} is not in the configuration, so it was not run. Its SHA-256 is {found}. If you trust it: --set plugins={path}@{found}";
        }
        catch (PluginException e)
        {
            return e.Message;
        }
    }

    private static PluginRow Row(PluginChoice choice, bool test)
    {
        try
        {
            using WasmPlugin plugin = PluginShelf.Load(choice);
            int compared = test ? PluginSelfTest.Run(plugin) : 0;
            PluginInfo info = plugin.Info;
            return new PluginRow(choice.Path, plugin.Digest, plugin.AlgorithmName, info.Version, info.BatchMax, info.FuelPerHash, info.HasVerify,
                choice.MemoryMib, choice.DeadlineMs, compared, null, null);
        }
        catch (PluginException e)
        {
            return new PluginRow(choice.Path, choice.Sha256, null, null, null, null, null, choice.MemoryMib, choice.DeadlineMs, 0, e.Fault.ToString().ToLowerInvariant(), e.Message);
        }
    }

    private static int Show(CommandContext context, ParseResult result, IReadOnlyList<PluginRow> rows)
    {
        context.Answer(result, new PluginAnswerList(1, rows), AnswerJson.Default.PluginAnswerList, static a => a.Plugins.Count > 0
            ? a.Plugins.Select(Line)
            : ["no plugins are configured; add their path and sha256 under plugins"]);
        return rows.FirstOrDefault(static row => row.Fault is not null) is { } bad
            ? PluginShelf.Code(Enum.Parse<PluginFault>(bad.Fault!, ignoreCase: true))
            : ExitCode.Done;
    }

    private static string Line(PluginRow row) => row.Problem is { } problem
        ? $"FAIL  {problem}"
        : $"ok    {row.Algorithm} version {row.Version}  {row.Path}  sha256 {row.Sha256}  batches of {row.BatchMax}, {row.FuelPerHash} instructions per hash, "
            + $"{row.MemoryMib} MiB, {row.DeadlineMs} ms{(row.AnswersCompared > 0 ? $", {row.AnswersCompared} answers right" : "")}";

    private static int Measure(
        CommandContext context, ParseResult result, IReadOnlyList<PluginChoice> chosen, BenchmarkOptions options, CancellationToken stop)
    {
        List<PluginBenchRow> rows = [];
        try
        {
            foreach (PluginChoice choice in chosen)
            {
                using WasmPlugin plugin = PluginShelf.Load(choice);
                PluginSelfTest.Run(plugin);
                rows.Add(MeasureOne(plugin, options, stop));
            }
        }
        catch (PluginException e)
        {
            throw new CommandException(PluginShelf.Code(e.Fault), e.Message);
        }
        catch (ArgumentException e)
        {
            throw new CommandException(ExitCode.Usage, e.Message);
        }
        context.Answer(result, new PluginBenchAnswer(1, rows), AnswerJson.Default.PluginBenchAnswer, static a => a.Rows.SelectMany(BenchLines));
        return ExitCode.Done;
    }

    private static PluginBenchRow MeasureOne(WasmPlugin plugin, BenchmarkOptions options, CancellationToken stop)
    {
        BenchmarkResult measured = Benchmark.Run(options with { Plugins = [plugin] }, null, stop).Results[0];
        IReadOnlyList<BenchmarkResult> native = PluginTwin.Of(plugin) is { } twin
            ? Benchmark.Run(options with { Algorithms = [twin.Algorithm], Flavours = [.. new[] { "ref", twin.Selected.Name }.Distinct()] }, null, stop).Results
            : [];
        return new PluginBenchRow(measured, native);
    }

    private static IEnumerable<string> BenchLines(PluginBenchRow row)
    {
        yield return BenchLine(row.Plugin, "");
        foreach (BenchmarkResult native in row.Native)
        {
            string ratio = row.Plugin.Median > 0 && native.Median > 0
                ? string.Create(CultureInfo.InvariantCulture, $"\n    the plugin reaches {row.Plugin.Median / native.Median:0.000} of it")
                : "";
            yield return BenchLine(native, ratio);
        }
        if (row.Native.Count == 0)
        {
            yield return "No native algorithm gives the same hashes, so there is nothing to compare with.";
        }
    }

    private static string BenchLine(BenchmarkResult row, string end) => row.Skipped is { } reason
        ? $"{row.Algorithm,-24} {row.Flavour,-10} skipped: {reason}"
        : string.Create(CultureInfo.InvariantCulture,
            $"{row.Algorithm,-24} {row.Flavour,-10} {row.Threads,3} threads {Units.Hashrate(row.Median),12}  spread {BenchmarkTable.Spread(row)}{end}");
}

internal sealed record PluginAnswerList(int Schema, IReadOnlyList<PluginRow> Plugins);

/// <summary>Fault and Problem are null when the plugin is good; what could not be read is null.</summary>
internal sealed record PluginRow(
    string Path, string Sha256, string? Algorithm, uint? Version, int? BatchMax, ulong? FuelPerHash, bool? HasVerify,
    int MemoryMib, int DeadlineMs, int AnswersCompared, string? Fault, string? Problem);

internal sealed record PluginBenchAnswer(int Schema, IReadOnlyList<PluginBenchRow> Rows);

/// <summary>Native holds the same hash in native code: the portable flavour and the one mining uses.</summary>
internal sealed record PluginBenchRow(BenchmarkResult Plugin, IReadOnlyList<BenchmarkResult> Native);
