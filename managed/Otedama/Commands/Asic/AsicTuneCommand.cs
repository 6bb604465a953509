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
            + "per second.",
            HelpName = "GOAL",
            DefaultValueFactory = static _ => "energy"
        };
        Option<bool> end = new("--stop") { Description = "End a tuning; the device keeps the setting it has." };
        tune.Arguments.Add(device);
        tune.Options.Add(goal);
        tune.Options.Add(end);
        tune.SetAction(async (result, stop) =>
        {
            string wanted = result.GetValue(end) ? FleetTunings.Stop : result.GetRequiredValue(goal);
            if (wanted != FleetTunings.Stop && !FleetTunings.Goals.Contains(wanted))
            {
                throw new CommandException(ExitCode.Usage, $"--goal: \"{SettingTypes.Shorten(wanted)}\" is none "
                    + $"of {string.Join(", ", FleetTunings.Goals)}.");
            }
            using AsicDoor door = await AsicDoor.OpenAsync(context, result, stop);
            context.Answer(result, await door.TuneAsync(result.GetRequiredValue(device), wanted, stop),
                AnswerJson.Default.FleetOrderAnswer, AsicLines.Orders);
            return ExitCode.Done;
        });
        return tune;
    }
}
