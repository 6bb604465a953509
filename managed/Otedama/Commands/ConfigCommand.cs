using System.CommandLine;

namespace Otedama;

internal static class ConfigCommand
{
    public static Command Build(CommandContext context)
    {
        Command config = new("config", "Settings: what counts, and whether a file is right.");
        config.Subcommands.Add(Show(context));
        config.Subcommands.Add(Check(context));
        config.Subcommands.Add(Sample(context));
        return config;
    }

    private static Command Sample(CommandContext context)
    {
        Command sample = new("sample", "Print a configuration file to start from.");
        sample.SetAction(result =>
        {
            TextAnswer answer = new(1, ConfigurationPages.Sample());
            context.Answer(result, answer, AnswerJson.Default.TextAnswer, static a => a.Text.TrimEnd('\n').Split('\n'));
        });
        return sample;
    }

    private static Command Show(CommandContext context)
    {
        Command show = new("show", "Print every setting, its value and where the value came from.");
        show.SetAction(result =>
        {
            Configuration configuration = context.Load(result);
            context.Say(ConfigurationSearch.Sentence(configuration));
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
            Configuration configuration = context.LoadFile(result, result.GetValue(file));
            // Values that are right one by one can still be wrong together: all that a start would look at.
            InstancePlan.Make(configuration, null, context.Outside.Environment);
            int given = configuration.Values.Where(static v => v.Origin != Origin.Default)
                .Concat(configuration.Rigs.Concat(configuration.Pools).SelectMany(static entry => entry.Own)).DistinctBy(static v => v.Setting).Count();
            ConfigCheckAnswer answer = new(1, configuration.File, true, given, Settings.All.Count, configuration.Warnings);
            context.Answer(result, answer, AnswerJson.Default.ConfigCheckAnswer, static a =>
                [$"{a.File ?? "environment and defaults"}: good, {a.Given} of {a.Known} settings given"]);
            Warn(context, configuration);
            return ExitCode.Done;
        });
        return check;
    }

    /// <summary>Every setting, then what the entries of rigs and pools say of their own.</summary>
    private static ConfigAnswer Rows(Configuration configuration) => new(1, configuration.File,
    [
        .. configuration.Values.Select(v => Row(configuration, v)),
        .. configuration.Rigs.Concat(configuration.Pools).SelectMany(static entry => entry.Own.Select(v => Row(entry, v))),
    ]);

    private static ConfigRow Row(Configuration configuration, SettingValue v) =>
        new(configuration.KeyOf(v.Setting), v.Shown, v.Origin.ToString().ToLowerInvariant(), v.Place);

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

internal sealed record ConfigCheckAnswer(int Schema, string? File, bool Good, int Given, int Known, IReadOnlyList<string> Warnings);

internal sealed record ConfigRow(string Key, string Value, string Origin, string Place);
