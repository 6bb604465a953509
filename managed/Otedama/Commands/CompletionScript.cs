using System.CommandLine;
using System.Text;

namespace Otedama;

/// <summary>
/// Completion scripts, made from the verbs themselves. They hold every word, so that a press of the tab key starts no
/// program; after an update the script is printed again.
/// </summary>
internal static class CompletionScript
{
    public static string Bash(RootCommand root)
    {
        StringBuilder text = new();
        text.Append("# bash completion of otedama. For this shell: source <(otedama completion bash)\n");
        text.Append("# For every shell: otedama completion bash > ~/.local/share/bash-completion/completions/otedama\n");
        Body(text, root);
        return text.ToString();
    }

    /// <summary>zsh runs the script of bash through its own emulation.</summary>
    public static string Zsh(RootCommand root)
    {
        StringBuilder text = new();
        text.Append("#compdef otedama\n# zsh completion of otedama. For this shell: source <(otedama completion zsh)\n");
        text.Append("# For every shell: put that line into ~/.zshrc, below compinit.\n");
        text.Append("autoload -U +X bashcompinit && bashcompinit\n");
        Body(text, root);
        return text.ToString();
    }

    public static string Fish(RootCommand root)
    {
        StringBuilder text = new();
        text.Append("# fish completion of otedama. For this shell: otedama completion fish | source\n");
        text.Append("# For every shell: otedama completion fish > ~/.config/fish/completions/otedama.fish\n");
        string paths = string.Join(' ', All(root).Select(static c => $"'{Path(c)}'"));
        text.Append("function __otedama_at\n    set -l path\n    for word in (commandline -opc)[2..]\n");
        text.Append($"        if contains -- (string join ' ' $path $word) {paths}\n            set -a path $word\n        end\n    end\n");
        text.Append("    test (string join ' ' $path) = \"$argv[1]\"\nend\n");
        foreach (Command command in All(root))
        {
            string at = $"complete -c otedama -n '__otedama_at \"{Path(command)}\"'";
            foreach (Command sub in Visible(command))
            {
                text.Append($"{at} -f -a {sub.Name} -d '{Quoted(sub.Description)}'\n");
            }
            foreach (Option option in command.Options.Where(static o => !o.Hidden && o.Name.StartsWith("--", StringComparison.Ordinal)))
            {
                string values = Values(option) is { Length: > 0 } known ? $" -x -a '{string.Join(' ', known)}'" : TakesFile(option) ? " -r" : TakesValue(option) ? " -x" : "";
                text.Append($"{(command is RootCommand ? "complete -c otedama" : at)} -l {option.Name[2..]}{values} -d '{Quoted(option.Description)}'\n");
            }
        }
        return text.ToString();
    }

    private static void Body(StringBuilder text, RootCommand root)
    {
        text.Append("_otedama() {\n    local cur=\"${COMP_WORDS[COMP_CWORD]}\" prev=\"${COMP_WORDS[COMP_CWORD-1]}\" at=\"\" words=\"\" i\n");
        text.Append("    COMPREPLY=()\n    for ((i = 1; i < COMP_CWORD; i++)); do\n        case \"${at:+$at }${COMP_WORDS[i]}\" in\n");
        text.Append($"            {string.Join('|', All(root).Skip(1).Select(static c => $"\"{Path(c)}\""))}) at=\"${{at:+$at }}${{COMP_WORDS[i]}}\" ;;\n");
        text.Append("        esac\n    done\n    case \"$prev\" in\n");
        foreach (IGrouping<string, Option> options in All(root).SelectMany(static c => c.Options).Where(static o => !o.Hidden).GroupBy(static o => o.Name))
        {
            if (Values(options.First()) is { Length: > 0 } known)
            {
                text.Append($"        {options.Key}) words=\"{string.Join(' ', known)}\" ;;\n");
            }
            else if (options.Any(TakesValue))
            {
                text.Append($"        {options.Key}) {(options.Any(TakesFile) ? "COMPREPLY=($(compgen -f -- \"$cur\")); " : "")}return ;;\n");
            }
        }
        text.Append("        *)\n            case \"$at\" in\n");
        foreach (Command command in All(root))
        {
            IEnumerable<string> options = command.Options.Concat(command is RootCommand ? [] : root.Options)
                .Where(static o => !o.Hidden).Select(static o => o.Name).Where(static n => n.StartsWith("--", StringComparison.Ordinal)).Distinct();
            IEnumerable<string> words = Visible(command).Select(static c => c.Name).Concat(options);
            text.Append($"                \"{Path(command)}\") words=\"{string.Join(' ', words)}\" ;;\n");
        }
        text.Append("            esac ;;\n    esac\n    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n");
        text.Append("    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null\n    return 0\n}\n");
        text.Append("complete -o default -F _otedama otedama\n");
    }

    /// <summary>The words an option's value is one of; empty when anything may stand there.</summary>
    private static string[] Values(Option option) => option.Name switch
    {
        "--algo" => AlgorithmChoice.Known,
        "--log-level" => ["trace", "debug", "info", "warn", "error", "none"],
        "--log-format" => ["text", "json"],
        "--kawpow-dataset" => ["light", "full"],
        "--set" => [.. Settings.All.Select(static s => s.Key + "=")],
        _ => [],
    };

    private static bool TakesFile(Option option) => option.HelpName is "FILE" or "DIR";

    private static bool TakesValue(Option option) => option.ValueType != typeof(bool) && option.Name is not "--help" and not "--version";

    /// <summary>The verb's words below "otedama": "pool stats".</summary>
    private static string Path(Command command) => UsageErrors.PathOf(command)["otedama".Length..].TrimStart();

    private static string Quoted(string? text) => (text ?? "").Replace("\\", "\\\\").Replace("'", "\\'");

    private static IEnumerable<Command> Visible(Command command) => command.Subcommands.Where(static c => !c.Hidden);

    private static IEnumerable<Command> All(Command command) => Visible(command).SelectMany(All).Prepend(command);
}
