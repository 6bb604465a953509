using System.Text.Json.Nodes;
using Xunit;

namespace Otedama.Tests.App;

/// <summary>verify --sv2 from the command line to what is printed and the exit code.</summary>
public sealed class Sv2VerifyTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static string Vectors => Path.Combine(Interop.BorderTests.RepositoryRoot(), "tests", "vectors", "sv2.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_built_in_file_passes_with_a_line_for_each_section()
    {
        CliResult result = await Cli.RunAsync(["verify", "--sv2", Vectors]);
        Assert.Equal(0, result.Code);
        Assert.Contains("ok    frames: 80 passed, 0 failed\n", result.Out, StringComparison.Ordinal);
        Assert.Equal(13, result.Out.Split('\n').Count(static line => line.StartsWith("ok    ", StringComparison.Ordinal)));
        Assert.EndsWith("232 passed, 0 failed\n", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_case_is_named_with_what_was_expected_and_the_code_is_1()
    {
        JsonNode file = JsonNode.Parse(await File.ReadAllTextAsync(Vectors))!;
        file["frames"]![3]!["fields"]!["used_version"] = 3;
        CliResult result = await Cli.RunAsync(["verify", "--sv2", Write(file.ToJsonString())]);
        Assert.Equal(1, result.Code);
        Assert.Contains("FAIL  frames: 79 passed, 1 failed\n", result.Out, StringComparison.Ordinal);
        Assert.Contains("frames 3 \"SetupConnection.Success\": used_version: expected 3, got 2\n", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_judged_is_no_pass_and_what_is_missing_is_said()
    {
        CliResult result = await Cli.RunAsync(["verify", "--sv2", Write("{\"frames\":[],\"more\":[1]}")]);
        Assert.Equal(1, result.Code);
        Assert.Contains("none  frames: the section is empty\n", result.Out, StringComparison.Ordinal);
        Assert.Contains("none  jobs: the file has no such section\n", result.Out, StringComparison.Ordinal);
        Assert.Contains("not judged, no section of this name is known: \"more\"\n", result.Out, StringComparison.Ordinal);
        Assert.Contains("that is no pass\n", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_section_that_nobody_judges_is_no_pass_beside_others()
    {
        JsonNode file = JsonNode.Parse(await File.ReadAllTextAsync(Vectors))!;
        file["more"] = new JsonArray(1);
        CliResult result = await Cli.RunAsync(["verify", "--sv2", Write(file.ToJsonString())]);
        Assert.Equal(1, result.Code);
        Assert.Contains("not judged, no section of this name is known: \"more\"\n", result.Out, StringComparison.Ordinal);
        Assert.EndsWith("232 passed, 0 failed\n", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_JSON_it_is_one_object()
    {
        CliResult result = await Cli.RunAsync(["verify", "--sv2", Vectors, "--json"]);
        JsonNode answer = JsonNode.Parse(result.Out)!;
        Assert.Equal((0, 232, 0), (result.Code, (int)answer["passed"]!, (int)answer["failed"]!));
        Assert.Equal(80, (int)answer["sections"]![0]!["count"]!);
    }

    [Fact]
    public async Task A_text_of_the_file_cannot_command_the_terminal()
    {
        CliResult result = await Cli.RunAsync(["verify", "--sv2", Write("{\"malformed\":[{\"name\":\"\\u001b[31m\",\"frame\":\"00\",\"expect\":\"\\u0007\"}]}")]);
        Assert.Equal(1, result.Code);
        Assert.DoesNotContain('\x1b', result.Out);
        Assert.DoesNotContain('\a', result.Out);
    }

    [Theory]
    [InlineData("no vectors")]
    [InlineData("[]")]
    [InlineData("{\"frames\":")]
    public async Task What_is_no_vector_file_is_refused_in_a_sentence(string text)
    {
        CliResult result = await Cli.RunAsync(["verify", "--sv2", Write(text)]);
        Assert.Equal(2, result.Code);
        Assert.Contains("cannot be read as Stratum V2 vectors: it is ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--quick", "--quick")]
    [InlineData("--device 0", "--device")]
    [InlineData("--vectors x.txt", "--vectors")]
    [InlineData("--flavour ref", "--flavour")]
    public async Task It_goes_alone(string other, string named)
    {
        CliResult result = await Cli.RunAsync(["verify", "--sv2", Vectors, .. other.Split(' ')]);
        Assert.Equal(2, result.Code);
        Assert.Contains($"--sv2 and {named}:", result.Error, StringComparison.Ordinal);
    }

    private string Write(string text) => _folder.File("v.json", text);
}
