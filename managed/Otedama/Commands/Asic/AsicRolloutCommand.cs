using System.CommandLine;
using Otedama.Asic;

namespace Otedama;

/// <summary>One image to many devices on the network: canaries first, then waves, each device by a plan of its
/// own.</summary>
internal static class AsicRolloutCommand
{
    internal static Command Build(CommandContext context)
    {
        Command rollout = new("rollout",
            "Write firmware to many devices on the network: one of each kind, then 5 %, 25 % and all, with half an "
            + "hour between; two failures stop it. Shown and confirmed first.");
        Option<string[]> devices = new("--device")
        {
            Description = "axeos:HOST, nerdqaxe:HOST, antminer:HOST, each with :PORT where it is not the usual. May be "
                + "repeated.",
            HelpName = "ADDRESS",
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string?> file = new("--devices")
        {
            Description = "A device a line: ADDRESS, then supply=NAME, switch=NAME, site=NAME where it shares one.",
            HelpName = "FILE",
        };
        Option<string?> image = new("--image") { Description = "Firmware to write.", HelpName = "FILE" };
        Option<bool> dryRun =
            new("--dry-run") { Description = "Look at the devices and show who comes when; keep and write nothing." };
        Option<bool> plan =
            new("--plan") { Description = "Show the roll-out and keep it, to be carried out by --resume." };
        Option<string?> resume = new("--resume")
        {
            Description = "Carry out a kept roll-out, or go on with one that was interrupted.",
            HelpName = "ID",
        };
        Option<bool> yes =
            new("--yes") { Description = "With --resume: it was seen when it was kept, do not ask again." };
        Option<bool> allowPublic = AsicWay.PublicOption();
        AsicFlashing flashing = new();
        foreach (Option option in (IEnumerable<Option>)[devices, file, image, dryRun, plan, resume, yes,
            flashing.TrustHash, flashing.AllowDowngrade, flashing.Force, flashing.Www, flashing.Catalogue, allowPublic])
        {
            rollout.Options.Add(option);
        }
        rollout.SetAction((result, stop) => AsicFlashing.GuardAsync(async () =>
        {
            Configuration configuration = context.Load(result);
            AsicRollouts rollouts = new(context, result, configuration,
                result.GetValue(allowPublic) || configuration.Get(Settings.FleetAllowPublic));
            if (result.GetValue(resume) is { } id)
            {
                return await rollouts.CarryOutAsync(
                    RolloutFolder.Find(rollouts.Root, id), result.GetValue(yes), stop);
            }
            if (result.GetValue(yes))
            {
                throw new CommandException(ExitCode.Usage,
                    "--yes goes with --resume ID, for a roll-out that --plan has shown. Without it, confirm by typing "
                    + "its id.");
            }
            string path = AsicFlashing.Named(result.GetValue(image));
            IReadOnlyList<RolloutDevice> wanted =
                AsicRollouts.Wanted(result.GetValue(devices) ?? [], result.GetValue(file));
            FlashCatalogue? catalogue = flashing.OpenCatalogue(configuration, result);
            ImageReport report = AsicFlashing.Inspector.InspectFile(path, out byte[] bytes);
            FlashFacts facts = new()
            {
                Device = new FlashDevice { Id = "", Address = "", Transport = FlashTransport.Network },
                Image = report,
                ImagePath = path,
                Entry = catalogue?.Find(report.Sha256),
                Options = flashing.Of(result),
                Folder = rollouts.Root,
                Devices = wanted.Count,
            };
            AsicRolloutLook look = await rollouts.LookAsync(wanted, facts, bytes, stop);
            return await rollouts.DecideAsync(look, bytes, result.GetValue(plan), result.GetValue(dryRun), stop);
        }));
        return rollout;
    }
}

/// <param name="RolloutId">What --resume takes; null = not kept.</param>
/// <param name="State">running: it waits; finished, stopped; null = not carried out.</param>
/// <param name="Devices">In the order of their waves.</param>
internal sealed record AsicRolloutAnswer(
    int Schema, string? RolloutId, string? Folder, string? State, string Says, IReadOnlyList<AsicRolloutRow> Devices);

/// <param name="Wave">canary, 5 %, 25 %, 100 %; null = it is not written.</param>
/// <param name="Result">planned, has_it_already, refused, unreachable, updated, failed, not_begun.</param>
/// <param name="PlanId">Of its own plan, for its ledger and backup.</param>
internal sealed record AsicRolloutRow(
    string Address, string? Id, string? Wave, string? From, string? To, string Result, string? PlanId, string? Says);
