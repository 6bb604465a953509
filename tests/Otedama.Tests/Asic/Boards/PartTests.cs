using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

public sealed class PartTests
{
    private readonly HeldClock _time = new();

    private RawControl Bus(params IReadOnlyList<SimPart> parts) => new(new DirectLink(new SimBitaxeRaw(true, parts), _time), _time);

    [Theory]
    [InlineData(40.125)]
    [InlineData(0)]
    [InlineData(-3.5)]
    [InlineData(126.875)]
    public void Emc2101_reads_its_diode_to_an_eighth_of_a_degree(double celsius)
    {
        Emc2101 part = new(Bus(new SimEmc2101(() => celsius)));
        part.SetUp();
        Assert.Equal(celsius, part.Read().Celsius);
    }

    [Theory]
    [InlineData(127.0)]
    [InlineData(127.875)]
    public void An_open_or_shorted_diode_is_no_temperature(double code)
    {
        SensorReading read = new Emc2101(Bus(new SimEmc2101(() => code))).Read();
        Assert.Null(read.Celsius);
        Assert.Contains("diode", read.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Emc2101_turns_the_fan_and_counts_its_turns()
    {
        SimEmc2101 sim = new(static () => 40, static () => 33);
        Emc2101 part = new(Bus(sim), readsInternal: true, offset: 5);
        part.SetUp(ideality: 0x24, beta: 0x00);
        part.Set(100);
        Assert.Equal((63, 0x24, 0x23, 0x04), (sim[0x4C], sim[0x17], sim[0x4A], sim[0x03]));
        Assert.InRange(part.Rpm()!.Value, 4995, 5005);
        Assert.Equal(38, part.Read().Celsius);
        sim.FanStands = true;
        Assert.Equal(0, part.Rpm());
        part.Set(0);
        Assert.Equal(0, sim[0x4C]);
    }

    [Fact]
    public void Another_part_at_the_address_is_refused()
    {
        Emc2101 part = new(Bus(new SimEmc2101(static () => 40) { Product = 0x36 }));
        Assert.Equal(BoardFault.WrongPart, Assert.Throws<BoardException>(() => part.SetUp()).Fault);
    }

    [Fact]
    public void Emc2103_takes_the_hotter_diode_and_fails_with_either()
    {
        double second = 61.5;
        Emc2103 part = new(Bus(new SimEmc2103(static () => 50, () => second)), offset: 1);
        part.SetUp(0x24, 0);
        Assert.Equal(62.5, part.Read().Celsius);
        second = double.NaN;
        Assert.Null(part.Read().Celsius);
        part.Set(50);
        Assert.InRange(part.Rpm()!.Value, 2950, 3050);
    }

    [Fact]
    public void Emc2302_and_two_thermometers_of_the_hex()
    {
        SimEmc2302 fans = new();
        RawControl bus = Bus(fans, SimWords.Tmp1075(static () => 41.0625));
        Emc2302 part = new(bus);
        part.SetUp();
        part.Set(100);
        Assert.InRange(part.Rpm()!.Value, 5950, 6050);
        fans.SecondStands = true;
        Assert.InRange(part.Rpm()!.Value, 5950, 6050);
        HottestOf both = new(new Tmp1075(bus, 10), new Tmp1075(bus, 12));
        Assert.Equal(53.0625, both.Read().Celsius);
        Assert.Null(new HottestOf().Read().Celsius);
    }

    [Theory]
    [InlineData(5.0, 3.2)]
    [InlineData(4.9, -0.5)]
    public void Ina260_measures_what_goes_in(double volts, double amps)
    {
        Ina260 meter = new(Bus(SimWords.Ina260(() => volts, () => amps)));
        Assert.Equal(volts, meter.Volts(), 2);
        Assert.Equal(amps, meter.Amps(), 2);
    }

    [Theory]
    [InlineData(1.1, 0xE1)]
    [InlineData(1.2, 0xC6)]
    [InlineData(1.4, 0x90)]
    public void Ds4432u_has_the_codes_of_the_specification(double volts, byte code)
    {
        Assert.Equal(code, Ds4432u.CodeOf(volts));
        SimDs4432u sim = new();
        Ds4432u part = new(Bus(sim, SimWords.Ina260(static () => 5, static () => 2)), null);
        part.SetVolts(volts);
        Assert.Equal(code, sim.Output0);
        Assert.Equal(volts, part.Read().OutputVolts!.Value, 1);
        part.Enable(false);
        Assert.Equal(1.0, part.Read().OutputVolts!.Value, 1);
        part.Enable(true);
        Assert.Equal(code, sim.Output0);
    }

    [Theory]
    [InlineData(0.04)]
    [InlineData(2.4)]
    [InlineData(double.NaN)]
    public void Ds4432u_refuses_what_its_parts_cannot_make(double volts) =>
        Assert.Equal(BoardFault.OutOfRange, Assert.Throws<BoardException>(() => Ds4432u.CodeOf(volts)).Fault);

    [Fact]
    public void Tps546_is_set_up_off_and_switched_on()
    {
        SimTps546 sim = new();
        Tps546 part = new(Bus(sim), Tps546Limits.FiveVolts);
        part.SetUp();
        Assert.False(sim.IsOn);
        Assert.Equal((1024, 512), (sim.Word(0x24), sim.Word(0x2B)));
        Assert.Equal(0x03, sim.Written[^1]);
        part.SetVolts(1.15);
        part.Enable(true);
        PowerReading read = part.Read();
        Assert.Equal(1.15, read.OutputVolts!.Value, 2);
        Assert.Equal(5, read.InputVolts!.Value, 2);
        Assert.Equal(11.5, read.Watts!.Value, 1);
        Assert.Equal(50, read.Celsius);
        part.Enable(false);
        Assert.Equal(0, sim.Volts);
        Assert.Equal(0, part.Read().OutputVolts);
    }

    [Fact]
    public void Tps546_feeds_chips_in_series()
    {
        SimTps546 sim = new() { InputVolts = 12 };
        Tps546 part = new(Bus(sim), Tps546Limits.TwelveVoltsThreeDomains);
        part.SetUp();
        part.SetVolts(1.2);
        part.Enable(true);
        Assert.Equal(3.6, sim.Volts, 2);
        Assert.Equal(1.2, part.Read().OutputVolts!.Value, 2);
    }

    [Theory]
    [InlineData(0.99)]
    [InlineData(2.01)]
    [InlineData(double.NaN)]
    public void Tps546_is_never_asked_for_more_than_the_board_stands(double volts)
    {
        SimTps546 sim = new();
        Tps546 part = new(Bus(sim), Tps546Limits.FiveVolts);
        part.SetUp();
        int before = sim.Written.Count;
        Assert.Equal(BoardFault.OutOfRange, Assert.Throws<BoardException>(() => part.SetVolts(volts)).Fault);
        Assert.Equal(before, sim.Written.Count);
    }

    [Fact]
    public void A_fault_of_the_regulator_is_named()
    {
        SimTps546 sim = new();
        Tps546 part = new(Bus(sim), Tps546Limits.FiveVolts);
        part.SetUp();
        part.SetVolts(1.15);
        sim.Fault(0x4010);
        BoardException fault = Assert.Throws<BoardException>(() => part.Enable(true));
        Assert.Contains("overcurrent", fault.Message, StringComparison.Ordinal);
        Assert.Contains("overcurrent", part.Faults(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x54, 0x6B, 0x41, true)]
    [InlineData(0x54, 0x6D, 0x62, true)]
    [InlineData(0x54, 0x6D, 0x00, false)]
    [InlineData(0x55, 0x6D, 0x41, false)]
    public void Tps546_knows_its_own_name(byte third, byte kind, byte last, bool good)
    {
        SimTps546 sim = new() { Id = [0x54, 0x49, third, kind, 0x24, last] };
        Tps546 part = new(Bus(sim), Tps546Limits.FiveVolts);
        if (good)
        {
            part.SetUp();
        }
        else
        {
            Assert.Equal(BoardFault.WrongPart, Assert.Throws<BoardException>(part.SetUp).Fault);
            Assert.Empty(sim.Written);
        }
    }

    [Theory]
    [InlineData(0x028A, 650)]
    [InlineData(0xCA66, 4.796875)]
    [InlineData(0xE7FF, -0.0625)]
    [InlineData(0xF800, 0)]
    [InlineData(0x0C00, -2048)]
    public void Linear11_is_read(ushort word, double value) => Assert.Equal(value, PmBus.FromLinear11(word));

    [Fact]
    public void Linear11_comes_back_within_a_thousandth()
    {
        for (double value = 0.016; value < 30_000; value *= 1.37)
        {
            Assert.InRange(PmBus.FromLinear11(PmBus.ToLinear11(value)) / value, 0.999, 1.001);
            Assert.InRange(PmBus.FromLinear11(PmBus.ToLinear11(-value)) / -value, 0.999, 1.001);
        }
        Assert.Throws<ArgumentOutOfRangeException>(static () => PmBus.ToLinear11(1e9));
    }

    [Theory]
    [InlineData(0x17, -9)]
    [InlineData(0x16, -10)]
    [InlineData(0x97, -9)]
    [InlineData(0x05, 5)]
    public void The_exponent_of_voltages_is_read(byte mode, int exponent) => Assert.Equal(exponent, PmBus.ExponentOf(mode));

    [Fact]
    public void Voltages_in_another_form_are_refused() => Assert.Null(PmBus.ExponentOf(0x20));
}
