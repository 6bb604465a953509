using System.CommandLine;
using Otedama.Core;
using Otedama.Interop;

namespace Otedama;

internal static class VerifyCommand
{
    public static Command Build(CommandContext context)
    {
        Command verify = new("verify", "Check proofs of work: known answers and vectors built into this program, or a vector file. With --sv2: Stratum V2.");
        Option<string[]> files = new("--vectors") { Description = "Vector file (format of tests/vectors); may be repeated.", HelpName = "FILE" };
        Option<string?> flavour = new("--flavour") { Description = "Instruction-set flavour to check; default: the one mining uses.", HelpName = "NAME" };
        Option<int?> device = new("--device")
        {
            Description = "Graphics card to check, by its number in `otedama gpu list`; default: the processor.",
            HelpName = "INDEX",
        };
        Option<string> kawPowDataset = new("--kawpow-dataset")
        {
            Description = "KawPow on a card: light = proofs are checked from the light cache, full = by the whole dataset, "
                + "which is made there first.",
            HelpName = "KIND",
            DefaultValueFactory = static _ => "light",
        };
        Option<bool> quick = new("--quick") { Description = "Leave out the built-in vectors that need gigabytes and many seconds." };
        Option<string?> sv2 = new("--sv2")
        {
            Description = "Check a file of Stratum V2 vectors instead (form of tests/vectors/sv2.json): messages, handshakes, sealed "
                + "frames, keys, targets, reactions, jobs.",
            HelpName = "FILE",
        };
        verify.Options.Add(files);
        verify.Options.Add(flavour);
        verify.Options.Add(device);
        verify.Options.Add(kawPowDataset);
        verify.Options.Add(quick);
        verify.Options.Add(sv2);
        verify.SetAction((result, stop) => Task.Run(
            () => result.GetValue(sv2) is { } path ? Sv2Verify.Run(context, result, path, Others(result, sv2), stop) : Run(
                context,
                result,
                result.GetValue(files) ?? [],
                What(result.GetValue(flavour), result.GetValue(device), result.GetValue(kawPowDataset) ?? ""),
                result.GetValue(quick),
                stop),
            stop));
        return verify;
    }

    /// <summary>The first option of this verb that was given beside one that goes alone, or null.</summary>
    private static string? Others(ParseResult result, Option alone) => result.CommandResult.Command.Options
        .FirstOrDefault(option => option != alone && result.GetResult(option) is { Implicit: false })?.Name;

    /// <param name="Flavour">Null = the one mining uses.</param>
    /// <param name="Gpu">Null = the processor.</param>
    /// <param name="WholeKawPow">KawPow's proofs are checked there by the whole dataset.</param>
    private sealed record Checked(string? Flavour, GpuInfo? Gpu, bool WholeKawPow);

    private static Checked What(string? flavour, int? device, string kawPowDataset)
    {
        RequireFlavour(flavour);
        if (kawPowDataset is not ("light" or "full"))
        {
            throw new CommandException(
                ExitCode.Usage,
                $"--kawpow-dataset: \"{SettingTypes.Shorten(kawPowDataset)}\" is neither light nor full.");
        }
        if (flavour is not null && device is not null)
        {
            throw new CommandException(
                ExitCode.Usage, "--flavour and --device: flavours are the processor's. Give one of them.");
        }
        GpuInfo? gpu = device is int index ? GpuChoice.One(index, "--device") : null;
        return new Checked(flavour, gpu, kawPowDataset == "full");
    }

    private static int Run(
        CommandContext context, ParseResult result, string[] files, Checked what, bool quick, CancellationToken stop)
    {
        using IDisposable held = GpuChoice.Hold(what.Gpu is { } card ? [card] : [], context);
        if (what.Gpu is not null)
        {
            GpuChoice.KeepPrograms(context, result);
        }
        VectorTotals totals = default;
        List<string> lines = [];
        using Progress progress = new(context.Outside);
        Action<string> print = result.GetValue(context.Json) ? lines.Add : context.Outside.Out.WriteLine;
        Action<string> report = line =>
        {
            progress.Clear();
            print(line);
        };
        if (files.Length == 0 && what.Gpu is null)
        {
            foreach ((string name, Func<string?> check) in NativeChecks.All())
            {
                progress.Begin($"known answers: {name}");
                string? problem = Selftest.Guarded(check);
                totals += problem is null ? new VectorTotals(1, 0, 0) : new VectorTotals(0, 1, 0);
                report(problem is null ? $"ok    {name}" : $"FAIL  {name}: {problem}");
            }
        }
        VectorTotals vectors = RunFiles(files, what, quick, report, progress, stop, out bool isLost);
        totals += vectors;
        progress.Clear();
        context.Answer(result, new VerifyAnswer(1, totals.Passed, totals.Failed, totals.Skipped, lines), AnswerJson.Default.VerifyAnswer,
            static a => [$"{a.Passed} passed, {a.Failed} failed, {a.Skipped} skipped"]);
        // A wrong answer says more than a card that went away after it.
        return totals.Failed > 0 ? ExitCode.BadAnswer
            : isLost ? ExitCode.Unsupported
            : vectors.Passed == 0 ? ExitCode.BadAnswer
            : ExitCode.Done;
    }

    private static VectorTotals RunFiles(
        string[] files, Checked what, bool quick, Action<string> report, Progress progress, CancellationToken stop,
        out bool isLost)
    {
        VectorTotals totals = default;
        using VectorRunner runner = new(report, what.Flavour)
        {
            Device = what.Gpu?.Device.Index ?? 0,
            WholeKawPow = what.WholeKawPow,
            Begins = (making, how) => progress.Begin(making, () => how.Total == 0 ? 0 : (double)how.Done / how.Total),
        };
        string[] names = files.Length > 0 ? files : [.. BuiltInVectors.Names(heavy: !quick)];
        for (int i = 0; i < names.Length; i++)
        {
            progress.Begin($"vectors {i + 1} of {names.Length}: {names[i]}");
            VectorTotals of = runner.Run(files.Length == 0 ? BuiltInVectors.Read(names[i]) : Read(names[i]), stop);
            totals += of;
            if (files.Length == 0)
            {
                report($"{(of.Failed == 0 ? "ok   " : "FAIL ")} {names[i]}: {of.Passed} passed, {of.Failed} failed, {of.Skipped} skipped");
            }
        }
        if (runner.DeviceSummary.Length > 0)
        {
            report(runner.DeviceSummary);
        }
        if (totals is { Passed: 0, Failed: 0 })
        {
            // Vectors that were all left out have shown nothing, whatever was asked for.
            report(totals.Skipped > 0 ? $"nothing was judged, all {totals.Skipped} were skipped: that is no pass"
                : "nothing was judged, there are no vectors in it: that is no pass");
        }
        isLost = runner.DeviceIsLost;
        return totals;
    }

    /// <summary>A flavour no algorithm has is a slip of the pen, and everything would be skipped for it.</summary>
    private static void RequireFlavour(string? flavour)
    {
        string[] known = [.. Catalogue.Algorithms().SelectMany(static a => a.Flavours).Select(static f => f.Name).Distinct()];
        if (flavour is not null && !known.Contains(flavour))
        {
            throw new CommandException(ExitCode.Usage, $"--flavour: there is no \"{SettingTypes.Shorten(flavour)}\"; choose from {string.Join(", ", known)}.");
        }
    }

    private static VectorFile Read(string path)
    {
        try
        {
            using StreamReader text = new(GivenFile.Open(path));
            return VectorFile.Parse(text.ReadToEnd());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or ArgumentException)
        {
            throw new CommandException(ExitCode.Usage, path.Length == 0
                ? "--vectors: the path is empty. Give the path of a vector file."
                : $"{path}: cannot be read as vectors: {e.Message}");
        }
    }
}

internal sealed record VerifyAnswer(int Schema, int Passed, int Failed, int Skipped, IReadOnlyList<string> Lines);
