using System.Text.Json;
using Otedama.Interop;
using Xunit;

namespace Otedama.Tests.App;

public sealed class DevicesCommandTests
{
    [Fact]
    public async Task Every_algorithm_is_listed_with_the_flavours_that_run_here()
    {
        CliResult result = await Cli.RunAsync(["devices", "--json"]);
        Assert.Equal(0, result.Code);
        using JsonDocument answer = JsonDocument.Parse(result.Out);
        JsonElement cpu = Assert.Single(answer.RootElement.GetProperty("cpus").EnumerateArray());
        Assert.Equal(Environment.ProcessorCount, cpu.GetProperty("threads_usable").GetInt32());
        Assert.Equal(
            Catalogue.Algorithms().Select(static info => (info.Name, string.Join(' ', info.Flavours.Where(static f => f.Supported).Select(static f => f.Name)))),
            cpu.GetProperty("algorithms").EnumerateArray().Select(static algorithm => (
                algorithm.GetProperty("name").GetString()!,
                string.Join(' ', algorithm.GetProperty("flavours").EnumerateArray().Select(static f => f.GetString())))));
        JsonElement gpus = answer.RootElement.GetProperty("gpus");
        Assert.Equal(Gpus.Find().Select(static gpu => gpu.Device.Name), gpus.EnumerateArray().Select(static gpu => gpu.GetProperty("name").GetString()!));
        Assert.Equal(gpus.GetArrayLength() == 0, answer.RootElement.GetProperty("gpu_note").ValueKind == JsonValueKind.String);
    }

    [Fact]
    public async Task What_is_not_known_is_left_out_of_the_text()
    {
        CliResult result = await Cli.RunAsync(["devices"]);
        Assert.Contains("sha256d", result.Out, StringComparison.Ordinal);
        Assert.Contains("(chosen)", result.Out, StringComparison.Ordinal);
        Assert.Contains("asic   ", result.Out, StringComparison.Ordinal);

        CpuAnswer bare = new("Some CPU", null, null, null, 4, 3, 1 << 30, null, null, ["avx2"], [new DeviceAlgorithm("x", false, "ref", ["ref"])]);
        string[] lines = [.. DevicesCommand.Lines(new DevicesAnswer(1, [bare], [], [], "g"))];
        Assert.Equal(
            [
                "cpu    Some CPU",
                "         4 threads, 3 of them for this program",
                "         1024 MiB of memory, no huge pages",
                "         instructions: avx2",
                "         x          ref (chosen); checks shares, does not mine",
                "gpu    none. g",
                "asic   none that is recognised; `otedama asic list` shows every port.",
            ],
            lines);
    }

    [Fact]
    public void What_a_device_tells_is_shown_and_silence_is_not()
    {
        RigView rig = Views.Rig("main", "sha256d", InstanceMetricsTests.SomeRig()) with
        {
            Devices =
            [
                new DeviceView("cpu", "cpu", "Loud CPU", 61.4, 95.2, null, 3500),
                new DeviceView("gpu0", "gpu", "Silent GPU", null, null, null, null),
            ],
        };
        Assert.Equal(["Loud CPU: 61 °C, 95 W, 3500 MHz"], StatusLines.Devices(rig));
    }
}
