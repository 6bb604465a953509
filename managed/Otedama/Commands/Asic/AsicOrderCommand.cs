using System.CommandLine;

namespace Otedama;

/// <summary>Verbs that give devices an order: reboot, and pause and resume of the whole fleet too.</summary>
internal static class AsicOrderCommand
{
    public static Command Reboot(CommandContext context)
    {
        Command reboot = new("reboot", "Reboot devices that are named, or restart only their mining software.");
        Argument<string[]> devices = Devices(ArgumentArity.OneOrMore);
        Option<bool> soft = new("--soft") { Description = "Only the mining software, where the device can." };
        Option<bool> dryRun = DryRun();
        reboot.Arguments.Add(devices);
        reboot.Options.Add(soft);
        reboot.Options.Add(dryRun);
        reboot.SetAction((result, stop) => OrderAsync(context, result, new FleetOrderRequest
        {
            Devices = result.GetValue(devices) ?? [],
            Order = result.GetValue(soft) ? "restart" : "reboot",
            DryRun = result.GetValue(dryRun),
            By = "asic reboot",
        }, stop));
        return reboot;
    }

    public static Command Pause(CommandContext context)
    {
        Command pause = new("pause", "Stop devices from mining, or the whole fleet a tenth of its load at a time.");
        (Argument<string[]> devices, Option<bool> all, Option<string?> group, Option<bool> dryRun) = Many(pause);
        Option<double> watts = new("--watts")
        {
            Description = "With --all or --group: pause only until no more "
            + "than this is taken.",
            HelpName = "WATTS"
        };
        pause.Options.Add(watts);
        Option<bool> skip = new("--skip-unknown")
        {
            Description = "With --watts: leave devices that do not say what they take as they are, not counted."
        };
        pause.Options.Add(skip);
        pause.SetAction((result, stop) => ManyAsync(context, result, "pause", result.GetValue(devices) ?? [],
            result.GetValue(all), result.GetValue(group),
            result.GetValue(watts), result.GetValue(dryRun), stop, result.GetValue(skip)));
        return pause;
    }

    public static Command Resume(CommandContext context)
    {
        Command resume = new("resume", "Let devices mine again, or the whole fleet a tenth of its load at a time.");
        (Argument<string[]> devices, Option<bool> all, Option<string?> group, Option<bool> dryRun) = Many(resume);
        resume.SetAction((result, stop) => ManyAsync(context, result, "resume", result.GetValue(devices) ?? [],
            result.GetValue(all), result.GetValue(group), null,
            result.GetValue(dryRun), stop));
        return resume;
    }

    public static Argument<string[]> Devices(ArgumentArity arity) =>
        new("device") { Description = "Id, address or host name; several may be given.", Arity = arity };

    public static Option<bool> DryRun() => new("--dry-run")
    {
        Description = "Check the order as if it were sent, write it into the audit log and do not send it."
    };

    public static async Task<int> OrderAsync(CommandContext context, ParseResult result, FleetOrderRequest request,
        CancellationToken stop)
    {
        FleetOrders.Make(request); // what is wrong with it whatever the device is said before any is asked
        using Shutdown signals = new(stop);
        FleetOrderAnswer answer;
        using (Progress progress = new(context.Outside))
        {
            progress.Begin("Asking the devices");
            using AsicDoor door = await AsicDoor.OpenAsync(context, result, signals.Token);
            if (request is { Order: "set_pools", DryRun: false })
            {
                progress.Clear();
                context.Say("The old pool is left once the new one works; that takes a minute or two a device and "
                    + $"is given up after {Asic.FleetDriver.OrderWithin.TotalMinutes:0} minutes a device.");
            }
            progress.Begin(request.DryRun ? "Checking the order" : $"Waiting for {AsicLines.Devices(request.Devices.Count)}");
            try
            {
                answer = await door.OrderAsync(request, signals.Token);
            }
            catch (OperationCanceledException) when (door.IsRemote)
            {
                throw new CommandException(ExitCode.Interrupted, "Interrupted. The running instance goes on with the "
                    + "order; otedama asic status DEVICE shows what came of it, and so does its audit log.");
            }
        }
        return context.Judge(result, answer, AnswerJson.Default.FleetOrderAnswer, AsicLines.Orders,
            AsicLines.CodeOf(answer));
    }

    private static (Argument<string[]> Devices, Option<bool> All, Option<string?> Group,
        Option<bool> DryRun) Many(Command command)
    {
        Argument<string[]> devices = Devices(ArgumentArity.ZeroOrMore);
        Option<bool> all = new("--all") { Description = "Every device, at most a tenth of the load in 10 seconds." };
        Option<string?> group = new("--group")
        {
            Description = "Every device of a group, likewise.",
            HelpName = "NAME"
        };
        Option<bool> dryRun = DryRun();
        command.Arguments.Add(devices);
        command.Options.Add(all);
        command.Options.Add(group);
        command.Options.Add(dryRun);
        return (devices, all, group, dryRun);
    }

    private static async Task<int> ManyAsync(
        CommandContext context, ParseResult result, string order, string[] devices, bool all, string? group,
            double? watts, bool dryRun, CancellationToken stop, bool skipUnknown = false)
    {
        bool isMany = all || group is not null;
        if (isMany == devices.Length > 0)
        {
            throw new CommandException(ExitCode.Usage, $"Name devices, or give --all or --group NAME: otedama "
                + $"asic {order} DEVICE");
        }
        if (!isMany)
        {
            return await OrderAsync(context, result, new FleetOrderRequest
            {
                Devices = devices,
                Order = order,
                DryRun = dryRun,
                By = $"asic {order}"
            }, stop);
        }
        if (dryRun)
        {
            throw new CommandException(ExitCode.Usage, "--dry-run goes with devices that are named, not with "
                + "--all or --group.");
        }
        using AsicDoor door = await AsicDoor.OpenAsync(context, result, stop);
        FleetOrderAnswer answer = await door.CurtailAsync(watts, group, skipUnknown, stop);
        return context.Judge(result, answer, AnswerJson.Default.FleetOrderAnswer, AsicLines.Orders,
            AsicLines.CodeOf(answer));
    }
}
