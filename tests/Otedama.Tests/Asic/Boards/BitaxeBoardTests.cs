using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>A chain's driver on a simulated Bitaxe: every byte goes through the control port and its parts.</summary>
public sealed class BitaxeBoardTests
{
    private readonly HeldClock _time = new();
    private readonly BenchWork _work = new();
    private readonly List<string> _log = [];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Is_found_brought_up_and_mines(bool isV1)
    {
        SimBitaxe bitaxe = new(_time, isV1);
        bitaxe.Plug();
        using ChipChain chain = Open(bitaxe);
        Until(chain, () => _work.Nonces.Count >= 5);
        Assert.Equal(1.15, bitaxe.Regulator.Volts, 2);
        Assert.Equal((0x24, 0x00), (bitaxe.Sensor[0x17], bitaxe.Sensor[0x18]));
        Until(chain, () => chain.Report.Reading.FanRpm > 0);
        BoardReading read = chain.Report.Reading;
        Assert.Equal((50.0, 1.15, 11.5), (read.ChipCelsius!.Value, Math.Round(read.CoreVolts!.Value, 2), Math.Round(read.Watts!.Value, 1)));
        Assert.Equal(525, chain.Report.Megahertz!.Value, 0);
        Assert.InRange(bitaxe.Sensor.FanPercent, 30, 60);
        chain.Dispose();
        Assert.True(bitaxe.IsOff);
    }

    [Fact]
    public void Too_hot_it_goes_off_and_comes_back_when_it_is_cool()
    {
        SimBitaxe bitaxe = new(_time);
        bitaxe.Plug();
        using ChipChain chain = Open(bitaxe);
        Until(chain, () => _work.Nonces.Count >= 1);
        bitaxe.Celsius = 82;
        Until(chain, () => chain.Report.State == ChainState.Cooling);
        Assert.True(bitaxe.IsOff);
        Assert.Equal(63, bitaxe.Sensor[0x4C]);
        bitaxe.Celsius = 40;
        int before = _work.Nonces.Count;
        Until(chain, () => _work.Nonces.Count > before);
        Assert.Equal(ChainState.Mining, chain.Report.State);
        Assert.True(chain.Report.Megahertz < 525);
    }

    [Theory]
    [InlineData("open diode")]
    [InlineData("no sensor")]
    public void A_sensor_that_fails_switches_it_off_and_one_that_comes_back_lets_it_run(string what)
    {
        SimBitaxe bitaxe = new(_time);
        bitaxe.Plug();
        using ChipChain chain = Open(bitaxe);
        Until(chain, () => _work.Nonces.Count >= 1);
        Break(true);
        Until(chain, () => bitaxe.IsOff, seconds: 20);
        int before = _work.Nonces.Count;
        Break(false);
        Until(chain, () => _work.Nonces.Count > before, seconds: 900);

        void Break(bool broken)
        {
            bitaxe.Celsius = broken && what == "open diode" ? 127 : 50;
            bitaxe.Sensor.IsDead = broken && what == "no sensor";
        }
    }

    [Fact]
    public void A_fault_of_the_regulator_is_a_fault_of_the_board_and_named()
    {
        SimBitaxe bitaxe = new(_time);
        bitaxe.Plug();
        using ChipChain chain = Open(bitaxe);
        Until(chain, () => _work.Nonces.Count >= 1);
        bitaxe.Regulator.Fault(0x4010);
        Until(chain, () => chain.Report.Faults.Any(static fault => fault.Reason.Contains("overcurrent", StringComparison.Ordinal)));
    }

    [Fact]
    public void Unplugged_and_plugged_in_elsewhere_it_goes_on_by_its_serial_number()
    {
        SimBitaxe bitaxe = new(_time);
        bitaxe.Plug();
        using ChipChain chain = Open(bitaxe);
        Until(chain, () => _work.Nonces.Count >= 1);
        bitaxe.Unplug();
        Until(chain, () => chain.Report.State == ChainState.Absent);
        Until(chain, () => chain.Report.Reason.Contains("Plug it in again", StringComparison.Ordinal));
        bitaxe.Plug(first: 6, serial: "another");
        Run(chain, 10);
        Assert.Equal(ChainState.Absent, chain.Report.State);
        bitaxe.Plug(first: 4);
        int before = _work.Nonces.Count;
        Until(chain, () => _work.Nonces.Count > before);
        Assert.Contains("/dev/ttyACM4", bitaxe.Ports.Opened);
        Assert.DoesNotContain("/dev/ttyACM6", bitaxe.Ports.Opened);
    }

    [Fact]
    public void Another_board_than_was_configured_is_refused_before_anything_is_switched_on()
    {
        SimBitaxe bitaxe = new(_time);
        bitaxe.Plug(release: 0);
        using ChipChain chain = Open(bitaxe, new BoardRequest { Port = "/dev/ttyACM0", Board = "bitaxe-hex" });
        Run(chain, 3);
        Assert.Equal(ChainState.Absent, chain.Report.State);
        Assert.NotEqual("", chain.Report.Reason);
        Assert.True(bitaxe.IsOff);
    }

    [Fact]
    public void The_guard_holds_a_hot_board_off_whoever_asks()
    {
        SimBitaxe bitaxe = new(_time) { Celsius = 85 };
        bitaxe.Plug();
        BoardChoice choice = BoardChoice.Of(new BoardRequest { Port = "/dev/ttyACM0" }, bitaxe.Ports.List(), []).Single();
        IBoardControl board = choice.Open(bitaxe.Ports, _time);
        using ILink link = board.Open();
        Assert.True(board.SetRegulator(true));
        Assert.Equal(85, board.Read().ChipCelsius);
        Assert.True(bitaxe.IsOff);
        Assert.ThrowsAny<Exception>(() => board.SetRegulator(true));
        Assert.ThrowsAny<Exception>(() => board.SetReset(false));
        Assert.True(bitaxe.IsOff);
        bitaxe.Celsius = 40;
        _time.Advance(30);
        Assert.True(board.SetRegulator(true));
        board.Close();
    }

    private ChipChain Open(SimBitaxe bitaxe, BoardRequest? request = null)
    {
        BoardChoice choice = BoardChoice.Of(request ?? new BoardRequest { Port = BoardRequest.Auto }, bitaxe.Ports.List(), []).Single();
        return new ChipChain(choice.Options, choice.Open(bitaxe.Ports, _time), _work, _time, _log.Add);
    }

    private void Run(ChipChain chain, double seconds)
    {
        DateTimeOffset end = _time.GetUtcNow().AddSeconds(seconds);
        while (_time.GetUtcNow() < end)
        {
            _time.Advance(chain.Step());
        }
    }

    private void Until(ChipChain chain, Func<bool> condition, double seconds = 200)
    {
        DateTimeOffset end = _time.GetUtcNow().AddSeconds(seconds);
        while (!condition())
        {
            Assert.True(_time.GetUtcNow() < end, $"not within {seconds} s: {chain.Report.State}, {chain.Report.Reason}\n{string.Join('\n', _log)}");
            _time.Advance(chain.Step());
        }
    }
}
