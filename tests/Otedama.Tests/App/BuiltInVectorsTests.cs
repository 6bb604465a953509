using Otedama.Core;
using Xunit;

namespace Otedama.Tests.App;

public sealed class BuiltInVectorsTests
{
    [Fact]
    public void The_program_carries_every_vector_file_the_heavy_ones_last()
    {
        string[] files = [.. Directory.GetFiles(Path.Combine(Repository.Root, "tests", "vectors"), "*.txt").Select(static path => Path.GetFileName(path)!)];
        string[] names = [.. BuiltInVectors.Names(heavy: true)];
        Assert.Equal(files.Order(), names.Order());
        Assert.Equal(["verthash-network.txt", "zelhash-solve.txt"], names[^2..].Order());
        Assert.Equal(names[..^2], BuiltInVectors.Names(heavy: false));
        Assert.All(names, static name => Assert.NotEmpty(BuiltInVectors.Read(name).Cases));
    }

    [Fact]
    public async Task A_vector_that_does_not_hold_ends_with_exit_code_1_and_the_three_numbers()
    {
        string file = Path.GetTempFileName();
        try
        {
            string zero = new('0', 160);
            await File.WriteAllTextAsync(file, $"proof name=wrong algorithm=sha256d data={zero} hash={new string('1', 64)}\nproof name=right algorithm=sha256d data={zero}\n");
            CliResult result = await Cli.RunAsync(["verify", "--vectors", file]);
            Assert.Equal(1, result.Code);
            Assert.Contains("1 passed, 1 failed, 0 skipped", result.Out, StringComparison.Ordinal);
            Assert.Contains("wrong", result.Out, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
