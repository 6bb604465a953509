using System.CommandLine;
using System.Globalization;

namespace Otedama;

internal static class AsicHistoryCommand
{
    private const double HoursMax = 168;

    public static Command Build(CommandContext context)
    {
        Command history = new("history", "What a device did: 10-second points of an hour, minutes of a day, "
            + "quarter hours of a week.");
        Argument<string> device = new("device") { Description = "Id, address or host name." };
        Option<double> hours = new("--hours")
        {
            Description = "How far back, up to 168.",
            HelpName = "HOURS",
            DefaultValueFactory = static _ => 24
        };
        history.Arguments.Add(device);
        history.Options.Add(hours);
        history.SetAction(async (result, stop) =>
        {
            double back = result.GetValue(hours);
            if (back is not (> 0 and <= HoursMax))
            {
                throw new CommandException(ExitCode.Usage,
                    string.Create(CultureInfo.InvariantCulture,
                        $"--hours: {back} is out of range; allowed: up to {HoursMax}."));
            }
            using AsicDoor door = await AsicDoor.OpenAsync(context, result, stop);
            context.Answer(result, await door.HistoryAsync(result.GetRequiredValue(device), back, stop),
                AnswerJson.Default.FleetHistoryAnswer, Lines);
            return ExitCode.Done;
        });
        return history;
    }

    private static IEnumerable<string> Lines(FleetHistoryAnswer it)
    {
        yield return $"{"time (UTC)",-20} {"rate",11} {"chip",8} {"power",9} {"fan",9} {"errors",8} {"shares",8}";
        for (int i = 0; i < it.Time.Count; i++)
        {
            string time = DateTimeOffset.FromUnixTimeSeconds(it.Time[i]).ToString("yyyy-MM-dd HH:mm:ss",
                CultureInfo.InvariantCulture);
            yield return $"{time,-20} {(it.HashrateHs[i] is { } rate ? Units.Hashrate(rate) : "–"),11} "
                + $"{AsicLines.Of(it.TemperatureC[i], "°C"),8} {AsicLines.Of(it.PowerW[i], "W"),9} "
                + $"{AsicLines.Of(it.FanRpm[i], "rpm"),9} {AsicLines.Of(it.ErrorPercent[i], "%"),8} "
                    + $"{AsicLines.Of(it.Accepted[i], ""),8}";
        }
        if (it.Time.Count == 0)
        {
            yield return "Nothing is remembered of that time.";
        }
    }
}
