using System.CommandLine;
using Otedama.Asic;

namespace Otedama;

/// <summary>Plan, show, confirm, carry out; or go on with what was begun.</summary>
internal static class AsicFlashCommand
{
    internal static Command Build(CommandContext context)
    {
        Command flash = new("flash", "Write firmware to a controller by a plan that is shown and confirmed first.");
        Option<string?> device = Device();
        Option<string?> image = new("--image") { Description = "Firmware to write.", HelpName = "FILE" };
        Option<bool> dryRun =
            new("--dry-run") { Description = "Look at the device and show the plan; keep and write nothing." };
        Option<bool> plan = new("--plan") { Description = "Show the plan and keep it, to be carried out by --resume." };
        Option<string?> resume =
            new("--resume")
            {
                Description = "Carry out a kept plan, or go on with one that was interrupted.",
                HelpName = "ID",
            };
        Option<bool> yes =
            new("--yes") { Description = "With --resume: the plan was seen when it was kept, do not ask again." };
        AsicFlashing flashing = new();
        Option<bool> allowPublic = AsicWay.PublicOption();
        Option<string?> stub = AsicWay.StubOption();
        Option<string> whatsminer = AsicWay.WhatsminerOption();
        foreach (Option option in (IEnumerable<Option>)[device, image, dryRun, plan, resume, yes, .. flashing.Options,
            allowPublic, stub, whatsminer])
        {
            flash.Options.Add(option);
        }
        flash.SetAction((result, stop) => AsicFlashing.GuardAsync(async () =>
        {
            Configuration configuration = context.Load(result);
            string root = AsicFlashing.RootOf(configuration, context);
            AsicWay way = AsicWay.Of(
                result.GetValue(allowPublic) || configuration.Get(Settings.FleetAllowPublic), result.GetValue(stub),
                result.GetValue(whatsminer)!);
            if (result.GetValue(resume) is { } id)
            {
                FlashFolder kept = FlashFolder.Find(root, id);
                using IFlashTarget target = AsicTargets.Open(
                    result.GetValue(device) ?? kept.Plan.Device.Address, context.Outside.Clock,
                    Credentials(context, configuration), way);
                return await CarryOutAsync(context, result, kept, target, confirmed: result.GetValue(yes), stop);
            }
            if (result.GetValue(yes))
            {
                throw new CommandException(
                    ExitCode.Usage, "--yes goes with --resume ID, for a plan that --plan has shown. Without it, "
                    + "confirm by typing the plan's id.");
            }
            string address = result.GetValue(device)
                ?? throw new CommandException(
                ExitCode.Usage, "--device is missing: the port of the controller, as `otedama asic list` shows it.");
            string path = AsicFlashing.Named(result.GetValue(image));
            FlashCatalogue? catalogue = flashing.OpenCatalogue(configuration, result);
            ImageReport report = AsicFlashing.Inspector.InspectFile(path, out byte[] bytes);
            using IFlashTarget fresh = AsicTargets.Open(
                address, context.Outside.Clock, Credentials(context, configuration), way);
            FlashDevice found = await fresh.ReadAsync(stop);
            FlashPlan made = FlashPlanner.Make(
                new FlashFacts
                {
                    Device = found,
                    Image = report,
                    ImagePath = path,
                    Entry =
                    catalogue?.Find(report.Sha256),
                    Options = flashing.Of(result),
                    Folder = root
                },
                fresh, bytes, context.Outside.Clock);
            return await DecideAsync(
                context, result, made, bytes, root, fresh, keepOnly: result.GetValue(plan),
                showOnly: result.GetValue(dryRun), stop);
        }));
        return flash;
    }

    private static Option<string?> Device() => new("--device", "--port")
    {
        Description = "Port or loader: /dev/ttyACM0, COM3, tcp://HOST:PORT, usb:303a:1001, dfu:1-1.4, stm32:PORT, "
            + "uf2:FOLDER,BOARD-ID[,PORTPATH], axeos:HOST, nerdqaxe:HOST, antminer:HOST, whatsminer-v2:HOST.",
        HelpName = "ADDRESS",
    };

    /// <summary>What asic.fleet.credentials has for a driver.</summary>
    internal static Func<string, FleetCredentials?> Credentials(CommandContext context, Configuration configuration) =>
        driver =>
        {
            List<string> problems = [];
            FleetCredentials? found =
                FleetChoice.CredentialsOf(configuration, driver, context.Outside.Environment, problems);
            return problems.Count == 0 ? found : throw new ConfigurationException(problems[0]);
        };

    /// <summary>Shows a plan, keeps it where it may be written, and carries it out once it is confirmed.</summary>
    internal static async Task<int> DecideAsync(
        CommandContext context, ParseResult result, FlashPlan plan, byte[] bytes, string root, IFlashTarget target,
        bool keepOnly, bool showOnly, CancellationToken stop)
    {
        if (showOnly || !plan.MayBeWritten)
        {
            string says = plan.MayBeWritten ? "This is only a look: nothing was kept or written."
                : "The plan is refused; nothing was kept or written.";
            return context.Judge(result, new AsicFlashAnswer(1, null, null, null, says, plan),
                AnswerJson.Default.AsicFlashAnswer, Lines, plan.MayBeWritten ? ExitCode.Done : ExitCode.BadAnswer);
        }
        FlashFolder folder = FlashFolder.Create(root, plan, bytes);
        folder.Prune();
        if (keepOnly)
        {
            string says = $"Nothing was written. Carry it out with: otedama asic flash --resume {folder.Id}";
            context.Answer(result, new AsicFlashAnswer(1, folder.Id, folder.FolderPath, null, says, plan),
                AnswerJson.Default.AsicFlashAnswer, Lines);
            return ExitCode.Done;
        }
        return await CarryOutAsync(context, result, folder, target, confirmed: false, stop);
    }

    internal static async Task<int> CarryOutAsync(
        CommandContext context, ParseResult result, FlashFolder folder, IFlashTarget target, bool confirmed,
        CancellationToken stop)
    {
        byte[] bytes = folder.Image();
        using FlashLedger ledger = FlashLedger.Open(folder.FolderPath, folder.PlanHash, context.Outside.Clock);
        bool begun = ledger.Entries.Any(static entry => entry.Kind == FlashEntryKind.Confirmed);
        if (!begun && !confirmed)
        {
            foreach (string line in Lines(new AsicFlashAnswer(1, folder.Id, folder.FolderPath, null, "", folder.Plan)))
            {
                context.Say(line);
            }
            context.Say($"Type {folder.Id} to write it, anything else to leave the device as it is:");
            if (context.Outside.In.ReadLine()?.Trim() != folder.Id)
            {
                throw new CommandException(
                    ExitCode.Usage, "Not confirmed; nothing was written. The plan is kept: otedama asic flash "
                    + $"--resume {folder.Id}");
            }
        }
        FlashOutcome outcome;
        try
        {
            outcome = await new FlashRun(folder, target, ledger, bytes, Progress(context)).GoAsync(stop);
        }
        catch (OperationCanceledException)
        {
            throw new CommandException(
                ExitCode.Interrupted,
                $"Interrupted between two steps. Go on with: otedama asic flash --resume {folder.Id}");
        }
        catch (IOException e)
        {
            throw new CommandException(
                ExitCode.BadAnswer,
                $"The ledger of this flash cannot be written: {e.Message.TrimEnd('.')}. The device may be between two "
                + $"steps. Free some disk space, then go on with: otedama asic flash --resume {folder.Id}");
        }
        return context.Judge(result,
            new AsicFlashAnswer(1, folder.Id, folder.FolderPath, outcome.Ending, outcome.Says, folder.Plan),
            AnswerJson.Default.AsicFlashAnswer, static answer => [answer.Says],
            outcome.Ending == FlashEnding.Updated ? ExitCode.Done : ExitCode.BadAnswer);
    }

    /// <summary>A line for each tenth of a step that has bytes.</summary>
    private static Action<FlashProgress> Progress(CommandContext context)
    {
        (int Step, long Tenth) last = (-1, -1);
        return progress =>
        {
            (int Step, long Tenth) now =
                (progress.Step.Index, progress.All > 0 ? 10 * progress.Done / progress.All : 10);
            if (now != last)
            {
                last = now;
                context.Say($"{progress.Step.Kind.ToString().ToLowerInvariant()} {progress.Step.Part}: {10 * now.Tenth} %");
            }
        };
    }

    internal static IEnumerable<string> Lines(AsicFlashAnswer answer)
    {
        FlashPlan plan = answer.Plan;
        yield return $"Plan {answer.PlanId ?? "(not kept)"} for {plan.Device.Id} by {plan.Target}";
        yield return $"from {plan.From.Version ?? "unknown version"}{Slot(plan.From)} to "
            + $"{plan.To.Version ?? "unknown version"}{Slot(plan.To)}";
        yield return $"image {plan.Image.Path}, {plan.Image.Kind}, {plan.Image.Size} bytes, SHA-256 {plan.Image.Sha256}";
        foreach (string line in AsicFlashing.Lines(plan.Checks))
        {
            yield return line;
        }
        foreach (FlashStep step in plan.Steps)
        {
            yield return $"  step {step.Index,2}: {step.Says}";
        }
        foreach (FlashStep step in plan.WayBack)
        {
            yield return $"  back {step.Index,2}: {step.Says}";
        }
        yield return answer.Says;
    }

    private static string Slot(FlashFirmware firmware) => firmware.Slot is { } slot ? $" in {slot}" : "";
}

/// <param name="PlanId">What --resume takes; null = not kept.</param>
/// <param name="Folder">Where plan, backup and ledger are.</param>
/// <param name="Ending">Null = not carried out.</param>
internal sealed record AsicFlashAnswer(
    int Schema, string? PlanId, string? Folder, FlashEnding? Ending, string Says, FlashPlan Plan);
