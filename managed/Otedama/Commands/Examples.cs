using System.CommandLine;

namespace Otedama;

/// <summary>One way a verb is used. Line begins with "otedama".</summary>
internal sealed record Example(string Line, string Meaning);

/// <summary>
/// How the verbs are used: printed by --help, the man page and docs/reference/cli.md. A test parses every line; a verb with
/// options or arguments of its own must have one.
/// </summary>
internal static class Examples
{
    private static readonly (string Verb, string Line, string Meaning)[] s_all =
    [
        ("otedama", "otedama", "Chain, pool, miner and dashboard on this machine, or what ./otedama.yaml says."),
        ("otedama", "otedama --config otedama.yaml", "Run what a file says."),
        ("otedama", "otedama --set pool.port=3334 --set mining.enabled=false", "Any setting without a file."),
        ("otedama mine", "otedama mine --wallet ADDRESS --pool stratum+tcp://pool.example:3333", "Mine on a pool."),
        ("otedama mine", "otedama mine --wallet ADDRESS --algo kawpow --pool stratum+ssl://pool.example:3443 --threads 4",
            "Another algorithm over TLS, with four processor threads."),
        ("otedama pool", "otedama pool --fee 1.0 --min-payout 0.1", "Serve miners on the embedded chain."),
        ("otedama pool", "otedama pool --config otedama.yaml", "Serve miners of the coin whose node the file names."),
        ("otedama mining benchmark", "otedama mining benchmark --algo sha256d --threads 1,2", "One algorithm with one and with two threads."),
        ("otedama mining benchmark", "otedama mining benchmark --algo verthash --verthash-memory --repeats 3 --json",
            "An algorithm that needs its data first; the numbers as JSON."),
        ("otedama profile", "otedama profile --duration 60s", "Watch a running instance for a minute."),
        ("otedama plugin verify", "otedama plugin verify algorithm.wasm", "Print the digest by which a plugin is trusted."),
        ("otedama plugin bench", "otedama plugin bench --config otedama.yaml --threads 2", "Measure the plugins of a configuration."),
        ("otedama config show", "otedama config show --config otedama.yaml", "Every setting and where its value comes from."),
        ("otedama config check", "otedama config check otedama.yaml", "Say what is wrong with a file before it is used."),
        ("otedama config check", "otedama config check otedama.yaml --set pool.port=3334", "The same with a setting given beside it."),
        ("otedama config sample", "otedama config sample > otedama.yaml", "A file in which every setting is explained."),
        ("otedama verify", "otedama verify --quick", "Known answers of every algorithm, without those that need gigabytes."),
        ("otedama verify", "otedama verify --flavour ref --vectors vectors.txt", "A file of one's own, with the portable code."),
        ("otedama help", "otedama help pool payouts", "Explain a verb."),
    ];

    public static IEnumerable<Example> Of(Command command)
    {
        string path = UsageErrors.PathOf(command);
        Example[] own = [.. s_all.Where(row => row.Verb == path).Select(static row => new Example(row.Line, row.Meaning))];
        return own.Length > 0 ? own
            : command.Subcommands.Any(static c => !c.Hidden) ? command.Subcommands.Where(static c => !c.Hidden).SelectMany(static c => Of(c).Take(1))
            : [new Example(path, command.Description ?? "")];
    }
}
