using System.CommandLine;
using Xunit;

namespace Otedama.Tests.App;

/// <summary>Whatever stands on the command line, in the environment or where a file should be: a sentence and an exit code.</summary>
public sealed class CommandLineFuzzTests
{
    private static readonly int[] s_codes = [0, 1, 2, 3, 4, 5, 6, 77, 130];

    /// <summary>Run for long or for ever when their arguments are right, so they are told to stop before they begin.</summary>
    private static readonly string[] s_long =
        ["otedama", "otedama mine", "otedama pool", "otedama monitor", "otedama verify", "otedama selftest", "otedama mining benchmark", "otedama plugin bench", "otedama bench p2p"];

    private static readonly string[] s_values =
    [
        "", " ", "\0", "a\0b", "/", "/proc/self/mem", "/proc/nonexistent/file", "-1", "0", "1e999", "99999999999999999999", "NaN", "=", "a=b=c",
        "@file", "--", "-", "\u202e\u0007\u001b[2J", "\ud800", "pool.port=", "plugins=[", "data_dir=\0", "..", "[", "{}", "%s%n", "\n", "125,",
        "stratum+tcp://", "http://[::1", "://", new string('x', 70_000),
    ];

    public static TheoryData<string> Verbs()
    {
        TheoryData<string> verbs = [];
        Add(CommandLine.Build(new CommandContext(Outside(new StringWriter(), stopped: true))));
        return verbs;

        void Add(Command command)
        {
            verbs.Add(UsageErrors.PathOf(command));
            foreach (Command sub in command.Subcommands)
            {
                Add(sub);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Every_argument_and_option_of_a_verb_survives_every_value(string verb)
    {
        using TempFolder folder = new();
        Command command = Find(verb);
        List<string[]> vectors = [];
        foreach (string value in s_values.Append(folder.Path))
        {
            vectors.Add([value]);
            // Options of every verb are tried on one of them.
            IEnumerable<Option> options = verb == "otedama config check" ? command.Options.Concat(Root().Options) : command is RootCommand ? [] : command.Options;
            vectors.AddRange(options.Where(static o => o.Name is not "--help" and not "--version").Select(option => (string[])[option.Name, value]));
        }
        foreach (string[] vector in vectors)
        {
            string[] args = [.. verb.Split(' ').Skip(1), .. vector, .. vector.Contains("--data-dir") ? (string[])[] : ["--data-dir", folder.Path]];
            await SurvivesAsync(args, stopped: s_long.Contains(verb), []);
        }
    }

    [Theory]
    [InlineData("config check")]
    [InlineData("config show")]
    [InlineData("stats")]
    public async Task Every_variable_of_the_environment_survives_every_value(string line)
    {
        string[] names = [.. Settings.All.Select(static s => s.Environment), "OTEDAMA_LOG", "XDG_DATA_HOME", "NO_COLOR"];
        foreach (string name in names)
        {
            foreach (string value in (string[])["\0", "/", "-1", "99999999999999999999", "[", "\ud800"])
            {
                await SurvivesAsync(line.Split(' '), stopped: true, new() { [name] = value });
            }
        }
    }

    [Theory]
    [InlineData("--config", "")]
    [InlineData("config check", "")]
    [InlineData("plugin verify", "")]
    [InlineData("verify --vectors", "")]
    [InlineData("--config", "FOLDER")]
    [InlineData("config check", "FOLDER")]
    [InlineData("plugin verify", "FOLDER")]
    [InlineData("verify --vectors", "FOLDER")]
    [InlineData("stats --data-dir", "a\0b")]
    public async Task A_path_that_is_none_is_refused_in_words(string line, string value)
    {
        using TempFolder folder = new();
        CliResult result = await Cli.RunAsync([.. line.Split(' '), value == "FOLDER" ? folder.Path : value]);
        Assert.InRange(result.Code, 2, 3);
        Assert.Empty(result.Out);
        Assert.Single(result.Error.Trim().Split('\n'));
    }

    [Fact]
    public void A_mistake_of_the_program_is_one_sentence_with_a_file_and_no_stack()
    {
        using TempFolder folder = new();
        StringWriter error = new();
        int code = Failure.Report(Thrown(), json: false, Outside(error, stopped: false) with { CrashFolder = folder.Path });
        Assert.Equal(1, code);
        string line = Assert.Single(error.ToString().Trim().Split('\n'));
        Assert.Contains("InvalidOperationException: the cat sat on it", line);
        Assert.DoesNotContain("   at ", line);
        string kept = Assert.Single(Directory.GetFiles(folder.Path));
        Assert.Contains(kept, line);
        Assert.Contains("   at ", File.ReadAllText(kept));
    }

    [Fact]
    public async Task An_error_is_a_json_object_where_json_was_asked_for()
    {
        foreach ((string line, int code) in new[] { ("stats --data-dir /nonexistent", 5), ("update", 4), ("nonsense", 2), ("config check /nonexistent", 3) })
        {
            CliResult result = await Cli.RunAsync([.. line.Split(' '), "--json"]);
            Assert.Equal(code, result.Code);
            Assert.Empty(result.Error);
            using System.Text.Json.JsonDocument answer = System.Text.Json.JsonDocument.Parse(result.Out);
            Assert.Equal(1, answer.RootElement.GetProperty("schema").GetInt32());
            Assert.Equal(code, answer.RootElement.GetProperty("error").GetProperty("code").GetInt32());
            Assert.NotEmpty(answer.RootElement.GetProperty("error").GetProperty("message").GetString()!);
        }
    }

    [Fact]
    public void A_full_disk_behind_standard_output_is_a_sentence()
    {
        using AnswerWriter writer = new(new FullWriter());
        CommandException end = Assert.Throws<CommandException>(() => writer.WriteLine("answer"));
        Assert.Equal(1, end.Code);
        Assert.Contains("standard output", end.Message);
    }

    private static async Task SurvivesAsync(string[] args, bool stopped, Dictionary<string, string> environment)
    {
        StringWriter output = new();
        int code = await CommandLine.RunAsync(args, Outside(output, stopped) with { Environment = environment });
        string shown = string.Join(' ', args.Select(static a => a.Length > 40 ? a[..40] : a));
        Assert.True(s_codes.Contains(code), $"{shown}: exit code {code}");
        Assert.DoesNotContain("did not foresee", output.ToString());
    }

    private static Surroundings Outside(TextWriter output, bool stopped) => new()
    {
        Out = output,
        Error = TextWriter.Synchronized(output),
        ErrorStream = Stream.Null,
        Environment = new Dictionary<string, string>(),
        Clock = TimeProvider.System,
        Stop = new CancellationToken(stopped),
    };

    private static RootCommand Root() => CommandLine.Build(new CommandContext(Outside(new StringWriter(), stopped: true)));

    private static Command Find(string verb)
    {
        Command at = Root();
        foreach (string name in verb.Split(' ').Skip(1))
        {
            at = at.Subcommands.Single(c => c.Name == name);
        }
        return at;
    }

    private static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("the cat sat on it");
        }
        catch (InvalidOperationException e)
        {
            return e;
        }
    }

    private sealed class FullWriter : StringWriter
    {
        public override void WriteLine(string? value) => throw new IOException("No space left on device");
    }
}
