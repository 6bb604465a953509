using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Otedama.Core;
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
        Assert.Equal(("share 1: step 1: the line is not hex: \"xyz\"\n", 1), (result.Out, result.Code));
        result = await Verify($"{ExampleShare.Line}\n{example}00\n", "--json");
        using JsonDocument answer = JsonDocument.Parse(result.Out);
        Assert.False(answer.RootElement.GetProperty("good").GetBoolean());
        Assert.Equal(1, answer.RootElement.GetProperty("fault").GetProperty("step").GetInt32());
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

    public static TheoryData<string> Chains => [.. Directory.GetFiles(Folder, "*.txt").Select(static path => Path.GetFileName(path)!)];

    private static string Folder => Path.Combine(Repository.Root, "tests", "vectors", "sharechain");

    private async Task<CliResult> Verify(string text, params string[] more)
    {
        string path = Path.Combine(_folder.Path, "chain.txt");
        await File.WriteAllTextAsync(path, text);
        return await Cli.RunAsync(["sharechain", "verify", path, .. more]);
    }
}
