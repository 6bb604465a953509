using System.CommandLine;

namespace Otedama;

internal static class ConfigCommand
{
    public static Command Build(CommandContext context)
    {
        Command config = new("config", "Settings: what counts, and whether a file is right.");
        config.Subcommands.Add(Show(context));
        config.Subcommands.Add(Check(context));
        Command sample = new("sample", "Print a configuration file to start from.");
        sample.SetAction(_ => context.Outside.Out.Write(ConfigurationPages.Sample()));
        config.Subcommands.Add(sample);
        return config;
    }

    private static Command Show(CommandContext context)
    {
        Command show = new("show", "Print every setting, its value and where the value came from.");
        show.SetAction(result =>
        {
            Configuration configuration = context.Load(result);
            context.Answer(result, Rows(configuration), AnswerJson.Default.ConfigAnswer, Lines);
            Warn(context, configuration);
            return ExitCode.Done;
        });
        return show;
    }

    private static Command Check(CommandContext context)
    {
        Command check = new("check", "Check a configuration file.");
        Argument<string?> file = new("file") { Description = "The file; --config works too.", Arity = ArgumentArity.ZeroOrOne };
        check.Arguments.Add(file);
        check.SetAction(result =>
        {
            string? path = result.GetValue(file) ?? result.GetValue(context.ConfigFile);
            Configuration configuration = ConfigurationLoader.Load(path, [], context.Outside.Environment);
            // Values that are right one by one can still be wrong together.
            InstancePlan.Make(configuration, null, context.Outside.Environment);
            Warn(context, configuration);
            int given = configuration.Values.Count(static v => v.Origin != Origin.Default);
            string subject = path ?? "environment and defaults";
            context.Outside.Out.WriteLine($"{subject}: good, {given} of {Settings.All.Count} settings given");
            return ExitCode.Done;
        });
        return check;
    }

    private static ConfigAnswer Rows(Configuration configuration) => new(1, configuration.File, [.. configuration.Values.Select(static v =>
        new ConfigRow(v.Setting.Key, v.Shown, v.Origin.ToString().ToLowerInvariant(), v.Place))]);

    private static IEnumerable<string> Lines(ConfigAnswer answer)
    {
        int width = answer.Settings.Max(static row => row.Key.Length);
        int valueWidth = Math.Min(40, answer.Settings.Max(static row => row.Value.Length));
        return answer.Settings.Select(row => $"{row.Key.PadRight(width)}  {row.Value.PadRight(valueWidth)}  {row.Place}".TrimEnd());
    }

    private static void Warn(CommandContext context, Configuration configuration)
    {
        foreach (string warning in configuration.Warnings)
        {
            context.Say("warning: " + warning);
        }
    }
}

internal sealed record ConfigAnswer(int Schema, string? File, IReadOnlyList<ConfigRow> Settings);

internal sealed record ConfigRow(string Key, string Value, string Origin, string Place);
