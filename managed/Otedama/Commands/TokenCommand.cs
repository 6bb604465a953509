using System.CommandLine;

namespace Otedama;

/// <summary>The secret of the local API and the links that let a browser in.</summary>
internal static class TokenCommand
{
    public static Command Build(CommandContext context)
    {
        Command token = new("token", "The secret of the local API, and links to the dashboard.");
        Command link = new("link", "Print a link to the dashboard of the running instance; it works once.");
        link.SetAction(async (result, stop) =>
        {
            using ApiClient client = ApiClient.Find(context.Load(result), context.Outside.Environment);
            Say(context, result, await client.PostAsync("token/link", AnswerJson.Default.TokenAnswer, stop));
            return ExitCode.Done;
        });
        Command rotate = new("rotate", "Make a new secret; every browser and program that used the old one has to log in again.");
        rotate.SetAction(async (result, stop) =>
        {
            Say(context, result, await RotateAsync(context, context.Load(result), stop));
            return ExitCode.Done;
        });
        token.Subcommands.Add(link);
        token.Subcommands.Add(rotate);
        return token;
    }

    /// <summary>
    /// The running instance does it; where none runs, the file is replaced while the directory is held.
    /// </summary>
    private static async Task<TokenAnswer> RotateAsync(CommandContext context, Configuration configuration, CancellationToken stop)
    {
        string root = DataDirectory.Locate(configuration, context.Outside.Environment);
        if (InstanceRecord.TryRead(root, out InstanceFile? file) && file.ApiUrl is not null)
        {
            try
            {
                using ApiClient client = ApiClient.Find(configuration, context.Outside.Environment);
                return await client.PostAsync("token/rotate", AnswerJson.Default.TokenAnswer, stop);
            }
            catch (CommandException e) when (e.Code == ExitCode.Unreachable)
            {
                // It may have been killed; whether one still runs shows when the directory is opened.
            }
        }
        // Also where others could read the old secret: replacing it is the remedy.
        using DataDirectory directory = DataDirectory.Open(root, allowLoose: true);
        ApiToken.Load(directory.TokenFile).Rotate();
        return new TokenAnswer(1, true, null);
    }

    private static void Say(CommandContext context, ParseResult result, TokenAnswer answer) =>
        context.Answer(result, answer, AnswerJson.Default.TokenAnswer, static a =>
        [
            .. a.Rotated ? ["The secret was replaced."] : Array.Empty<string>(),
            .. a.DashboardUrl is { } url ? [url] : Array.Empty<string>(),
        ]);
}

/// <summary>DashboardUrl works once; null when no instance runs.</summary>
internal sealed record TokenAnswer(int Schema, bool Rotated, string? DashboardUrl);
