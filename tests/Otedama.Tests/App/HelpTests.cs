using System.CommandLine;
using System.CommandLine.Parsing;
using Xunit;

namespace Otedama.Tests.App;

public sealed class HelpTests
{
    private static readonly RootCommand s_root = CommandLine.Build(new CommandContext(new Surroundings
    {
        Out = TextWriter.Null,
        Error = TextWriter.Null,
        ErrorStream = Stream.Null,
        Environment = new Dictionary<string, string>(),
        Clock = TimeProvider.System,
    }));

    [Theory]
    [InlineData("minee", "did you mean otedama mine?")]
    [InlineData("statz", "did you mean otedama stats?")]
    [InlineData("payouts", "did you mean otedama pool payouts?")]
    [InlineData("benchmark", "did you mean otedama mining benchmark?")]
    [InlineData("pool payout", "did you mean otedama pool payouts?")]
    [InlineData("mine --walet x", "did you mean --wallet?")]
    [InlineData("stats --jsn", "did you mean --json?")]
    [InlineData("help minee", "did you mean otedama mine?")]
    public async Task A_slip_of_the_pen_is_told_what_was_meant(string line, string hint)
    {
        CliResult result = await Cli.RunAsync(line.Split(' '));
        Assert.Equal(2, result.Code);
        Assert.Empty(result.Out);
        Assert.Contains(hint, result.Error);
    }

    [Theory]
    [InlineData("mining hugepages --pages x", "--pages: \"x\" is not a whole number up to 2147483647.\n")]
    [InlineData("mining benchmark --seconds abc", "--seconds: \"abc\" is not a number, such as 2.5.\n")]
    [InlineData("completion tcsh", "Must be one of: 'bash' 'zsh' 'fish'\n")]
    [InlineData("node", "otedama node needs a verb: status, peers, sync.\n")]
    [InlineData("init no/such/folder/a.yaml", "/no/such/folder. Make it, or give another path.\n")]
    [InlineData("config show --set=nope=1", "--set: nope: unknown key. All keys: otedama config show\n")]
    public async Task A_wrong_line_is_answered_in_plain_words(string line, string said)
    {
        CliResult result = await Cli.RunAsync(line.Split(' '));
        Assert.True(result.Code is 2 or 3, $"exit code {result.Code}");
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("??", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--data-dir: the path is empty. Give a folder, or leave --data-dir out.\n", "--data-dir", "", "config", "show")]
    [InlineData("--vectors: the path is empty. Give the path of a vector file.\n", "verify", "--vectors", "")]
    public async Task An_empty_path_is_a_mistake_and_not_the_usual_place(string said, params string[] words)
    {
        CliResult result = await Cli.RunAsync(words);
        Assert.True(result.Code is 2 or 3, $"exit code {result.Code}");
        Assert.Equal(said, result.Error);
    }

    [Theory]
    [InlineData("help", "--help")]
    [InlineData("help pool payouts", "pool payouts --help")]
    [InlineData("help mining benchmark", "mining benchmark --help")]
    public async Task Help_is_also_a_verb(string verb, string option)
    {
        CliResult asked = await Cli.RunAsync(verb.Split(' '));
        CliResult plain = await Cli.RunAsync(option.Split(' '));
        Assert.Equal(0, asked.Code);
        Assert.Equal(plain.Out, asked.Out);
        Assert.Contains("Examples:\n  otedama", asked.Out);
    }

    [Fact]
    public void Every_example_is_a_line_the_program_understands_and_is_of_its_verb()
    {
        foreach (Command command in Visible(s_root))
        {
            Example[] examples = [.. Examples.Of(command)];
            Assert.NotEmpty(examples);
            foreach (Example example in examples)
            {
                string line = example.Line.Split(" > ")[0].Split(" | ")[0].Replace("sudo ", "");
                ParseResult result = CommandLine.Parse(s_root, [.. line.Split(' ').Skip(1)]);
                Assert.True(result.Errors.Count == 0, $"{example.Line}: {string.Join(' ', result.Errors.Select(static e => e.Message))}");
                Assert.StartsWith(UsageErrors.PathOf(command), UsageErrors.PathOf(result.CommandResult.Command));
                Assert.NotEmpty(example.Meaning);
            }
        }
    }

    [Fact]
    public void A_verb_with_options_or_arguments_shows_one_of_them()
    {
        string[] without = [.. Visible(s_root).Where(static c => c.Options.Concat<Symbol>(c.Arguments).Any(static o => !o.Hidden && o.Name is not "--help" and not "--version"))
            .Where(static c => Examples.Own(c).Length == 0 && c.Subcommands.Count == 0).Select(UsageErrors.PathOf)];
        Assert.True(without.Length == 0, $"add a row to Examples for: {string.Join(", ", without)}");
    }

    private static IEnumerable<Command> Visible(Command command) =>
        command.Subcommands.Where(static c => !c.Hidden).SelectMany(Visible).Prepend(command);
}
