using Otedama.Tests.Asic;
using Xunit;

namespace Otedama.Tests.Published;

/// <summary>
/// The published program before Linux's own USB drivers, in one boot. With OTEDAMA_TEST_GUEST=1 the drivers of the
/// product run there too (UsbGuestTests): by hand, since a runtime that compiles under emulation takes minutes.
/// </summary>
public sealed class UsbLaboratoryTests
{
    private const string GuestToo = "OTEDAMA_TEST_GUEST";

    /// <summary>A quiet machine needs a twentieth of it.</summary>
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
        bool guest = Environment.GetEnvironmentVariable(GuestToo) is not null;
        int status = laboratory.Run(7, $"""
            {program} --version || exit 3
            bad=0
            echoes 0403:6015:00 1500000 || bad=4
            echoes 10c4:ea60:00 921600 || bad=5
            echoes 10c4:ea70:00 115200 || bad=6
            echoes 10c4:ea70:01 230400 || bad=7
            echoes 1a86:7523:00 1000000 || bad=8
            echoes c0de:cafe:00 115200 || bad=9
            echoes c0de:cafe:02 1000000 || bad=10
            {(guest ? GuestTests() : "")}
            node=$(port 1a86:7523:00); exec 3<>$node; : >$LAB/unplug-3
            timeout 30 cat <&3; [ $? -ne 124 ] || bad=12
            n=0; while [ -e $node ] && [ $n -lt 100 ]; do sleep 0.1; n=$((n+1)); done
            [ ! -e $node ] || bad=13
            exit $bad
            """, s_most);
        Assert.True(status == 0, laboratory.Console);
        Assert.Empty(laboratory.Server.Faults);
        // What the kernel's drivers and ours made of the rates, as the devices heard it.
        Assert.Contains(1_500_000, stick.Rates);
        Assert.Contains(923_077, bridge.Rates);
        Assert.Contains(1_000_000, uart.Rates);
        Assert.Contains(230_769, telemetry.Rates);
        Assert.All([stick, bridge, chips, telemetry, cheap, control, uart], static device => Assert.Contains((true, true), device.Lines));
        if (guest)
        {
            Assert.Contains("Skipped: 0", laboratory.Console, StringComparison.Ordinal);
            Assert.All([stick, bridge, chips, telemetry, cheap, control, uart], static device => Assert.Contains((false, true), device.Lines));
            Assert.Equal(1, ftdi.Latency); // our own driver was there
        }
    }

    private static string GuestTests()
    {
        string tests = Path.Combine(AppContext.BaseDirectory, "Otedama.Tests.dll");
        string dotnet = Environment.ProcessPath!;
        return $"{UsbGuestTests.Variable}=1 DOTNET_ROOT={Path.GetDirectoryName(dotnet)} DOTNET_TieredPGO=0 DOTNET_EnableDiagnostics=0"
            + $" {dotnet} {tests} -noLogo -noColor -class {typeof(UsbGuestTests).FullName} || bad=11";
    }
}
