using System.Text.Json;
using Otedama.Core;
using Otedama.Tests.Asic;
using Xunit;

namespace Otedama.Tests.Published;

/// <summary>
/// The published program before Linux's own USB drivers, in one boot: it lists what is plugged in, and drives a chip behind
/// one of two equal sticks until its pool on this machine has a block, although the stick is pulled out on the way. dfu-util
/// and stm32flash, which are not ours, judge the simulated loaders there. With OTEDAMA_TEST_GUEST=1 the drivers of the
/// product run there too (UsbGuestTests): by hand, since a runtime that compiles under emulation takes minutes.
/// </summary>
public sealed class UsbLaboratoryTests
{
    private const string GuestToo = "OTEDAMA_TEST_GUEST";

    /// <summary>Files in $LAB by which the two sides tell each other where they are.</summary>
    private const string ListFile = "list.json", BenchFile = "bench.json", CutFile = "cut", MinedFile = "mined", ImageFile = "firmware.bin";

    /// <summary>No ramp: 50 MHz is where the chips begin; and a job lives 0.4 s, which an emulated processor keeps up with.</summary>
    private const string Stick = $"usb:0403:6015:{UsbGuestTests.ChipsSerial},clock_mhz=50,unlocked=true";

    /// <summary>A quiet machine needs a tenth of it.</summary>
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(900);

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task Adapters_of_every_kind_are_driven_through_the_kernel_and_through_libusb()
    {
        string program = PublishedProgram.PathOrSkip();
        bool guest = Environment.GetEnvironmentVariable(GuestToo) is not null;
        byte[] image = new byte[6_144];
        new Random(7).NextBytes(image);
        UsbLaboratory.Leave(ImageFile, image);
        foreach (string left in (string[])[ListFile, BenchFile, CutFile, MinedFile])
        {
            UsbLaboratory.Remove(left);
        }
        await using PublishedPool pool = new(program);
        using UsbLaboratoryBoards boards = new();
        string script = Echoes(program, guest) + Stm32() + Mining(program, pool.Port) + Dfu() + End();
        Task<int> boot = Task.Run(() => boards.Laboratory.Run(UsbLaboratoryBoards.Ports, script, s_most));
        await Attend(boot, pool, boards);
        int status = await boot;
        Assert.SkipWhen(status == UsbLaboratory.Lacking, boards.Laboratory.Console);
        Assert.True(status == 0, $"{status}, {boards.Finder.BlocksFound} blocks found, pool {pool.Last}\n{boards.Laboratory.Console}");
        Assert.Empty(boards.Laboratory.Server.Faults);
        TheListNames(UsbLaboratory.Left(ListFile));
        TheBenchWorked(UsbLaboratory.Left(BenchFile), boards.Chips);
        TheStickCameBack(boards);
        TheLoadersHave(image, boards);
        TheAdaptersHeard(boards);
        if (guest)
        {
            Assert.Contains("Skipped: 0", boards.Laboratory.Console, StringComparison.Ordinal);
            Assert.Equal(1, boards.Ftdi.Latency); // our own driver was there
            Assert.All(boards.Echoes, static device => Assert.Contains((false, true), device.Lines));
        }
    }

    /// <summary>The program's list, then bytes through each driver of Linux.</summary>
    private static string Echoes(string program, bool guest) => $"""
        bad=0
        at list
        {program} asic list --json >$LAB/{ListFile} || bad=14
        at echoes
        echoes 0403:6015:00:GS000001 1500000 || bad=4
        echoes 10c4:ea60:00:0001 921600 || bad=5
        echoes 10c4:ea70:00:A1000001 115200 || bad=6
        echoes 10c4:ea70:01:A1000001 230400 || bad=7
        echoes 1a86:7523:00: 1000000 || bad=8
        echoes c0de:cafe:00:AB12 115200 || bad=9
        echoes c0de:cafe:02:AB12 1000000 || bad=10
        {(guest ? GuestTests() : "")}

        """;

    /// <summary>The stick for two seconds by itself, then for the pool.</summary>
    private static string Mining(string program, int port)
    {
        Assert.True(Address.TryEncode([0x00, 0x14, .. new byte[20]], CoinCatalogue.Otedama, out string wallet));
        return $"""
            at bench
            n=0; until {program} asic bench {Stick} --seconds 2 --json >$LAB/{BenchFile}; [ -s $LAB/{BenchFile} ] || [ $n -ge 4 ]; do n=$((n+1)); done
            at mine
            {program} mine --asic {Stick} --threads none --wallet {wallet} --pool stratum+tcp://10.0.2.2:{port} --data-dir /run/rig \
              --set metrics.enabled=false >/run/rig.log 2>&1 &
            rig=$!

            """;
    }

    /// <summary>
    /// stm32flash in even parity, as it does by itself. It gives a loader half a second for an answer and then gives up, which a
    /// busy machine does not keep: it begins anew then.
    /// </summary>
    private static string Stm32() => $"""
        at stm32flash
        port 10c4:ea60:00:{UsbGuestTests.LoaderSerial}
        n=0; until timeout 120 stm32flash -w $LAB/{ImageFile} -v $node >/run/stm.log 2>&1 </dev/null; do n=$((n+1)); [ $n -lt 8 ] || break; done
        [ $n -lt 8 ] || bad=18
        tail -c 120 /run/stm.log

        """;

    /// <summary>dfu-util, while the rig works.</summary>
    private static string Dfu() => $"""
        at dfu-util
        timeout 120 dfu-util -d 0483:df11 -a 0 -s 0x08000000 -D $LAB/{ImageFile} >/run/dfu.log 2>&1 || bad=17
        tail -n 2 /run/dfu.log

        """;

    /// <summary>The stick that was pulled out is plugged in again; a block; a stranger that nobody touched; and one more is pulled out.</summary>
    private static string End() => $"""
        at cut
        until_there {CutFile} $rig || bad=19
        attach {UsbLaboratoryBoards.CompacBusId}
        at attached again
        until_there {MinedFile} $rig || bad=15
        (sleep 60; kill -KILL $rig) 2>/dev/null & kill -TERM $rig; wait $rig || bad=16
        at mined
        grep -v '^ *$' /run/rig.log | tail -n 40
        echoes 0403:6015:00:{UsbGuestTests.ForeignSerial} 9600 || bad=20
        port 1a86:7523:00:; exec 3<>$node; : >$LAB/{UsbLaboratoryBoards.Ch340Wish}
        timeout 30 cat <&3; [ $? -ne 124 ] || bad=12
        n=0; while [ -e $node ] && [ $n -lt 100 ]; do sleep 0.1; n=$((n+1)); done
        [ ! -e $node ] || bad=13
        exit $bad
        """;

    /// <summary>
    /// While it boots: when a share was accepted the stick is pulled out in the middle of an answer, blocks are found only after it
    /// came back, and when the pool has one the guest is told.
    /// </summary>
    private static async Task Attend(Task boot, PublishedPool pool, UsbLaboratoryBoards boards)
    {
        bool armed = false, cut = false, mined = false;
        while (!boot.IsCompleted)
        {
            if (!armed && pool.HasShare())
            {
                armed = true;
                boards.CutCompac();
            }
            if (!cut && boards.Cable.IsCut)
            {
                cut = true;
                boards.Finder.IsSearching = true;
                UsbLaboratory.Leave(CutFile, []);
            }
            if (cut && !mined && boards.Finder.BlocksFound > 0 && pool.HasBlock())
            {
                mined = true;
                UsbLaboratory.Leave(MinedFile, []);
            }
            await Task.WhenAny(boot, Task.Delay(s_look));
        }
    }

    /// <summary>Boards by their strings; a bridge of whoever made it, and a stick of a board's ids, is a port.</summary>
    private static void TheListNames(string json)
    {
        using JsonDocument list = JsonDocument.Parse(json);
        Assert.Equal(
            [("compac-a1", "A1000001"), ("compac-f", "GS000001"), ("compac-f", UsbGuestTests.ChipsSerial)],
            list.RootElement.GetProperty("boards").EnumerateArray()
                .Select(static one => (one.GetProperty("board").GetString()!, one.GetProperty("serial_number").GetString()!)).Order());
        string[] ports = [.. list.RootElement.GetProperty("ports").EnumerateArray().Select(static one => one.GetProperty("device").GetString()!)];
        Assert.Equal(2, ports.Count(static one => one.StartsWith("10c4:ea60 ", StringComparison.Ordinal)));
        Assert.Single(ports, static one => one.StartsWith("0403:6015", StringComparison.Ordinal));
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

    /// <summary>It mined after it was pulled out, and neither its equal nor the stranger was taken for it.</summary>
    private static void TheStickCameBack(UsbLaboratoryBoards boards)
    {
        Assert.True(boards.Cable.IsCut);
        Assert.True(boards.Finder.BlocksFound > 0);
        Assert.Equal(1_500_000, boards.Compac.Rate); // what this adapter makes of 1,562,500
        Assert.Contains(boards.Compac.Requests, static one => one.Request == FtdiModel.PinsRequest);
        Assert.DoesNotContain(boards.Ftdi.Requests.Concat(boards.Foreign.Requests), static one => one.Request == FtdiModel.PinsRequest);
        Assert.Equal(-1, boards.Stick.Heard.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x55, 0xAA])); // as every frame to a chip begins
    }

    private static void TheLoadersHave(byte[] image, UsbLaboratoryBoards boards)
    {
        foreach (byte[] flash in (byte[][])[boards.DfuSe.Flash, boards.Loader.Flash])
        {
            Assert.Equal(image, flash[..image.Length]);
            Assert.All(flash[image.Length..], static one => Assert.Equal(0xFF, one));
        }
        Assert.Contains(Cp210xModel.EvenParity, boards.LoaderBridge.Formats);
        Assert.Equal(0, boards.Loader.Protections);
    }

    /// <summary>What the kernel's drivers and ours made of the rates, as the devices heard it.</summary>
    private static void TheAdaptersHeard(UsbLaboratoryBoards boards)
    {
        Assert.Contains(1_500_000, boards.Stick.Rates);
        Assert.Contains(923_077, boards.Bridge.Rates);
        Assert.Contains(1_000_000, boards.Uart.Rates);
        Assert.Contains(230_769, boards.Telemetry.Rates);
        Assert.All(boards.Echoes, static device => Assert.Contains((true, true), device.Lines));
    }

    private static string GuestTests()
    {
        string tests = Path.Combine(AppContext.BaseDirectory, "Otedama.Tests.dll");
        string dotnet = Environment.ProcessPath!;
        return $"{UsbGuestTests.Variable}=1 DOTNET_ROOT={Path.GetDirectoryName(dotnet)} DOTNET_TieredPGO=0 DOTNET_EnableDiagnostics=0"
            + $" {dotnet} {tests} -noLogo -noColor -class {typeof(UsbGuestTests).FullName} || bad=11";
    }
}
