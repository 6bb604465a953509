using System.CommandLine;

namespace Otedama;

internal static class ReloadCommand
{
    public static Command Build(CommandContext context)
    {
        Command reload = new("reload", "Make the running instance read its configuration again; what needs a restart is named.");
        reload.SetAction(async (result, stop) =>
        {
            using ApiClient client = ApiClient.Find(context.Load(result), context.Outside.Environment,
                ApiClient.PatienceOfOrders);
            ReloadAnswer answer = await client.PostAsync("reload", AnswerJson.Default.ReloadAnswer, stop);
            if (answer.Problems.Count > 0)
            {
                throw new ConfigurationException([.. answer.Problems, "Nothing was changed; the instance runs on with the configuration it had."]);
            }
            context.Answer(result, answer, AnswerJson.Default.ReloadAnswer, Lines);
            return ExitCode.Done;
        });
        return reload;
    }

    private static IEnumerable<string> Lines(ReloadAnswer answer)
    {
        yield return answer.File is null ? "read again, without a file" : $"read again: {answer.File}";
        yield return $"  in effect now:   {(answer.Applied.Count > 0 ? string.Join(", ", answer.Applied) : "nothing changed that can change while it runs")}";
        if (answer.NeedsRestart.Count > 0)
        {
            yield return $"  needs a restart: {string.Join(", ", answer.NeedsRestart)}";
        }
        foreach (string note in answer.Notes)
        {
            yield return $"  {note}";
        }
    }
}
