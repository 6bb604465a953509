using System.CommandLine;
using System.Text;

namespace Otedama;

/// <summary>The man page in roff, from the same verbs, settings and examples as the help and docs/reference.</summary>
internal static class ManPage
{
    public static string Text(RootCommand root)
    {
        StringBuilder page = new();
        page.Append($".TH OTEDAMA 1 \"\" \"otedama {ThisProgram.Version}\" \"User Commands\"\n");
        Section(page, "NAME", "otedama - miner, pool and chain in one program");
        page.Append(".SH SYNOPSIS\n.B otedama\n[\\fIverb\\fR] [\\fIoption\\fR ...]\n");
        Section(page, "DESCRIPTION", root.Description!);
        Paragraph(page, "Standard output is the answer, standard error the conversation.");
        page.Append(".SH OPTIONS\nOptions of every verb:\n");
        Options(page, root.Options);
        page.Append(".SH VERBS\n");
        foreach (Command command in Visible(root))
        {
            Verb(page, command);
        }
        page.Append(".SH CONFIGURATION\n");
        Paragraph(page, "Read from the file of --config, else from ./otedama.yaml, else from otedama.yaml in the data directory. "
            + "A flag wins over the environment, the environment over the file, the file over the default. Any key can be given as --set key=value.");
        foreach (Setting setting in Settings.All)
        {
            Entry(page, setting.Key, $"{setting.Help} Allowed: {setting.Allowed}. Default: {(setting.DefaultText.Length > 0 ? setting.DefaultText : "empty")}. Environment: {setting.Environment}.");
        }
        page.Append(".SH FILES\n");
        Entry(page, "otedama.yaml", "The configuration, in the working folder or the data directory. otedama init writes one.");
        Entry(page, "~/.local/share/otedama", "The data directory, unless data_dir names another: chain, share log, balances, keys and the token of the API.");
        page.Append(".SH EXIT STATUS\n");
        foreach ((int code, string meaning) in ExitCode.Meanings)
        {
            Entry(page, $"{code}", meaning);
        }
        page.Append(".SH SIGNALS\n");
        Entry(page, "SIGTERM, SIGINT", "End in order; a second SIGINT ends at once.");
        Entry(page, "SIGHUP", "Read the configuration again and open log file and certificate anew; without any of them end in order.");
        page.Append(".SH EXAMPLES\n");
        foreach (Example example in All(root).SelectMany(Examples.Own))
        {
            Entry(page, example.Line, example.Meaning);
        }
        return page.ToString();
    }

    private static void Verb(StringBuilder page, Command command)
    {
        string arguments = string.Concat(command.Arguments.Select(static a => $" [{a.Name}]"));
        page.Append(".SS ").Append(Escaped($"\"{UsageErrors.PathOf(command)}{arguments}\"")).Append('\n');
        Paragraph(page, $"{command.Description?.TrimEnd('.')}.");
        Options(page, command.Options);
        foreach (Command sub in Visible(command))
        {
            Verb(page, sub);
        }
    }

    private static void Options(StringBuilder page, IEnumerable<Option> options)
    {
        foreach (Option option in options.Where(static o => !o.Hidden))
        {
            string names = string.Join(", ", option.Aliases.Where(static a => a[0] != '/').Prepend(option.Name));
            Entry(page, option.HelpName is { Length: > 0 } value ? $"{names} {value}" : names, option.Description ?? "");
        }
    }

    private static IEnumerable<Command> Visible(Command command) => command.Subcommands.Where(static c => !c.Hidden);

    private static IEnumerable<Command> All(Command command) => Visible(command).SelectMany(All).Prepend(command);

    private static void Section(StringBuilder page, string title, string text) => page.Append($".SH {title}\n{Escaped(text)}\n");

    private static void Paragraph(StringBuilder page, string text) => page.Append($".PP\n{Escaped(text)}\n");

    private static void Entry(StringBuilder page, string term, string text) => page.Append($".TP\n.B {Escaped(term)}\n{Escaped(text)}\n");

    /// <summary>
    /// Nothing of a text is taken for a request of the formatter, and a dash stays the dash one can copy.
    /// </summary>
    private static string Escaped(string text)
    {
        string escaped = text.Replace("\\", "\\e").Replace("-", "\\-").Replace('\n', ' ');
        return escaped.StartsWith('.') || escaped.StartsWith('\'') ? "\\&" + escaped : escaped;
    }
}
