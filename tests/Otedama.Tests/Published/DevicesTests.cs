using System.Diagnostics;
using System.Text.Json;
using Otedama.Interop;
using Xunit;

namespace Otedama.Tests.Published;

/// <summary>The shipped program, asked what can hash on this machine.</summary>
public sealed class DevicesTests
{
    [Fact]
    public async Task The_algorithms_and_flavours_of_this_machine_are_listed()
    {
        using JsonDocument answer = JsonDocument.Parse(await RunAsync(0, "devices", "--json"));
        JsonElement cpu = Assert.Single(answer.RootElement.GetProperty("cpus").EnumerateArray());
        Assert.Equal(
            Catalogue.Algorithms().Select(static info => info.Name),
            cpu.GetProperty("algorithms").EnumerateArray().Select(static algorithm => algorithm.GetProperty("name").GetString()));
        Assert.All(cpu.GetProperty("algorithms").EnumerateArray(), static algorithm => Assert.Contains(
            algorithm.GetProperty("selected").GetString(), algorithm.GetProperty("flavours").EnumerateArray().Select(static f => f.GetString())));
    }

    /// <summary>From OTEDAMA_CPU to the flavour chosen, and from a wrong one to the advice.</summary>
    [Fact]
    public async Task A_forced_flavour_shows_and_an_unknown_one_is_answered_with_advice()
    {
        using JsonDocument answer = JsonDocument.Parse(await RunAsync(0, "devices", "--json", "OTEDAMA_CPU=ref"));
        JsonElement cpu = Assert.Single(answer.RootElement.GetProperty("cpus").EnumerateArray());
        Assert.All(cpu.GetProperty("algorithms").EnumerateArray(), static algorithm => Assert.Equal("ref", algorithm.GetProperty("selected").GetString()));
        Assert.Contains("otedama devices", await RunAsync(3, "devices", "OTEDAMA_CPU=sse9"), StringComparison.Ordinal);
    }

    /// <summary>Words with "=" are the environment. Returns what it answers, or says when that is nothing.</summary>
    private static async Task<string> RunAsync(int code, params string[] words)
    {
        ProcessStartInfo start = new(PublishedProgram.PathOrSkip(), words.Where(static word => !word.Contains('=', StringComparison.Ordinal)))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("OTEDAMA_CPU");
        foreach (string[] pair in words.Where(static word => word.Contains('=', StringComparison.Ordinal)).Select(static word => word.Split('=')))
        {
            start.Environment[pair[0]] = pair[1];
        }
        using Process program = Process.Start(start)!;
        Task<string> said = program.StandardError.ReadToEndAsync();
        string answer = await program.StandardOutput.ReadToEndAsync();
        await program.WaitForExitAsync().WaitAsync(Patience.Limit);
        Assert.True(program.ExitCode == code, $"exit code {program.ExitCode}: {await said}");
        return answer.Length > 0 ? answer : await said;
    }
}
