using System.CommandLine;

namespace Otedama;

internal static class AsicTuneCommand
{
    public static Command Build(CommandContext context)
    {
        Command tune = new("tune", "Let the running instance find a device's best setting among those it lists, "
            + "one step at a time; heat or errors end it.");
        Argument<string> device = new("device") { Description = "Id, address or host name." };
        Option<string> goal = new("--goal")
        {
            Description = "energy = least energy per hash, rate = most hashes "
            + "per second; energy where none is given.",
            HelpName = "GOAL",
            DefaultValueFactory = static _ => "energy"
        };
        Option<bool> end = new("--stop") { Description = "End a tuning; the device keeps the setting it has." };
        tune.Arguments.Add(device);
        tune.Options.Add(goal);
        Option<bool> resume = new("--resume") { Description = "Go on with a tuning that was stopped." };
        Option<bool> show = new("--show") { Description = "Only say what the last tuning does or came to." };
        tune.Options.Add(end);
        tune.Options.Add(resume);
        tune.Options.Add(show);
        tune.SetAction(async (result, stop) =>
        {
            if (((bool[])[result.GetValue(end), result.GetValue(resume), result.GetValue(show)]).Count(static it => it) > 1)
            {
                throw new CommandException(ExitCode.Usage, "--stop, --resume and --show do not go together: give one.");
            }
            string wanted = result.GetValue(end) ? FleetTunings.Stop : result.GetValue(resume) ? FleetTunings.Resume
                : result.GetRequiredValue(goal);
            if (wanted is not (FleetTunings.Stop or FleetTunings.Resume) && !FleetTunings.Goals.Contains(wanted))
            {
                throw new CommandException(ExitCode.Usage, $"--goal: \"{SettingTypes.Shorten(wanted)}\" is none "
                    + $"of {string.Join(", ", FleetTunings.Goals)}.");
            }
            using AsicDoor door = await AsicDoor.OpenAsync(context, result, stop);
            if (result.GetValue(show))
            {
                FleetRow row = (await door.DeviceAsync(result.GetRequiredValue(device), stop)).Device;
                context.Answer(result, new FleetOrderAnswer(1, [new FleetOrderResult(row.Id, row.Name, "tune", "done",
                    row.Tuning ?? "It was never tuned.", [])]), AnswerJson.Default.FleetOrderAnswer, AsicLines.Orders);
                return ExitCode.Done;
            }
            context.Answer(result, await door.TuneAsync(result.GetRequiredValue(device), wanted, stop),
                AnswerJson.Default.FleetOrderAnswer, AsicLines.Orders);
            return ExitCode.Done;
        });
        return tune;
    }
}
