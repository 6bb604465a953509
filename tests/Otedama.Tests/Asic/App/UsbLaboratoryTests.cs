using System.Text.Json;
using Otedama.Asic;
using Otedama.Core;
using Otedama.Tests.Asic;
using Xunit;

namespace Otedama.Tests.Published;

/// <summary>
/// The published program before Linux's own USB drivers, in one boot: it lists what is plugged in, and drives chips behind a
/// stick until its pool on this machine has a block. dfu-util, which is not ours, judges the simulated loader there. With
/// OTEDAMA_TEST_GUEST=1 the drivers of the product run there too (UsbGuestTests): by hand, since a runtime that compiles
/// under emulation takes minutes.
/// </summary>
public sealed class UsbLaboratoryTests
{
    private const string GuestToo = "OTEDAMA_TEST_GUEST";

    /// <summary>Files in $LAB by which the two sides tell each other where they are.</summary>
    private const string ListFile = "list.json", BenchFile = "bench.json", MinedFile = "mined", ImageFile = "firmware.bin";

    /// <summary>No ramp: 50 MHz is where the chips begin; and a job lives 0.4 s, which an emulated processor keeps up with.</summary>
    private const string Stick = $"usb:0403:6015:{UsbGuestTests.ChipsSerial},clock_mhz=50,unlocked=true";

    /// <summary>A quiet machine needs a tenth of it.</summary>
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(600);

    [Fact]
    public async Task Adapters_of_every_kind_are_driven_through_the_kernel_and_through_libusb()
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
        SimulatedChain chain = new(ChipFamilies.Bm1397, 1, TimeProvider.System) { RelaxedZeroBits = 8 };
        using MidstateFinder finder = new(chain);
        FtdiModel compac = new(finder, serial: UsbGuestTests.ChipsSerial) { PinsChanged = (_, levels) => chain.HoldReset((levels & 2) == 0) };
        SimulatedDfuSe loader = new(TimeProvider.System, 16, 2048) { BlockTime = TimeSpan.FromMilliseconds(10), EraseTime = TimeSpan.FromMilliseconds(20) };
        byte[] image = new byte[12_345];
        new Random(7).NextBytes(image);
        UsbLaboratory.Leave(ImageFile, image);
        foreach (string left in (string[])[ListFile, BenchFile, MinedFile])
        {
            UsbLaboratory.Remove(left);
        }
        await using PublishedPool pool = new(program);
        using UsbLaboratory laboratory = new(ftdi, cp2102, cp2105, ch340, bitaxe, compac, LoaderModel.Of(loader, "STMicroelectronics", "STM32  BOOTLOADER", "STM00001"));
        bool guest = Environment.GetEnvironmentVariable(GuestToo) is not null;
        Assert.True(Address.TryEncode([0x00, 0x14, .. new byte[20]], CoinCatalogue.Otedama, out string wallet));
        string script = $"""
            {program} --version || exit 3
            bad=0
            {program} asic list --json >$LAB/{ListFile} || bad=14
            echoes 0403:6015:00:GS000001 1500000 || bad=4
            echoes 10c4:ea60:00 921600 || bad=5
            echoes 10c4:ea70:00 115200 || bad=6
            echoes 10c4:ea70:01 230400 || bad=7
            echoes 1a86:7523:00 1000000 || bad=8
            echoes c0de:cafe:00 115200 || bad=9
            echoes c0de:cafe:02 1000000 || bad=10
            {(guest ? GuestTests() : "")}
            at() {"{"} echo "$(cut -d' ' -f1 /proc/uptime) s: $*"; {"}"}
            at bench
            n=0; until {program} asic bench {Stick} --seconds 2 --json >$LAB/{BenchFile}; [ -s $LAB/{BenchFile} ] || [ $n -ge 4 ]; do n=$((n+1)); done
            at mine
            {program} mine --asic {Stick} --threads none --wallet {wallet} --pool stratum+tcp://10.0.2.2:{pool.Port} --data-dir /tmp/rig \
              --set metrics.enabled=false >/tmp/rig.log 2>&1 &
            rig=$!; n=0
            while [ ! -e $LAB/{MinedFile} ] && kill -0 $rig && [ $n -lt 600 ]; do sleep 0.5; n=$((n+1)); done
            [ -e $LAB/{MinedFile} ] || bad=15
            (sleep 60; kill -KILL $rig) 2>/dev/null & kill -TERM $rig; wait $rig || bad=16
            at mined
            grep -v '^ *$' /tmp/rig.log | tail -n 30
            timeout 120 dfu-util -d 0483:df11 -a 0 -s 0x08000000 -D $LAB/{ImageFile} >/tmp/dfu.log 2>&1 || bad=17
            tail -n 3 /tmp/dfu.log
            at unplug
            node=$(port 1a86:7523:00); exec 3<>$node; : >$LAB/unplug-3
            timeout 30 cat <&3; [ $? -ne 124 ] || bad=12
            n=0; while [ -e $node ] && [ $n -lt 100 ]; do sleep 0.1; n=$((n+1)); done
            [ ! -e $node ] || bad=13
            exit $bad
            """;
        Task<int> boot = Task.Run(() => laboratory.Run(8, script, s_most));
        bool mined = false;
        while (!boot.IsCompleted)
        {
            if (!mined && pool.HasBlock())
            {
                mined = true;
                UsbLaboratory.Leave(MinedFile, []);
            }
            await Task.WhenAny(boot, Task.Delay(500));
        }
        int status = await boot;
        Assert.True(status == 0, $"{status}, {finder.BlocksFound} blocks found, pool {pool.Last}\n{laboratory.Console}");
        Assert.Empty(laboratory.Server.Faults);
        TheListNames(UsbLaboratory.Left(ListFile));
        TheBenchWorked(UsbLaboratory.Left(BenchFile), chain);
        Assert.True(finder.BlocksFound > 0);
        Assert.Equal(1_500_000, compac.Rate); // what this adapter makes of 1,562,500
        Assert.Equal(image, loader.Flash[..image.Length]);
        Assert.All(loader.Flash[image.Length..], static one => Assert.Equal(0xFF, one));
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

    /// <summary>Boards by their strings; a bridge of whoever made it is a port.</summary>
    private static void TheListNames(string json)
    {
        using JsonDocument list = JsonDocument.Parse(json);
        Assert.Equal(
            [("compac-a1", "A1000001"), ("compac-f", "GS000001"), ("compac-f", UsbGuestTests.ChipsSerial)],
            list.RootElement.GetProperty("boards").EnumerateArray()
                .Select(static one => (one.GetProperty("board").GetString()!, one.GetProperty("serial_number").GetString()!)).Order());
        string[] ports = [.. list.RootElement.GetProperty("ports").EnumerateArray().Select(static one => one.GetProperty("device").GetString()!)];
        Assert.Single(ports, static one => one.StartsWith("10c4:ea60 ", StringComparison.Ordinal));
        Assert.DoesNotContain(ports, static one => one.StartsWith("0403:6015", StringComparison.Ordinal));
    }

    /// <summary>
    /// One chip, brought up and given jobs. What it finds has eight zero bits, and the bench asks for more than 32: every
    /// nonce came back and was hashed, and is told as a wrong one.
    /// </summary>
    private static void TheBenchWorked(string json, SimulatedChain chain)
    {
        using JsonDocument bench = JsonDocument.Parse(json);
        JsonElement root = bench.RootElement;
        Assert.Equal(("compac-f", "BM1397"), (root.GetProperty("board").GetString(), root.GetProperty("chip").GetString()));
        Assert.Equal(1, root.GetProperty("chips").GetArrayLength());
        Assert.Equal(50, root.GetProperty("clock_mhz").GetDouble(), 1.0);
        Assert.True(root.GetProperty("jobs").GetInt64() > 0);
        Assert.Equal(0, root.GetProperty("crc_errors").GetInt64());
        Assert.True(chain.Found > 0 && chain.GoodFrames > 0);
    }

    private static string GuestTests()
    {
        string tests = Path.Combine(AppContext.BaseDirectory, "Otedama.Tests.dll");
        string dotnet = Environment.ProcessPath!;
        return $"{UsbGuestTests.Variable}=1 DOTNET_ROOT={Path.GetDirectoryName(dotnet)} DOTNET_TieredPGO=0 DOTNET_EnableDiagnostics=0"
            + $" {dotnet} {tests} -noLogo -noColor -class {typeof(UsbGuestTests).FullName} || bad=11";
    }
}
