using Otedama.Tests.Published;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>The published program before Linux's own USB drivers, in one boot.</summary>
public sealed class UsbLaboratoryTests
{
    /// <summary>A quiet machine needs a quarter of it.</summary>
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(600);

    [Fact]
    public void Adapters_of_every_kind_are_driven_through_the_kernel_and_through_libusb()
    {
        string program = PublishedProgram.PathOrSkip();
        EchoDevice stick = new();
        EchoDevice bridge = new();
        EchoDevice chips = new();
        EchoDevice telemetry = new();
        EchoDevice cheap = new();
        EchoDevice control = new();
        EchoDevice uart = new();
        FtdiModel ftdi = new(stick);
        Cp210xModel cp2102 = new([bridge], "Silicon Labs", "CP2102 USB to UART Bridge Controller", "0001");
        Cp210xModel cp2105 = new([chips, telemetry], "Silicon Labs", "GekkoScience Compac A1", "A1000001");
        Ch341Model ch340 = new(cheap);
        AcmModel bitaxe = new([control, uart], 0xC0DE, 0xCAFE, "OSMU", "Bitaxe", "AB12");
        using UsbLaboratory laboratory = new(ftdi, cp2102, cp2105, ch340, bitaxe);
        string tests = Path.Combine(AppContext.BaseDirectory, "Otedama.Tests.dll");
        string dotnet = Environment.ProcessPath!;
        int status = laboratory.Run(7, $$"""
            {{program}} --version || exit 3
            {{UsbGuestTests.Variable}}=1 DOTNET_ROOT={{Path.GetDirectoryName(dotnet)}} DOTNET_gcServer=0 DOTNET_TieredPGO=0 DOTNET_EnableDiagnostics=0 \
              {{dotnet}} {{tests}} -noLogo -noColor -class {{typeof(UsbGuestTests).FullName}}
            """, s_most);
        Assert.True(status == 0 && laboratory.Console.Contains("Skipped: 0", StringComparison.Ordinal), laboratory.Console);
        Assert.Empty(laboratory.Server.Faults);
        // What the kernel's drivers and ours made of the rates, as the devices heard it.
        Assert.Contains(1_500_000, stick.Rates);
        Assert.Contains(923_077, bridge.Rates);
        Assert.Contains(1_000_000, uart.Rates);
        Assert.All([stick, bridge, chips, telemetry, cheap, control, uart], static device =>
        {
            Assert.Contains((true, false), device.Lines);
            Assert.Contains((false, true), device.Lines);
        });
        Assert.Equal(1, ftdi.Latency); // our own driver was there too
    }
}
