using System.Text.Json;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

public sealed class GekkoTelemetryTests
{
    private readonly HeldClock _time = new();

    private GekkoTelemetry Open(ISimulatedDevice sim)
    {
        DirectLink link = new(sim, _time, "stick");
        link.SetRate(GekkoTelemetry.Rate);
        return new GekkoTelemetry(link, _time);
    }

    [Fact]
    public void The_example_of_the_vectors()
    {
        JsonElement example = BoardVectors.Of("gekko_a1_a2_telemetry").GetProperty("example");
        byte version = example.Hex("version_byte")[0];
        GekkoReading read = GekkoReading.Parse(example.Hex("reply"), version, GekkoReading.SensesOf(version));
        Assert.Equal(example.GetProperty("vin").GetDouble(), read.InputVolts!.Value, 3);
        Assert.Equal(example.GetProperty("iin_hi").GetDouble(), read.InputAmps!.Value, 3);
        Assert.Equal(example.GetProperty("vout").GetDouble(), read.OutputVolts!.Value, 3);
        Assert.Equal(example.GetProperty("iout_hi").GetDouble(), read.OutputAmps!.Value, 3);
        Assert.Equal(example.GetProperty("temp1").GetDouble(), read.Celsius1!.Value, 3);
        Assert.Equal(example.GetProperty("tach").GetDouble(), read.FanRpm!.Value, 3);
        Assert.Null(read.Celsius2);
    }

    [Fact]
    public void Commands_are_the_vectors()
    {
        JsonElement commands = BoardVectors.Of("gekko_a1_a2_telemetry").GetProperty("commands");
        Recorder recorder = new();
        GekkoTelemetry stick = Open(recorder);
        stick.Enable(true);
        stick.Enable(false);
        stick.SetLamp(GekkoLamp.Heartbeat);
        stick.SetFan(60);
        stick.SetCore(100);
        Assert.Equal(
            ["regulator_on", "regulator_off", "led_heartbeat", "fan_60_percent", "core_100_of_500"],
            recorder.Written.Select(bytes => commands.EnumerateObject().Single(pair => pair.Value.GetString() == bytes).Name));
    }

    [Fact]
    public void Starts_measures_and_switches()
    {
        SimGekkoTelemetry sim = new(0x20);
        GekkoTelemetry stick = Open(sim);
        stick.Start();
        GekkoReading read = stick.Read();
        Assert.Equal(12.05, read.InputVolts!.Value, 2);
        Assert.Equal(27.06, read.Celsius1!.Value, 2);
        stick.SetCore(253);
        stick.Enable(true);
        stick.SetFan(70);
        Assert.Equal((250, true, 70), (sim.Core, sim.IsOn, sim.Fan));
    }

    [Fact]
    public void The_third_version_says_itself_what_it_measures()
    {
        GekkoTelemetry stick = Open(new SimGekkoTelemetry(0x30, (byte)(GekkoSenses.Heat1 | GekkoSenses.Heat2 | GekkoSenses.InputAmps)));
        stick.Start();
        GekkoReading read = stick.Read();
        Assert.Null(read.InputVolts);
        Assert.Equal(3.21, read.InputAmps!.Value, 2);
        Assert.Null(read.Celsius2); // 0 is invalid
    }

    [Theory]
    [InlineData(0x10, true, false)]
    [InlineData(0x21, false, true)]
    public void Versions_measure_different_things(byte version, bool isFirst, bool hasSecondHeat)
    {
        GekkoTelemetry stick = Open(new SimGekkoTelemetry(version) { Measured = [0xFF, 0x80, 0x80, 0x40, 0xFF, 0x6D, 0x3C] });
        stick.Start();
        GekkoReading read = stick.Read();
        Assert.Equal(isFirst ? 6 : 24.576, read.InputVolts!.Value, 3);
        Assert.Equal(isFirst, read.InputAmps is null);
        Assert.Equal(125, read.Celsius1);
        Assert.Equal(hasSecondHeat ? 37.5 : null, read.Celsius2);
        Assert.Null(read.OutputAmps);
    }

    [Theory]
    [InlineData(0x40)]
    [InlineData(0x00)]
    public void Another_device_is_refused(byte version) =>
        Assert.Equal(BoardFault.WrongPart, Assert.Throws<BoardException>(Open(new SimGekkoTelemetry(version)).Start).Fault);

    [Fact]
    public void Silence_and_short_answers_are_sentences()
    {
        SimGekkoTelemetry sim = new(0x20);
        GekkoTelemetry stick = Open(sim);
        stick.Start();
        sim.Measured = [1, 2, 3];
        Assert.Contains("3 bytes", Assert.Throws<BoardException>(() => stick.Read()).Message, StringComparison.Ordinal);
        sim.IsSilent = true;
        Assert.Equal(BoardFault.NoAnswer, Assert.Throws<BoardException>(stick.Start).Fault);
        Assert.Equal(BoardFault.OutOfRange, Assert.Throws<BoardException>(() => stick.SetCore(501)).Fault);
    }

    private sealed class Recorder : ISimulatedDevice
    {
        public List<string> Written { get; } = [];

        public void Receive(ReadOnlySpan<byte> bytes, int rate) => Written.Add(Convert.ToHexStringLower(bytes));

        public int Take(Span<byte> into, int rate) => 0;
    }
}
