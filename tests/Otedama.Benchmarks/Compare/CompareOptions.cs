using System.Globalization;

namespace Otedama.Benchmarks;

internal sealed record CompareOptions
{
    public required string Ours { get; init; }

    public required PeerProgram Peer { get; init; }

    public string Algorithm { get; init; } = "sha256d";

    /// <summary>What is compared: search, verify (checks of shares), or build (making data).</summary>
    public string Mode { get; init; } = "search";

    /// <summary>Tells runs of one algorithm and mode apart, such as "125-4"; part of the file's name.</summary>
    public string Label { get; init; } = "";

    public int Threads { get; init; } = 1;

    public int Pairs { get; init; } = 5;

    /// <summary>Length of one run of each program.</summary>
    public int Seconds { get; init; } = 4;

    /// <summary>Length of one run of ours, where the peer needs longer until its rate is steady; as Seconds when not given.</summary>
    public int OursSeconds { get; init; } = 4;

    public string Directory { get; init; } = "docs/benchmarks";

    /// <summary>The machine's folder in it; empty: made from the processor's name, which some generations share.</summary>
    public string Machine { get; init; } = "";

    public IReadOnlyList<string> OursArguments { get; init; } = [];

    public IReadOnlyList<string> PeerArguments { get; init; } = [];

    public static CompareOptions Parse(string[] arguments)
    {
        ILookup<string, string> given = Pair(arguments).ToLookup(pair => pair.Key, pair => pair.Value);
        int seconds = Number(given, "--seconds", 4, 1, 60);
        CompareOptions options = new()
        {
            Ours = given["--ours"].LastOrDefault() ?? throw new ArgumentException("--ours PATH is missing"),
            Peer = PeerProgram.Parse(given["--peer"].LastOrDefault() ?? throw new ArgumentException("--peer NAME=PATH is missing")),
            Algorithm = given["--algo"].LastOrDefault("sha256d"),
            Mode = given["--mode"].LastOrDefault("search"),
            Label = given["--label"].LastOrDefault(""),
            Threads = Number(given, "--threads", 1, 1, 1024),
            Pairs = Number(given, "--pairs", 5, 1, 100),
            Seconds = seconds,
            OursSeconds = Number(given, "--ours-seconds", seconds, 1, 60),
            Directory = given["--out"].LastOrDefault("docs/benchmarks"),
            Machine = given["--machine"].LastOrDefault(""),
            OursArguments = [.. given["--ours-arg"]],
            PeerArguments = [.. given["--peer-arg"]],
        };
        options.Check();
        return options;
    }

    private void Check()
    {
        if (Mode is not ("search" or "verify" or "build"))
        {
            throw new ArgumentException($"--mode {Mode}: allowed are search, verify and build");
        }
        if (Mode != "search" && !Peer.HasModes)
        {
            throw new ArgumentException($"--mode {Mode}: {Peer.Name} only searches; give a program of your own as rate=PATH");
        }
        foreach ((string name, string value) in new[] { ("--label", Label), ("--machine", Machine) })
        {
            if (!value.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            {
                throw new ArgumentException($"{name} {value}: allowed are letters, digits and hyphens");
            }
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Pair(string[] arguments)
    {
        for (int i = 0; i < arguments.Length; i += 2)
        {
            if (arguments[i] is not ("--ours" or "--peer" or "--algo" or "--mode" or "--label" or "--threads" or "--pairs" or "--seconds" or "--ours-seconds" or "--out" or "--machine" or "--ours-arg" or "--peer-arg")
                || i + 1 == arguments.Length)
            {
                throw new ArgumentException($"compare: {arguments[i]} is unknown or has no value");
            }
            yield return new(arguments[i], arguments[i + 1]);
        }
    }

    private static int Number(ILookup<string, string> given, string name, int otherwise, int min, int max)
    {
        if (given[name].LastOrDefault() is not { } text)
        {
            return otherwise;
        }
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= min && number <= max
            ? number
            : throw new ArgumentException($"{name} {text}: allowed are {min} to {max}");
    }
}
