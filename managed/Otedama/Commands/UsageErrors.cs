using System.CommandLine;
using System.CommandLine.Parsing;

namespace Otedama;

/// <summary>
/// What is wrong with a command line, in sentences: the word that was not understood and the one that was meant.
/// </summary>
internal static class UsageErrors
{
    public static string Describe(ParseResult result)
    {
        Command command = result.CommandResult.Command;
        string path = PathOf(command);
        List<string> lines = [];
        // A word behind an unknown option is most likely its value.
        string[] options = [.. result.UnmatchedTokens.Where(static w => w.StartsWith('-'))];
        foreach (string word in (options.Length > 0 ? options : result.UnmatchedTokens).Take(3))
        {
            lines.Add(Unknown(result, command, path, word));
        }
        if (lines.Count == 0)
        {
            lines.AddRange(result.Errors.Select(e => Sentence(e, command, path)).Distinct());
        }
        lines.Add($"Usage and examples: {path} --help");
        return string.Join('\n', lines);
    }

    /// <summary>"otedama pool stats" of the command stats.</summary>
    public static string PathOf(Command command)
    {
        List<string> names = [];
        for (Command? at = command; at is not null; at = at.Parents.OfType<Command>().FirstOrDefault())
        {
            names.Insert(0, at is RootCommand ? "otedama" : at.Name);
        }
        return string.Join(' ', names);
    }

    private static string Unknown(ParseResult result, Command command, string path, string word)
    {
        string shown = Printable(SettingTypes.Shorten(word));
        if (word.StartsWith('-'))
        {
            IEnumerable<Option> options = command.Options.Concat(result.RootCommandResult.Command.Options).Where(static o => !o.Hidden);
            return $"{path} has no option \"{shown}\"{Nearest.Suggest(word.Split('=')[0], options.Select(static o => o.Name))}";
        }
        string[] here = [.. Visible(command).Select(static c => c.Name)];
        string? meant = Nearest.Find(word, here) is { } near ? $"{path} {near}" : Elsewhere(result.RootCommandResult.Command, word);
        string hint = meant is null ? "" : $"; did you mean {meant}?";
        string allowed = here.Length == 0 || meant is not null ? "" : $" Allowed: {string.Join(", ", here)}.";
        return here.Length == 0
            ? $"{path} does not take \"{shown}\"{hint}"
            : $"\"{shown}\" is no verb of {path}{(hint.Length > 0 ? hint : ".")}{allowed}";
    }

    /// <summary>
    /// A verb of another group that is called so or begins so: "payouts" and "bench" are found by their own names.
    /// </summary>
    private static string? Elsewhere(Command root, string word)
    {
        Command[] all = [.. Visible(root).SelectMany(static c => Visible(c).Prepend(c))];
        Command? found = Array.Find(all, c => c.Name == word)
            ?? (word.Length >= 3 ? Array.Find(all, c => c.Name.StartsWith(word, StringComparison.Ordinal)) : null)
            ?? Array.Find(all, c => Nearest.Find(word, [c.Name]) is not null);
        return found is null ? null : PathOf(found);
    }

    /// <summary>
    /// The parser's own words name types of the runtime and break lines; neither is of use to who typed the line.
    /// </summary>
    private static string Sentence(ParseError error, Command command, string path)
    {
        if (error.SymbolResult is OptionResult { Tokens: [{ } token, ..] } option && error.Message.Contains("System.", StringComparison.Ordinal))
        {
            bool whole = (Nullable.GetUnderlyingType(option.Option.ValueType) ?? option.Option.ValueType) == typeof(int);
            string wanted = whole ? $"a whole number up to {int.MaxValue}" : "a number, such as 2.5";
            return Printable($"{option.Option.Name}: \"{SettingTypes.Shorten(token.Value)}\" is not {wanted}.");
        }
        if (error.SymbolResult is CommandResult && command.Action is null && Visible(command).Any())
        {
            return $"{path} needs a verb: {string.Join(", ", Visible(command).Select(static c => c.Name))}.";
        }
        return Printable(string.Join(' ', error.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
    }

    private static IEnumerable<Command> Visible(Command command) => command.Subcommands.Where(static c => !c.Hidden);

    private static string Printable(string text) => new([.. text.Select(static c => char.IsControl(c) ? '?' : c)]);
}
