using System.CommandLine;

namespace Otedama;

internal static class SwitchCommand
{
    public static Command Build(CommandContext context)
    {
        Command command = new("switch", "Turn a rig of the running instance to another algorithm until the next "
            + "reload or restart; the configuration stays as it is.");
        Option<string> algorithm = new("--algo")
        {
            Description = "What to mine; the algorithm of the "
            + "configuration leads back to it.",
            HelpName = "NAME",
            Required = true
        };
        Option<string[]> pools = new("--pool")
        {
            Description = "Where to mine, in order of preference; may be given several times. Left out: as the "
                + "configuration says, or this process's pool of the algorithm.",
            HelpName = "URL",
        };
        Option<string?> wallet = new("--wallet")
        {
            Description = "Whom to pay, where not whom the configuration "
            + "says.",
            HelpName = "ADDRESS"
        };
        Option<string?> rig = new("--rig")
        {
            Description = "Name of the rig, where there are "
            + "several.",
            HelpName = "NAME"
        };
        command.Options.Add(algorithm);
        command.Options.Add(pools);
        command.Options.Add(wallet);
        command.Options.Add(rig);
        command.SetAction(async (result, stop) =>
        {
            List<(string Key, string Value)> asked = [("algo", result.GetRequiredValue(algorithm))];
            asked.AddRange((result.GetValue(pools) ?? []).Select(static url => ("pool", url)));
            asked.AddRange(new[] { ("wallet", result.GetValue(wallet)), ("rig", result.GetValue(rig)) }
                .Where(static pair => pair.Item2 is not null).Select(static pair => (pair.Item1, pair.Item2!)));
            string query = string.Join("&", asked.Select(static pair =>
                $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"));
            using ApiClient client = ApiClient.Find(context.Load(result), context.Outside.Environment,
                ApiClient.PatienceOfOrders);
            SwitchAnswer answer = await client.PostAsync($"mining/switch?{query}", AnswerJson.Default.SwitchAnswer,
                stop);
            if (answer.Problems.Count > 0)
            {
                throw new ConfigurationException([.. answer.Problems, $"Nothing was changed; {answer.Rig} goes "
                    + $"on with {answer.Algorithm}."]);
            }
            context.Answer(result, answer, AnswerJson.Default.SwitchAnswer, Lines);
            return ExitCode.Done;
        });
        return command;
    }

    private static IEnumerable<string> Lines(SwitchAnswer answer)
    {
        yield return $"{answer.Rig}: {answer.Algorithm} on {string.Join(", ", answer.Pools)}"
            + (answer.Before == answer.Algorithm ? "" : $", was {answer.Before}");
        foreach (string note in answer.Notes)
        {
            yield return $"  {note}";
        }
        yield return answer.ByCommand
            ? "  until the next reload or restart: the configuration was not changed, and they go by it"
            : "  as the configuration says";
    }
}
