using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

public sealed class BoardCatalogueTests
{
    [Theory]
    [InlineData(0x0403, 0x6015, "GekkoScience", "CompacF Bitcoin Miner", "compac-f")]
    [InlineData(0x0403, 0x6015, "GekkoScience", "R909 Bitcoin Miner", "r909")]
    [InlineData(0x10C4, 0xEA70, "Silicon Labs", "GekkoScience Compac A1", "compac-a1")]
    [InlineData(0x10C4, 0xEA70, "Silicon Labs", "GekkoScience Terminus A2", "terminus-a2")]
    [InlineData(0x0403, 0x6015, "FTDI", "FT231X USB UART", null)]
    [InlineData(0x0403, 0x6015, "GekkoScience", "NewPac Bitcoin Miner", "newpac")]
    [InlineData(0x0403, 0x6015, "GekkoScience", "R606 Bitcoin Miner", "r606")]
    [InlineData(0x0403, 0x6015, "GekkoScience", "Terminus Bitcoin Miner", null)]
    [InlineData(0x0403, 0x6014, "GekkoScience", "CompacF Bitcoin Miner", null)]
    [InlineData(0x10C4, 0xEA70, "Silicon Labs", "CP2105 Dual USB to UART Bridge Controller", null)]
    [InlineData(0x10C4, 0xEA60, "Silicon Labs", "GekkoScience Compac A1", null)]
    public void Sticks_are_recognised_by_their_strings_and_never_by_ids_alone(ushort vendor, ushort product, string maker, string name, string? key)
    {
        FoundPort port = SimPorts.Usb(vendor, product, maker, name, "1");
        Assert.Equal(key, BoardCatalogue.Recognise(port)?.Kind.Key);
        Assert.Null(BoardCatalogue.Recognise(port with { Manufacturer = null, Product = null }));
    }

    [Theory]
    [InlineData(0x0102, "bitaxe-max", "BM1397", 1)]
    [InlineData(0x0204, "bitaxe-ultra", "BM1366", 1)]
    [InlineData(0x0207, "bitaxe-ultra-207", "BM1366", 1)]
    [InlineData(0x0303, "bitaxe-hex", "BM1366", 6)]
    [InlineData(0x0401, "bitaxe-supra", "BM1368", 1)]
    [InlineData(0x0403, "bitaxe-supra-402", "BM1368", 1)]
    [InlineData(0x0601, "bitaxe-gamma", "BM1370", 1)]
    [InlineData(0x0650, "bitaxe-gamma-duo", "BM1370", 2)]
    [InlineData(0x0701, "bitaxe-supra-hex", "BM1368", 6)]
    [InlineData(0x0801, "bitaxe-gamma-turbo", "BM1370", 2)]
    public void The_version_in_the_descriptor_says_which_bitaxe_it_is(ushort release, string key, string chip, int chips)
    {
        (BoardKind kind, int sure) = BoardCatalogue.Recognise(Bitaxe(release))!.Value;
        Assert.Equal((key, chip, chips, 3), (kind.Key, kind.Family!.Name, kind.Chips, sure));
    }

    [Fact]
    public void A_bitaxe_of_an_unknown_version_is_asked_for_and_never_guessed()
    {
        FoundPort port = Bitaxe(0x0010);
        Assert.Empty(BoardCatalogue.Find([port]));
        List<string> problems = [];
        Assert.Empty(BoardChoice.Of(new BoardRequest { Port = port.Address }, [port], problems));
        Assert.Contains("bitaxe-gamma", problems.Single(), StringComparison.Ordinal);
        BoardChoice named = BoardChoice.Of(new BoardRequest { Port = port.Address, Board = "bitaxe-hex" }, [port], []).Single();
        Assert.Equal((6, 3, "BM1366"), (named.Options.Chips, named.Options.Domains, named.Options.Family.Name));
    }

    [Fact]
    public void A_board_with_several_ports_is_found_once()
    {
        FoundPort first = Bitaxe(0x0601);
        FoundPort stick = SimPorts.Usb(0x0403, 0x6015, "GekkoScience", "CompacF Bitcoin Miner", "A");
        FoundPort twin = SimPorts.Usb(0x0403, 0x6015, "GekkoScience", "CompacF Bitcoin Miner", "B");
        FoundPort[] ports = [first, first with { Address = "/dev/ttyACM1", Interface = 2 }, stick, twin, SimPorts.Usb(1, 2, "x", "y", "z")];
        Assert.Equal(["bitaxe-gamma", "compac-f", "compac-f"], BoardCatalogue.Find(ports).Select(static found => found.Kind.Key));
    }

    [Fact]
    public void Chips_behind_any_port_have_to_be_told()
    {
        List<string> problems = [];
        Assert.Empty(BoardChoice.Of(new BoardRequest { Port = "/dev/pts/9" }, [], problems));
        Assert.Contains("chip: BM1366", problems.Single(), StringComparison.Ordinal);
        BoardChoice choice = BoardChoice.Of(new BoardRequest { Port = "/dev/pts/9", Chip = "bm1368", Chips = 3 }, [], []).Single();
        Assert.Equal((3, 490.0, true), (choice.Options.Chips, choice.Options.Megahertz, choice.Options.FastRate));
        Assert.Contains("cannot be read", choice.Note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/dev/ttyUSB0", null, "BM1366", 490.0, null, false, "unlocked")]
    [InlineData("/dev/ttyUSB0", null, "BM1366", 500.0, null, true, null)]
    [InlineData("/dev/ttyUSB0", null, "BM1366", 485.0, null, false, null)]
    [InlineData("/dev/ttyUSB0", null, "BM1366", null, 1200, false, "voltage")]
    [InlineData("/dev/ttyUSB0", null, "BM9999", null, null, false, "BM9999")]
    [InlineData("/dev/ttyUSB0", "bitaxe-gamma", null, 630.0, null, false, "630")]
    [InlineData("/dev/ttyUSB0", "bitaxe-gamma", null, 600.0, 1200, false, null)]
    [InlineData("/dev/ttyUSB0", "bitaxe-gamma", null, null, 1300, false, "1300")]
    [InlineData("/dev/ttyUSB0", "bitaxe-gamma", null, null, 1300, true, null)]
    [InlineData("/dev/ttyUSB0", "bitaxe-gamma", "BM1366", null, null, false, "BM1370")]
    [InlineData("/dev/ttyUSB0", "bitaxe-delta", null, null, null, false, "bitaxe-delta")]
    [InlineData("/dev/ttyUSB0", "compac-f", null, 450.0, null, false, "temperature")]
    [InlineData("/dev/ttyUSB0", "compac-a1", null, null, null, false, "clock")]
    [InlineData("nowhere", null, null, null, null, false, "no port")]
    public void Clock_and_voltage_stay_inside_of_what_is_listed(
        string port, string? board, string? chip, double? clock, int? voltage, bool unlocked, string? words)
    {
        string? wrong = BoardChoice.Check(new BoardRequest
        {
            Port = port,
            Board = board,
            Chip = chip,
            Megahertz = clock,
            Millivolts = voltage,
            Unlocked = unlocked,
        });
        if (words is null)
        {
            Assert.Null(wrong);
        }
        else
        {
            Assert.Contains(words, wrong, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Keys_are_unique_and_every_board_makes_a_control()
    {
        Assert.Equal(BoardCatalogue.All.Count, BoardCatalogue.All.Select(static kind => kind.Key).Distinct().Count());
        HeldClock clock = new();
        foreach (BoardKind kind in BoardCatalogue.All)
        {
            IBoardControl control = kind.Make(new BoardPlace("/dev/ttyUSB9", null), new SimPorts(), clock);
            Assert.Equal(LinkFault.Missing, Assert.Throws<LinkException>(control.Open).Fault);
            Assert.False(control.SetFan(50)); // and nothing throws while it is closed
            control.Read();
            control.Close();
        }
    }

    /// <summary>
    /// Over every board there is: with a sensor no clock is set before it can be read and all is off soon after it cannot; without
    /// one no more than the default clock is taken, and an operator is told.
    /// </summary>
    [Fact]
    public void Nothing_runs_without_a_readable_temperature()
    {
        foreach (BoardKind kind in BoardCatalogue.All)
        {
            FoundPort device = SimPorts.Serial("/dev/ttyUSB0", 1, 2, "x", "y", "z", 0);
            BoardRequest request = new()
            {
                Port = device.Address,
                Board = kind.Key,
                Chip = kind.Family is null ? "BM1366" : null,
                Megahertz = (kind.Megahertz ?? (kind.Family ?? ChipFamilies.Bm1366).DefaultMegahertz) is null ? 400 : null,
            };
            List<string> problems = [];
            BoardChoice choice = Assert.Single(BoardChoice.Of(request, [device], problems));
            ChipFamily family = choice.Options.Family;
            if (!kind.HasSensor)
            {
                Assert.Contains("unseen", choice.Note, StringComparison.Ordinal);
                Assert.Equal(kind.Megahertz ?? family.DefaultMegahertz, choice.Options.Megahertz);
                Assert.Empty(BoardChoice.Of(request with { Megahertz = choice.Options.Megahertz + 1 }, [device], problems));
                Assert.Contains("temperature cannot be read", problems.Single(), StringComparison.Ordinal);
                continue;
            }
            Assert.False(choice.Options.Unlocked, kind.Key);
            ChainOptions options = choice.Options with { Chips = choice.Options.Chips ?? 1 };
            string clock = $"55aa510900{family.Pll.Register:x2}";
            using ChainBench blind = new(family, options.Chips.Value, _ => options, prepare: static bench => bench.Board.Celsius = null);
            blind.Until(() => blind.Report.NeedsHelp);
            Assert.Contains("temperature cannot be read", blind.Report.Reason, StringComparison.Ordinal);
            Assert.DoesNotContain(blind.Chips.Heard, frame => frame.StartsWith(clock, StringComparison.Ordinal));
            Assert.True(blind.Chips.IsHeld && !blind.Chips.IsPowered, kind.Key);

            using ChainBench later = new(family, options.Chips.Value, _ => options);
            later.Until(ChainState.Mining, 120).For(3);
            later.Board.Celsius = null;
            later.Until(() => later.Chips.IsHeld && !later.Chips.IsPowered, 10);
        }
    }

    private static FoundPort Bitaxe(ushort release) => SimPorts.Serial("/dev/ttyACM0", 0xC0DE, 0xCAFE, "OSMU", "Bitaxe", "E66", 0, release);
}
