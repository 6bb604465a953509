using System.CommandLine;

namespace Otedama;

internal static class AsicWatchCommand
{
    public static Command Build(CommandContext context)
    {
        Command watch = new("watch", "Follow the fleet: a line whenever an alarm comes or goes, until Ctrl-C. "
            + "With --json the whole fleet, one line each time.");
        Option<int> every = new("--every")
        {
            Description = "Seconds between two looks.",
            HelpName = "SECONDS",
            DefaultValueFactory = static _ => 10
        };
        Option<int> count = new("--count")
        {
            Description = "Looks after which to end; 0 = none.",
            HelpName = "NUMBER",
            DefaultValueFactory = static _ => 0
        };
        watch.Options.Add(every);
        watch.Options.Add(count);
        watch.SetAction(async (result, stop) =>
        {
            int seconds = result.GetValue(every);
            if (seconds is < 1 or > 3600)
            {
                throw new CommandException(ExitCode.Usage, $"--every: {seconds} is out of range 1 to 3600.");
            }
            using AsicDoor door = await AsicDoor.OpenAsync(context, result, stop);
            HashSet<string> before = [];
            int looks = result.GetValue(count);
            for (int look = 1; ; look++)
            {
                FleetAnswer fleet = await door.FleetAsync(stop);
                if (result.GetValue(context.Json))
                {
                    context.Answer(result, fleet, AnswerJson.Default.FleetAnswer, AsicLines.Fleet);
                }
                else
                {
                    before = Say(context, fleet, before, look == 1);
                }
                if (look == looks)
                {
                    return ExitCode.Done;
                }
                await Task.Delay(TimeSpan.FromSeconds(seconds), context.Outside.Clock, stop);
                await door.RefreshAsync(stop);
            }
        });
        return watch;
    }

    private static HashSet<string> Say(CommandContext context, FleetAnswer fleet, HashSet<string> before, bool isFirst)
    {
        HashSet<string> now =
        [
            .. fleet.Causes.Select(static cause => $"{cause.Severity,-9}{cause.Alarm}"),
            .. fleet.Devices.SelectMany(static row => row.Alarms.Where(static alarm =>
                alarm.Cause is null).Select(alarm => $"{alarm.Severity,-9}{row.Name}: {alarm.Alarm}")),
        ];
        string time = context.Outside.Clock.GetLocalNow().ToString("HH:mm:ss",
            System.Globalization.CultureInfo.InvariantCulture);
        List<string> lines = [.. now.Except(before).Select(line => $"{time} + {line}"),
            .. before.Except(now).Select(line => $"{time} - {line}")];
        if (isFirst)
        {
            lines.Add($"{time}   {AsicLines.Devices(fleet.Devices.Count)}, {Units.Hashrate(fleet.HashrateHs)}, "
                + $"{AsicLines.Of(fleet.PowerW, "W")}; {now.Count} {(now.Count == 1 ? "alarm" : "alarms")}");
        }
        lines.ForEach(line => context.Outside.Out.WriteLine(Core.PlainText.Of(line)));
        return now;
    }
}
