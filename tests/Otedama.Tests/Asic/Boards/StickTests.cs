using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>A chain's driver on simulated GekkoScience sticks.</summary>
public sealed class StickTests
{
    private readonly HeldClock _time = new();
    private readonly BenchWork _work = new();
    private readonly SimPorts _ports = new();

    [Fact]
    public void A_stick_is_reset_by_its_adapters_pin_as_long_as_its_chips_need()
    {
        foreach ((string product, ChipFamily family, int chips, double low) in ((string, ChipFamily, int, double)[])
            [("CompacF Bitcoin Miner", ChipFamilies.Bm1397, 1, 1), ("NewPac Bitcoin Miner", ChipFamilies.Bm1387, 2, 0.03), ("R606 Bitcoin Miner", ChipFamilies.Bm1387, 12, 0.03)])
        {
            SimulatedChain simulated = new(family, chips, _time) { RelaxedZeroBits = 8 };
            List<(bool Low, DateTimeOffset At)> pins = [];
            _ports.UnplugAll();
            _ports.Plug(SimPorts.Usb(0x0403, 0x6015, "GekkoScience", product, "1"), rate => new PinLink(new BenchLink(simulated, _time), (mask, levels) =>
            {
                simulated.HoldReset((mask & levels & 2) == 0);
                pins.Add(((mask & levels & 2) == 0, _time.GetUtcNow()));
            }));
            _work.Nonces.Clear();
            using ChipChain chain = Open(null);
            Until(chain, () => _work.Nonces.Count >= 3);
            Assert.Equal([false, true, false], pins.Take(3).Select(static one => one.Low));
            Assert.InRange((pins[2].At - pins[1].At).TotalSeconds, low, low + 0.02);
            Assert.Equal((family.Name, chips), (chain.Report.Family, chain.Report.Chips.Count));
            Assert.Equal(chips == 1 ? 425 : chips == 2 ? 100 : 550, chain.Report.Megahertz!.Value, 0);
        }
    }

    [Fact]
    public void Compac_F_is_reset_by_its_adapters_pin_and_mines()
    {
        SimulatedChain chips = new(ChipFamilies.Bm1397, 1, _time) { RelaxedZeroBits = 8 };
        PinLink? pins = null;
        _ports.Plug(SimPorts.Usb(0x0403, 0x6015, "GekkoScience", "CompacF Bitcoin Miner", "10029999"), rate =>
            pins = new PinLink(new BenchLink(chips, _time), (mask, levels) => chips.HoldReset((mask & levels & 2) == 0)));
        using ChipChain chain = Open(null);
        Until(chain, () => _work.Nonces.Count >= 3);
        // As in the vectors: CBUS 20F2, 20F0, 20F2 by request 0B.
        Assert.Equal([(0xF, 0x2), (0xF, 0x0), (0xF, 0x2)], pins!.Set.Take(3));
        Assert.Equal(BoardVectors.Of("cgminer_compacf_init").GetProperty("ftdi_control").EnumerateArray()
                .Where(static step => step.GetProperty("bRequest").GetString() == "0b").Select(static step => step.GetProperty("wValue").GetString()),
            pins.Set.Take(3).Select(static step => $"20{step.Mask:x}{step.Levels:x}"));
        Assert.Equal(425, chain.Report.Megahertz!.Value, 0);
        Assert.Null(chain.Report.Reading.ChipCelsius);
    }

    [Fact]
    public void Without_libusb_the_systems_port_serves_and_there_is_no_reset()
    {
        SimulatedChain chips = new(ChipFamilies.Bm1397, 1, _time) { RelaxedZeroBits = 8 };
        _ports.Plug(SimPorts.Usb(0x0403, 0x6015, "GekkoScience", "CompacF Bitcoin Miner", "7"), static _ =>
            throw new LinkException(LinkFault.Unsupported, "usb", "libusb-1.0 is not installed"));
        _ports.Plug(
            SimPorts.Serial("/dev/ttyUSB3", 0x0403, 0x6015, "GekkoScience", "CompacF Bitcoin Miner", "7", 0), _ => new BenchLink(chips, _time));
        using ChipChain chain = Open(null);
        Until(chain, () => _work.Nonces.Count >= 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Compac_A1_is_powered_fed_and_measured_by_its_telemetry(bool isMask)
    {
        SimulatedChain chips = new(ChipFamilies.Bm1362, 1, _time) { RelaxedZeroBits = 8 };
        chips.Power(false);
        SimGekkoTelemetry telemetry = new((byte)(isMask ? 0x30 : 0x20), 0x7F) { OnPower = chips.Power };
        _ports.Plug(Tty("/dev/ttyUSB0", 0), _ => new BenchLink(chips, _time));
        _ports.Plug(Tty("/dev/ttyUSB1", 1), rate =>
        {
            DirectLink link = new(telemetry, _time);
            link.SetRate(rate);
            return link;
        });
        using ChipChain chain = Open(new BoardRequest { Port = "/dev/ttyUSB0", Megahertz = 400, Millivolts = 300 });
        Until(chain, () => _work.Nonces.Count >= 1 && chain.Report.Reading.FanRpm is not null);
        Assert.Equal((300, true), (telemetry.Core, telemetry.IsOn));
        Assert.Equal(27.06, chain.Report.Reading.ChipCelsius!.Value, 2);
        Assert.Equal(12.05, chain.Report.Reading.InputVolts!.Value, 2);
        telemetry.Measured = [0x7D, 0x80, 0x80, 0x40, 0xA5, 0, 0x3C]; // 82 °C
        Until(chain, () => chain.Report.State == ChainState.Cooling);
        Assert.False(telemetry.IsOn);
        Assert.Equal(100, telemetry.Fan);
        telemetry.Measured = [0x7D, 0x80, 0x80, 0x40, 0, 0, 0x3C]; // invalid
        Run(chain, 60);
        Assert.False(telemetry.IsOn);
    }

    private static FoundPort Tty(string address, int number) =>
        SimPorts.Serial(address, 0x10C4, 0xEA70, "Silicon Labs", "GekkoScience Compac A1", "A1-5", number);

    private ChipChain Open(BoardRequest? request)
    {
        List<string> problems = [];
        BoardChoice? choice = BoardChoice.Of(request ?? new BoardRequest { Port = BoardRequest.Auto }, _ports.List(), problems).SingleOrDefault();
        Assert.Empty(problems);
        return new ChipChain(choice!.Options, choice.Open(_ports, _time), _work, _time);
    }

    private void Run(ChipChain chain, double seconds)
    {
        DateTimeOffset end = _time.GetUtcNow().AddSeconds(seconds);
        while (_time.GetUtcNow() < end)
        {
            _time.Advance(chain.Step());
        }
    }

    private void Until(ChipChain chain, Func<bool> condition)
    {
        DateTimeOffset end = _time.GetUtcNow().AddSeconds(200);
        while (!condition())
        {
            Assert.True(_time.GetUtcNow() < end, $"{chain.Report.State}: {chain.Report.Reason}");
            _time.Advance(chain.Step());
        }
    }

    /// <summary>A link whose adapter has pins.</summary>
    private sealed class PinLink(BenchLink link, Action<byte, byte> set) : IAdapterPins
    {
        public List<(byte Mask, byte Levels)> Set { get; } = [];

        public string Name => link.Name;

        public int Read(Span<byte> into, TimeSpan wait) => link.Read(into, wait);

        public void Write(ReadOnlySpan<byte> bytes, TimeSpan wait) => link.Write(bytes, wait);

        public void Drain(TimeSpan wait) => link.Drain(wait);

        public void Discard() => link.Discard();

        public void SetRate(int bitsPerSecond) => link.SetRate(bitsPerSecond);

        public bool SetLines(bool dataTerminalReady, bool requestToSend) => false;

        public void Dispose() => link.Dispose();

        public void SetPins(byte mask, byte levels)
        {
            Set.Add((mask, levels));
            set(mask, levels);
        }

        public byte ReadPins() => 0;
    }
}
