using Otedama.Asic;

namespace Otedama.Tests.Asic;

/// <summary>A whole Bitaxe Gamma with bitaxe-raw: control port, parts, chip, plugged into a simulated machine.</summary>
internal sealed class SimBitaxe
{
    private readonly HeldClock _time;
    private readonly List<DirectLink> _links = [];
    private readonly List<BenchLink> _chipLinks = [];

    public SimBitaxe(HeldClock clock, bool isV1 = true)
    {
        _time = clock;
        Chain = new SimulatedChain(ChipFamilies.Bm1370, 1, clock) { RelaxedZeroBits = 8 };
        Chain.HoldReset(true);
        Sensor = new SimEmc2101(() => Celsius);
        Regulator = new SimTps546 { OnOutput = Chain.Power };
        Control = new SimBitaxeRaw(isV1, Sensor, Regulator) { OnReset = high => Chain.HoldReset(!high) };
        Chain.Power(false);
    }

    public SimPorts Ports { get; } = new();

    public SimulatedChain Chain { get; }

    public SimEmc2101 Sensor { get; }

    public SimTps546 Regulator { get; }

    public SimBitaxeRaw Control { get; }

    public double Celsius { get; set; } = 50;

    public bool IsOff => !Chain.IsPowered && Chain.IsHeld;

    /// <param name="first">Number of the first of its two ports.</param>
    public void Plug(int first = 0, ushort release = 0x0601, string serial = "E6616408")
    {
        Ports.Plug(
            SimPorts.Serial($"/dev/ttyACM{first}", 0xC0DE, 0xCAFE, "OSMU", "Bitaxe", serial, 0, release), rate =>
            {
                DirectLink link = new(Control, _time, "control");
                link.SetRate(rate);
                _links.Add(link);
                return link;
            });
        Ports.Plug(
            SimPorts.Serial($"/dev/ttyACM{first + 1}", 0xC0DE, 0xCAFE, "OSMU", "Bitaxe", serial, 2, release), rate =>
            {
                BenchLink link = new(Chain, _time);
                link.SetRate(rate);
                _chipLinks.Add(link);
                return link;
            });
    }

    public void Unplug()
    {
        Ports.UnplugAll();
        _links.ForEach(static link => link.Unplug());
        _chipLinks.ForEach(static link => link.IsGone = true);
    }
}
