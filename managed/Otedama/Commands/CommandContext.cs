using System.CommandLine;
using Microsoft.Extensions.Logging;

namespace Otedama;

/// <summary>
/// What every verb is given: the options all verbs share, and the way to configuration, logs and output.
/// </summary>
internal sealed class CommandContext(Surroundings surroundings)
{
    private ConsoleLogs? _logs;

    public Surroundings Outside { get; } = surroundings;

    public Option<string?> ConfigFile { get; } = new("--config") { Description = "Configuration file (YAML); -config is the same.", HelpName = "FILE", Recursive = true };

    public Option<string?> DataDir { get; } = new("--data-dir") { Description = "Data directory.", HelpName = "DIR", Recursive = true };

    public Option<string?> LogLevel { get; } = new("--log-level") { Description = "trace, debug, info, warn, error or none.", HelpName = "LEVEL", Recursive = true };

    public Option<string?> LogFormat { get; } = new("--log-format") { Description = "text or json.", HelpName = "FORMAT", Recursive = true };

    public Option<string[]> Set { get; } = new("--set") { Description = "Any setting, such as --set pool.port=3334. May be repeated.", HelpName = "KEY=VALUE", Recursive = true, AllowMultipleArgumentsPerToken = false };

    public Option<bool> Json { get; } = new("--json") { Description = "Print one JSON object instead of text.", Recursive = true };

    public Option<bool> NoColour { get; } = new("--no-color") { Description = "Never use colour (as does NO_COLOR).", Recursive = true };

    public IEnumerable<Option> Options => [ConfigFile, DataDir, LogLevel, LogFormat, Set, Json, NoColour];

    /// <summary>
    /// Resolves the settings of this call; verbFlags are the verb's own flags that stand for settings.
    /// </summary>
    public Configuration Load(ParseResult result, params IEnumerable<FlagValue> verbFlags) => LoadFile(result, null, verbFlags);

    /// <summary>
    /// The same with a file that comes before --config; null = --config, or what is found where files are looked for.
    /// </summary>
    public Configuration LoadFile(ParseResult result, string? file, params IEnumerable<FlagValue> verbFlags)
    {
        if (result.GetValue(DataDir) is "")
        {
            throw new ConfigurationException("--data-dir: the path is empty. Give a folder, or leave --data-dir out.");
        }
        List<FlagValue> flags = [];
        AddFlag(flags, result.GetValue(DataDir), "data_dir", "--data-dir");
        AddFlag(flags, result.GetValue(LogLevel), "log.level", "--log-level");
        AddFlag(flags, result.GetValue(LogFormat), "log.format", "--log-format");
        foreach (string assignment in result.GetValue(Set) ?? [])
        {
            string[] parts = assignment.Split('=', 2);
            if (parts.Length != 2)
            {
                throw new ConfigurationException($"--set: \"{SettingTypes.Shorten(assignment)}\" is not of the form key=value, such as pool.port=3334.");
            }
            flags.Add(new FlagValue(parts[0].Trim(), parts[1], "--set"));
        }
        flags.AddRange(verbFlags);
        return ConfigurationSearch.Load(file ?? result.GetValue(ConfigFile), flags, Outside.Environment, Outside.WorkingFolder);
    }

    /// <summary>A flag of a verb that stands for a setting; nothing when it was not given.</summary>
    public static IEnumerable<FlagValue> Flag(string? text, Setting setting, string name) =>
        text is null ? [] : [new FlagValue(setting.Key, text, name)];

    /// <summary>Logs of a run; a hang-up signal begins its file anew.</summary>
    public ILoggerFactory OpenLogs(Configuration configuration, ParseResult result, Shutdown? signals = null)
    {
        string? rules = Outside.Environment.GetValueOrDefault("OTEDAMA_LOG");
        LogLevels levels = LogLevels.Parse(configuration.Get(Settings.LogLevel), rules);
        bool json = configuration.Get(Settings.LogFormat) == "json";
        bool colour = Outside.Colour(Outside.ErrorIsTerminal, result.GetValue(NoColour));
        ConsoleLogs console = new(Outside.ErrorStream, levels, json, colour, Outside.Clock, OpenLogFile(configuration, signals));
        _logs = console;
        LoggerFactory loggers = new([], new LoggerFilterOptions { MinLevel = Microsoft.Extensions.Logging.LogLevel.Trace });
        loggers.AddProvider(console); // added this way the factory disposes it, which writes the last lines
        return loggers;
    }

    /// <summary>The levels of a configuration, for the logs that were opened.</summary>
    public void SetLogLevels(Configuration configuration) =>
        _logs?.SetLevels(LogLevels.Parse(configuration.Get(Settings.LogLevel), Outside.Environment.GetValueOrDefault("OTEDAMA_LOG")));

    /// <summary>Null when log.file is empty.</summary>
    private static LogFile? OpenLogFile(Configuration configuration, Shutdown? signals)
    {
        string name = configuration.Get(Settings.LogFile);
        if (name.Length == 0)
        {
            return null;
        }
        LogFile file = new(name, configuration.Get(Settings.LogFileMegabytes) * 1_000_000L, configuration.Get(Settings.LogFileCount));
        signals?.OnHangUp(file.Reopen);
        return file;
    }

    /// <summary>Prints the answer as JSON or as lines.</summary>
    public void Answer<T>(ParseResult result, T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, Func<T, IEnumerable<string>> lines)
    {
        if (result.GetValue(Json))
        {
            Outside.Out.WriteLine(System.Text.Json.JsonSerializer.Serialize(value, type));
            return;
        }
        foreach (string line in lines(value))
        {
            Outside.Out.WriteLine(Core.PlainText.Of(line));
        }
    }

    /// <summary>
    /// The same of a verb whose exit code is its verdict, which it returns: a reader that has what it wanted does not turn
    /// a no into a yes.
    /// </summary>
    public int Judge<T>(
        ParseResult result, T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type,
        Func<T, IEnumerable<string>> lines, int code)
    {
        try
        {
            Answer(result, value, type, lines);
            Outside.Out.Flush();
        }
        catch (CommandException e) when (e.Code == ExitCode.Done)
        {
            // The reader is gone.
        }
        return code;
    }

    public void Say(string sentence) => Outside.Error.WriteLine(sentence);

    private static void AddFlag(List<FlagValue> flags, string? text, string key, string name)
    {
        if (text is not null)
        {
            flags.Add(new FlagValue(key, text, name));
        }
    }
}
