using Xunit;

namespace Otedama.Tests.App;

public sealed class InitTests
{
    private const string Address = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";

    [Theory]
    [InlineData("1\nstratum+tcp://pool.example:3333\nme\n\nr7\n2\n", "mining.pools", "stratum+tcp://pool.example:3333")]
    [InlineData("1\nnonsense\nstratum+tcp://pool.example:3333\n\nme\nkawpow\n\n\n", "mining.algorithms", "kawpow")]
    [InlineData("2\nbtc\nregtest\n\n\nu\np\"w # x\n" + Address + "\n1.5\n\n\n\n\n", "node.password", "p\"w # x")]
    [InlineData("3\n\n", "mining.workers.cpu_threads", "0")]
    [InlineData("", "mining.workers.cpu_threads", "0")]
    public async Task Answers_become_a_file_that_the_check_accepts(string answers, string key, string value)
    {
        using TempFolder folder = new();
        string path = Path.Combine(folder.Path, "otedama.yaml");
        CliResult made = await RunAsync(answers, "init", path);
        Assert.True(made.Code == 0, made.Error);
        Assert.Contains(path, made.Out);
        Assert.Equal(0, (await Cli.RunAsync(["config", "check", path])).Code);
        Configuration configuration = ConfigurationLoader.Load(path, [], new Dictionary<string, string>());
        SettingValue found = configuration.Of(Settings.Find(key)!);
        Assert.Equal(Origin.File, found.Origin);
        Assert.Contains(value, found.Setting.Show(found.Value));
        Assert.Contains("# " + Settings.PoolFee.Help, await File.ReadAllTextAsync(path));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }

    [Fact]
    public async Task A_file_that_is_there_is_written_over_only_by_force()
    {
        using TempFolder folder = new();
        string path = folder.File("otedama.yaml", "mine\n");
        CliResult refused = await RunAsync("3\n\n", "init", path);
        Assert.Equal(2, refused.Code);
        Assert.Contains("--force", refused.Error);
        Assert.Equal("mine\n", await File.ReadAllTextAsync(path));
        Assert.Equal(0, (await RunAsync("3\n\n", "init", path, "--force")).Code);
        Assert.StartsWith("# Otedama configuration", await File.ReadAllTextAsync(path));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData("1\n")]
    [InlineData("1\nx\nx\nx\nx\nx\nx\n")]
    [InlineData("2\nbtc\nmain\n\n\nu\np\nbogus\n")]
    public async Task Without_a_usable_answer_nothing_is_written(string answers)
    {
        using TempFolder folder = new();
        CliResult result = await RunAsync(answers, "init", Path.Combine(folder.Path, "otedama.yaml"));
        Assert.Equal(2, result.Code);
        Assert.Contains("Nothing was written", result.Error);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    /// <summary>On a terminal the password's question is answered by keys that are not shown, and nothing writes it back.</summary>
    [Fact]
    public async Task A_password_is_typed_unseen_on_a_terminal()
    {
        using TempFolder folder = new();
        string path = Path.Combine(folder.Path, "otedama.yaml");
        Queue<string> typed = new(["pass\tword-one", "password-two"]); // the first holds a control character
        CliResult made = await RunAsync("2\nbtc\nregtest\n\n\nu\n" + Address + "\n\n\n\n\n\n", typed.Dequeue, "init", path);
        Assert.True(made.Code == 0, made.Error);
        Assert.Empty(typed);
        Assert.Contains("The answer holds a control character", made.Error);
        Assert.DoesNotContain("word-", made.Error + made.Out);
        Assert.Contains("password-two", await File.ReadAllTextAsync(path));
    }

    [Theory]
    [InlineData("se\bcret\r", "scret")]
    [InlineData("\b\bsecret\n", "secret")]
    [InlineData("\u001b\u0003x\n", "x")]
    [InlineData("\n", "")]
    public void A_line_of_keys_ends_at_enter(string keys, string line)
    {
        Queue<char> left = new(keys);
        Assert.Equal(line, KeyLine.Read(() => new ConsoleKeyInfo(left.Dequeue(), default, false, false, false)));
        Assert.Empty(left);
    }

    [Fact]
    public void The_end_of_input_and_a_cleared_line_are_keys_too()
    {
        ConsoleKeyInfo end = new('\u0004', ConsoleKey.D, false, false, control: true);
        ConsoleKeyInfo clear = new('\u0015', ConsoleKey.U, false, false, control: true);
        ConsoleKeyInfo letter = new('a', ConsoleKey.A, false, false, false);
        ConsoleKeyInfo enter = new('\r', ConsoleKey.Enter, false, false, false);
        Assert.Null(KeyLine.Read(() => end));
        Queue<ConsoleKeyInfo> keys = new([letter, end, clear, letter, enter]);
        Assert.Equal("a", KeyLine.Read(keys.Dequeue));
    }

    private static Task<CliResult> RunAsync(string answers, params string[] args) => RunAsync(answers, null, args);

    private static async Task<CliResult> RunAsync(string answers, Func<string?>? readSecret, params string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        Surroundings outside = new()
        {
            In = new StringReader(answers),
            ReadSecret = readSecret,
            Out = output,
            Error = error,
            ErrorStream = Stream.Null,
            Environment = new Dictionary<string, string>(),
            Clock = TimeProvider.System,
        };
        int code = await CommandLine.RunAsync(args, outside);
        return new CliResult(code, output.ToString(), error.ToString(), "");
    }
}
