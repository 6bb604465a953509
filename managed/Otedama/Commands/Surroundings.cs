using System.Collections;
using System.Text;
using Otedama.Interop;

namespace Otedama;

/// <summary>What a verb may see of the outside world. Tests bring their own.</summary>
internal sealed record Surroundings
{
    /// <summary>The answer.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Answers to questions; nothing when there is nobody to ask.</summary>
    public TextReader In { get; init; } = TextReader.Null;

    /// <summary>
    /// An answer nobody shall read over a shoulder, typed without an echo; null when answers come from no terminal.
    /// </summary>
    public Func<string?>? ReadSecret { get; init; }

    /// <summary>The conversation.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Where logs go; the same place as Error.</summary>
    public required Stream ErrorStream { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public required TimeProvider Clock { get; init; }

    public bool OutIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    /// <summary>Where otedama.yaml is looked for first; null = nowhere.</summary>
    public string? WorkingFolder { get; init; }

    /// <summary>Where the details of an unforeseen failure are kept; null = nowhere.</summary>
    public string? CrashFolder { get; init; }

    /// <summary>The terminal behind Out and its keys; null where there is none.</summary>
    public IScreen? Screen { get; init; }

    /// <summary>Ends a running instance as SIGTERM would. Only tests cancel it.</summary>
    public CancellationToken Stop { get; init; }

    public bool Colour(bool isTerminal, bool noColourFlag) =>
        isTerminal && !noColourFlag && (!Environment.TryGetValue("NO_COLOR", out string? value) || value.Length == 0);

    public static Surroundings OfProcess()
    {
        StandardStreams.Occupy();
        Dictionary<string, string> environment = [];
        foreach (DictionaryEntry entry in System.Environment.GetEnvironmentVariables())
        {
            environment[(string)entry.Key] = (string?)entry.Value ?? "";
        }
        return new Surroundings
        {
            Out = new AnswerWriter(new StreamWriter(StandardOutput.Open(), new UTF8Encoding(false)) { AutoFlush = true }),
            // Not Console.In: it switches the terminal's keypad first.
            In = new StreamReader(Console.OpenStandardInput(), Console.InputEncoding),
            ReadSecret = Console.IsInputRedirected ? null : ReadUnseen,
            Error = TextWriter.Synchronized(new PlainWriter(
                new StreamWriter(StandardOutput.OpenError(), new UTF8Encoding(false)) { AutoFlush = true })),
            ErrorStream = StandardOutput.OpenError(),
            Environment = environment,
            Clock = TimeProvider.System,
            WorkingFolder = CurrentFolder(),
            CrashFolder = Path.GetTempPath(),
            OutIsTerminal = !Console.IsOutputRedirected,
            ErrorIsTerminal = !Console.IsErrorRedirected,
            Screen = Console.IsOutputRedirected ? null : new ConsoleScreen(),
        };
    }

    /// <summary>A line from the keyboard. Ctrl-D on an empty line ends the input, as elsewhere.</summary>
    private static string? ReadUnseen() => KeyLine.Read(static () => Console.ReadKey(intercept: true));

    /// <summary>Null when the folder this process stands in was deleted.</summary>
    private static string? CurrentFolder()
    {
        try
        {
            return System.Environment.CurrentDirectory;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
