using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Tests.Chain;
using Xunit;

namespace Otedama.Tests.App;

public sealed class SharechainCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_chain_without_shares_is_its_virtual_genesis()
    {
        CliResult result = await Verify($"# nobody has mined yet\n\n{ExampleShare.Line}\n");
        Assert.Equal($"0 shares, tip {ExampleShare.ChainId}, work 0\n", result.Out);
        Assert.Equal(0, result.Code);
    }

    [Fact]
    public async Task A_bad_share_is_named_by_number_and_step_and_the_exit_code_is_1()
    {
        string example = Hex.Encode(ExampleShare.Share.Bytes.Span);
        CliResult result = await Verify($"{ExampleShare.Line}\n# the example is worth less than the subsidy\n{example}\n");
        Assert.Equal("share 1: step 4: coin value 312500000; 2500000000 to 5000000000 are allowed at height 150\n", result.Out);
        Assert.Equal(1, result.Code);
        result = await Verify($"{ExampleShare.Line}\nxyz\n");
        Assert.Equal(("share 1: step 1: the line is not hex: 'x' in column 1\n", 1), (result.Out, result.Code));
        result = await Verify($"{ExampleShare.Line}\n{example[..90]}\u00e9{example[91..]}\n");
        Assert.Equal(("share 1: step 1: the line is not hex: U+00E9 in column 91\n", 1), (result.Out, result.Code));
        result = await Verify($"{ExampleShare.Line}\n{example[..91]}\n");
        Assert.Equal(("share 1: step 1: the line is not hex: 91 digits, and two make a byte\n", 1), (result.Out, result.Code));
        result = await Verify($"{ExampleShare.Line}\n{example}00\n", "--json");
        using JsonDocument answer = JsonDocument.Parse(result.Out);
        Assert.False(answer.RootElement.GetProperty("good").GetBoolean());
        Assert.Equal(1, answer.RootElement.GetProperty("fault").GetProperty("step").GetInt32());
    }

    /// <summary>A reader that counts: what is behind a line that is too long is not read.</summary>
    [Fact]
    public void A_line_that_is_too_long_is_read_as_far_as_it_may_be()
    {
        using CountingReader text = new($"# note\r\n \n\nab\n{new string('a', 50_000_000)}");
        ShareLines lines = new(text);
        Assert.Equal("ab", lines.Next());
        Assert.Equal(ShareLines.CharactersMax + 1, lines.Next()!.Length);
        Assert.InRange(text.Count, 1, 200_000);
    }

    [Fact]
    public async Task A_line_that_is_too_long_is_named_by_its_number()
    {
        CliResult result = await Verify($"{ExampleShare.Line}\n\n{new string('a', 8_193)}\n");
        Assert.Equal("share 1: step 1: the line has more than 8192 characters, the most a share has in hex\n", result.Out);
        Assert.Equal(1, result.Code);
        result = await Verify($"{new string('a', 8_193)}\n");
        Assert.Equal(2, result.Code);
        Assert.Contains("its first line has more than 8192 characters", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_come_out_wherever_the_text_is_cut()
    {
        string[] wanted = [.. Enumerable.Range(1, 300).Select(static i => new string((char)('a' + (i % 6)), i * 27))];
        using StringReader text = new(string.Concat(wanted.Select(static line => $"\n \n#{line}{line}\r\n{line}\r")));
        ShareLines lines = new(text);
        Assert.Equal(wanted, wanted.Select(_ => lines.Next()));
        Assert.Null(lines.Next());
        Assert.Null(lines.Next());
    }

    /// <summary>A device has no end and a pipe is waited for.</summary>
    [Fact]
    public async Task What_is_no_regular_file_is_said_to_be_none()
    {
        CliResult result = await Cli.RunAsync(["sharechain", "verify", _folder.Path]);
        Assert.Equal(2, result.Code);
        Assert.Contains($"{_folder.Path}: cannot be read as a share chain: it is a directory, and only a regular file of at "
            + "most 256 MiB is read.", result.Error, StringComparison.Ordinal);
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the paths are those of Linux");
        result = await Cli.RunAsync(["sharechain", "verify", "/dev/zero"]);
        Assert.Contains("/dev/zero: cannot be read as a share chain: it is a device", result.Error, StringComparison.Ordinal);
        result = await Cli.RunAsync(["verify", "--vectors", "/dev/zero"]);
        Assert.Contains("/dev/zero: cannot be read as vectors: it is a device", result.Error, StringComparison.Ordinal);
        string pipe = Path.Combine(_folder.Path, "pipe");
        using Process made = Process.Start("mkfifo", pipe);
        await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        result = await Cli.RunAsync(["sharechain", "verify", pipe]);
        Assert.Contains("pipe: cannot be read as a share chain: it is a pipe", result.Error, StringComparison.Ordinal);
    }

    /// <summary>What a file's length says is not believed: of this one it says nothing.</summary>
    [Fact]
    public void No_more_is_read_of_a_file_than_is_allowed()
    {
        string path = Path.Combine(_folder.Path, "many");
        File.WriteAllBytes(path, new byte[1_000]);
        Assert.Equal(1_000, GivenFile.ReadAll(path, 1_000).Length);
        Assert.Equal("it has 1000 bytes, and at most 999 bytes are read",
            Assert.Throws<IOException>(() => GivenFile.ReadAll(path, 999)).Message);
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the file is one of Linux");
        Assert.Equal("more than 10 bytes came out of it, and no more are read",
            Assert.Throws<IOException>(() => GivenFile.ReadAll("/proc/self/status", 10)).Message);
    }

    [Theory]
    [InlineData("", "nothing in it")]
    [InlineData("hello", "begin with")]
    [InlineData("otedama-sharechain/1|coin=btc", "lack the field \"net\"")]
    public async Task A_file_without_parameters_is_a_mistake_of_whoever_called(string text, string sentence)
    {
        CliResult result = await Verify(text);
        Assert.Equal(2, result.Code);
        Assert.Contains(sentence, result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Out);
    }

    [Fact]
    public async Task A_chain_of_a_coin_that_is_not_known_or_a_file_that_is_not_there_is_a_sentence()
    {
        CliResult result = await Verify(ExampleShare.Line.Replace("coin=btc", "coin=doge", StringComparison.Ordinal));
        Assert.Equal(2, result.Code);
        Assert.Contains("doge regtest is unknown", result.Error, StringComparison.Ordinal);
        result = await Cli.RunAsync(["sharechain", "verify", Path.Combine(_folder.Path, "none.txt")]);
        Assert.Equal(2, result.Code);
        Assert.Contains("none.txt: cannot be read as a share chain", result.Error, StringComparison.Ordinal);
    }

    /// <summary>
    /// Chains and refusals that a reference in another language, written from the same rules, judges so. A file says in its
    /// first comments what it comes to, and after a share which others, in its successor's place, fail at which step.
    /// </summary>
    [Theory]
    [MemberData(nameof(Chains))]
    public async Task Chains_of_the_reference_are_judged_as_it_does(string name)
    {
        string[] lines = await File.ReadAllLinesAsync(Path.Combine(Folder, name));
        CliResult result = await Cli.RunAsync(["sharechain", "verify", Path.Combine(Folder, name)]);
        string[] answer = result.Out.Split('\n', 2);
        Assert.Equal((lines[0], 0), ($"# {answer[0]}", result.Code));
        Assert.Equal(lines[1], $"# payouts {Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(answer[1])))}");
        List<string> shares = [];
        foreach (string line in lines.Skip(2))
        {
            if (line.StartsWith("# step ", StringComparison.Ordinal))
            {
                string[] words = line.Split(' ');
                result = await Verify($"{string.Join('\n', shares)}\n{words[^1]}\n");
                Assert.StartsWith($"share {shares.Count}: step {words[2]}: ", result.Out, StringComparison.Ordinal);
                Assert.Equal(1, result.Code);
            }
            else
            {
                shares.Add(line);
            }
        }
    }

    private sealed class CountingReader(string text) : StringReader(text)
    {
        public int Count { get; private set; }

        public override int Read(char[] buffer, int index, int count)
        {
            int read = base.Read(buffer, index, count);
            Count += read;
            return read;
        }
    }

    public static TheoryData<string> Chains => [.. Directory.GetFiles(Folder, "*.txt").Select(static path => Path.GetFileName(path)!)];

    private static string Folder => Path.Combine(Repository.Root, "tests", "vectors", "sharechain");

    private async Task<CliResult> Verify(string text, params string[] more)
    {
        string path = Path.Combine(_folder.Path, "chain.txt");
        await File.WriteAllTextAsync(path, text);
        return await Cli.RunAsync(["sharechain", "verify", path, .. more]);
    }
}
