using System.CommandLine;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>One table of exit codes over every verb below asic: docs/operating/asic-ports.md.</summary>
public sealed class AsicExitTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<int, string> Rows => new()
    {
        { 1, "decode BROKEN" },
        { 1, "check BROKEN --device DEVICE" },
        { 2, "scan 010.0.0.1" },
        { 2, "bench nonsense:x" },
        { 2, "decode NOTHING" },
        { 2, "check NOTHING --device DEVICE" },
        { 2, "check BROKEN --device NOTHING" },
        { 2, "flash --device axeos:127.0.0.1:CLOSED --image NOTHING" },
        { 2, "flash --device axeos:8.8.8.8 --image BROKEN" },
        { 2, "flash --device 127.0.0.1:18081 --image BROKEN" },
        { 2, "flash --resume 0123456789abcdef" },
        { 2, "rollout --resume 0123456789abcdef" },
        { 2, "rollout --device axeos:127.0.0.1:CLOSED --image NOTHING" },
        { 2, "restore --device /dev/otedama-nothing --from NOTHING" },
        { 2, "status nobody --config FLEET" },
        { 2, "history nobody --config FLEET" },
        { 2, "watch --every 0 --config FLEET" },
        { 2, "pools set 127.0.0.1:CLOSED --pool nowhere --user me --config FLEET" },
        { 2, "tune 127.0.0.1:CLOSED --goal fame --config FLEET" },
        { 3, "status" },
        { 3, "watch --count 1" },
        { 3, "export" },
        { 3, "history x" },
        { 3, "pause x" },
        { 3, "resume x" },
        { 3, "reboot x" },
        { 3, "tune x" },
        { 3, "pools set x --pool p.example:3333 --user me" },
        { 3, "catalogue" },
        { 5, "bench /dev/otedama-nothing,chip=BM1366,chips=1" },
        { 5, "bench tcp://127.0.0.1:CLOSED,chip=BM1366,chips=1" },
        { 5, "backup --device /dev/otedama-nothing --to NOTHING" },
        { 5, "backup --device tcp://127.0.0.1:CLOSED --to NOTHING" },
        { 5, "verify --device /dev/otedama-nothing --against BROKEN" },
        { 5, "flash --device /dev/otedama-nothing --image BROKEN" },
        { 5, "flash --device tcp://127.0.0.1:CLOSED --image BROKEN" },
        { 5, "flash --device uf2:NOTHING,ID --image BROKEN" },
        { 5, "flash --device dfu:1-99.4 --image BROKEN" },
        { 5, "flash --device axeos:127.0.0.1:CLOSED --image BROKEN" },
        { 5, "rollout --device axeos:127.0.0.1:CLOSED --image BROKEN --dry-run" },
        { 5, "status --config FLEET" },
        { 5, "status 127.0.0.1:CLOSED --config FLEET" },
        { 5, "export --config FLEET" },
        { 5, "reboot 127.0.0.1:CLOSED --config FLEET" },
        { 5, "pause 127.0.0.1:CLOSED --config FLEET" },
        { 5, "resume 127.0.0.1:CLOSED --config FLEET" },
        { 5, "pools set 127.0.0.1:CLOSED --pool p.example:3333 --user me --config FLEET" },
        { 5, "tune 127.0.0.1:CLOSED --config FLEET" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_fault_has_the_same_code_whatever_verb_meets_it(int code, string line)
    {
        Assert.SkipWhen(line.Contains("/dev/", StringComparison.Ordinal) && OperatingSystem.IsWindows(), "there is no /dev here");
        string closed = $"{FreePort.Next()}";
        string fleet = _folder.File("fleet.yaml", $"asic: {{fleet: {{devices: [{{address: \"127.0.0.1:{closed}\", driver: axeos}}]}}}}\n");
        string[] words = [.. line.Split(' ').Select(word => word.Replace("CLOSED", closed, StringComparison.Ordinal) switch
        {
            "NOTHING" => Path.Combine(_folder.Path, "nothing"),
            "BROKEN" => _folder.File("broken", "no firmware and no reply"),
            "DEVICE" => _folder.File("device.json", """{"family":"bitaxe","board":"601","chip":"BM1370"}"""),
            "FLEET" => fleet,
            string other => other,
        })];
        CliResult result = await Cli.RunAsync(["asic", .. words, "--data-dir", Path.Combine(_folder.Path, "data")]);
        Assert.True(result.Code == code, $"{result.Code}: {result.Error}{result.Out}");
        Assert.NotEqual("", result.Error + result.Out);
    }

    [Fact]
    public void Every_verb_has_a_row()
    {
        Command asic = AsicCommand.Build(new CommandContext(new Surroundings
        {
            Out = TextWriter.Null,
            Error = TextWriter.Null,
            ErrorStream = Stream.Null,
            Environment = new Dictionary<string, string>(),
            Clock = TimeProvider.System,
        }));
        string[] named = [.. Rows.Select(static row => row.Data.Item2.Split(' ')[0]).Distinct()];
        Assert.Equal(["list"], asic.Subcommands.Select(static verb => verb.Name).Except(named)); // what it finds depends on the machine
    }
}
