using System.CommandLine;

namespace Otedama;

/// <summary>Asks what this machine is to do and writes a commented configuration that `config check` accepts.</summary>
internal static class InitCommand
{
    public static Command Build(CommandContext context)
    {
        Command init = new("init", "Ask a few questions and write a commented configuration file. Answers may be piped, one a line.");
        Argument<string?> file = new("file") { Description = "The file to write; default: otedama.yaml.", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> force = new("--force") { Description = "Write over a file that is there." };
        init.Arguments.Add(file);
        init.Options.Add(force);
        init.SetAction(result =>
        {
            string path = Target(result.GetValue(file) ?? ConfigurationSearch.FileName, context.Outside.WorkingFolder, result.GetValue(force));
            Dictionary<Setting, string> answers = InitQuestions.Ask(context.Outside);
            Write(path, ConfigurationPages.Sample(answers), result.GetValue(force), context.Outside.Environment);
            context.Answer(result, new InitAnswer(1, path, [.. answers.Keys.Select(static s => s.Key)]), AnswerJson.Default.InitAnswer, static a =>
                [$"wrote {a.File} with {a.Settings.Count} {(a.Settings.Count == 1 ? "setting" : "settings")}", $"start with: otedama --config {a.File}"]);
            return ExitCode.Done;
        });
        return init;
    }

    private static string Target(string file, string? folder, bool force)
    {
        if (file.Length == 0 || file.Contains('\0', StringComparison.Ordinal))
        {
            throw new CommandException(ExitCode.Usage, "file: the path is empty or holds a NUL character. Give one such as otedama.yaml.");
        }
        string path = Path.GetFullPath(file, folder ?? Path.GetTempPath());
        if (Directory.Exists(path) || (System.IO.File.Exists(path) && !force))
        {
            string advice = Directory.Exists(path) ? "is a folder. Give the path of a file." : "is there already. Write over it with --force, or give another path.";
            throw new CommandException(ExitCode.Usage, $"{path}: {advice}");
        }
        if (Path.GetDirectoryName(path) is { } parent && !Directory.Exists(parent))
        {
            throw new CommandException(ExitCode.Usage, $"{path}: there is no folder {parent}. Make it, or give another path.");
        }
        return path;
    }

    /// <summary>
    /// The file appears whole and checked, or not at all; it may hold passwords, so only its owner reads it.
    /// </summary>
    private static void Write(string path, string text, bool force, IReadOnlyDictionary<string, string> environment)
    {
        string draft = $"{path}.{Environment.ProcessId}.new";
        try
        {
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }
            using (StreamWriter file = new(draft, options))
            {
                file.Write(text);
            }
            InstancePlan.Make(ConfigurationLoader.Load(draft, [], environment), null, environment);
            System.IO.File.Move(draft, path, overwrite: force);
        }
        catch (ConfigurationException e)
        {
            throw new ConfigurationException([.. e.Problems, "Nothing was written. Run otedama init again with other answers."]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.BadAnswer, $"{path}: cannot be written: {e.Message}");
        }
        finally
        {
            Discard(draft);
        }
    }

    private static void Discard(string draft)
    {
        try
        {
            System.IO.File.Delete(draft);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It was never made, and the reason has been said.
        }
    }
}

/// <summary>Settings holds the keys that were written; all others stand in the file as comments.</summary>
internal sealed record InitAnswer(int Schema, string File, IReadOnlyList<string> Settings);
