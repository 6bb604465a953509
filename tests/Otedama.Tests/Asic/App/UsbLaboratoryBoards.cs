using Otedama.Asic;
using Otedama.Tests.Asic;

namespace Otedama.Tests.Published;

/// <summary>What is plugged into the laboratory, in the order of its bus numbers.</summary>
internal sealed class UsbLaboratoryBoards : IDisposable
{
    private const int Ch340At = 3, CompacAt = 5;

    public UsbLaboratoryBoards()
    {
        Ftdi = new FtdiModel(Stick);
        Chips = new SimulatedChain(ChipFamilies.Bm1397, 1, TimeProvider.System) { RelaxedZeroBits = 8 };
        Finder = new MidstateFinder(Chips);
        Cable = new CutCable(Finder);
        Compac = new FtdiModel(Cable, serial: UsbGuestTests.ChipsSerial)
        {
            PinsChanged = (_, levels) => Chips.HoldReset((levels & 2) == 0),
            ReportsMin = TimeSpan.FromMilliseconds(25),
        };
        Foreign = new FtdiModel(new EchoDevice(), "FTDI", "FT231X USB UART", UsbGuestTests.ForeignSerial);
        LoaderBridge = new Cp210xModel([Loader], "Silicon Labs", "CP2102 USB to UART Bridge Controller", UsbGuestTests.LoaderSerial)
        {
            Opened = Loader.PowerOn, // as a cable does that resets the board
        };
        Laboratory = new UsbLaboratory(
            Ftdi,
            new Cp210xModel([Bridge], "Silicon Labs", "CP2102 USB to UART Bridge Controller", "0001"),
            new Cp210xModel([A1, Telemetry], "Silicon Labs", "GekkoScience Compac A1", "A1000001"),
            new Ch341Model(Cheap),
            new AcmModel([Control, Uart], 0xC0DE, 0xCAFE, "OSMU", "Bitaxe", "AB12"),
            Compac,
            LoaderModel.Of(DfuSe, "STMicroelectronics", "STM32  BOOTLOADER", "STM00001"),
            Foreign,
            LoaderBridge);
    }

    public static int Ports => 10;

    /// <summary>The name of the file by which the guest has the CH340 pulled out.</summary>
    public static string Ch340Wish => FormattableString.Invariant($"unplug-{Ch340At}");

    public static string CompacBusId => UsbIpServer.BusId(CompacAt);

    public UsbLaboratory Laboratory { get; }

    public EchoDevice Stick { get; } = new();

    public EchoDevice Bridge { get; } = new();

    public EchoDevice A1 { get; } = new();

    public EchoDevice Telemetry { get; } = new();

    public EchoDevice Cheap { get; } = new();

    public EchoDevice Control { get; } = new();

    public EchoDevice Uart { get; } = new();

    public EchoDevice[] Echoes => [Stick, Bridge, A1, Telemetry, Cheap, Control, Uart];

    /// <summary>A Compac F that echoes, and its equal with a chip behind it.</summary>
    public FtdiModel Ftdi { get; }

    public FtdiModel Compac { get; }

    /// <summary>The same ids, and nothing that a board would call itself.</summary>
    public FtdiModel Foreign { get; }

    public SimulatedChain Chips { get; }

    public MidstateFinder Finder { get; }

    public CutCable Cable { get; }

    public SimulatedDfuSe DfuSe { get; } = new(TimeProvider.System, 16, 2048)
    { BlockTime = TimeSpan.FromMilliseconds(10), EraseTime = TimeSpan.FromMilliseconds(20) };

    public SimulatedStm32 Loader { get; } = new(128, 1024);

    public Cp210xModel LoaderBridge { get; }

    /// <summary>The Compac F is pulled out while a chip speaks, and its chip is without power.</summary>
    public void CutCompac() => Cable.Arm(() =>
    {
        Chips.HoldReset(true);
        Laboratory.Server.Unplug(CompacAt);
    });

    public void Dispose()
    {
        Laboratory.Dispose();
        Finder.Dispose();
    }
}
