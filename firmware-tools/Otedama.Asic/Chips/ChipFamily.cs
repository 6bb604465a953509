using System.Globalization;

namespace Otedama.Asic;

/// <summary>
/// A row per chip: in what families differ. The driver asks the row and never which chip it is. Facts as stated by the
/// drivers that run on real chips; the silicon's maker publishes nothing.
/// </summary>
public sealed record ChipFamily
{
    /// <summary>Version bits chips can roll: 16 from bit 13.</summary>
    public const uint VersionReach = 0x1fffe000;

    public const int VersionShift = 13;

    /// <summary>Zero bits every chip looks for before the ticket counts.</summary>
    public const int ZeroBits = 32;

    /// <summary>Such as BM1370.</summary>
    public required string Name { get; init; }

    /// <summary>First two bytes of the chip id register; the first is the usual one.</summary>
    public required IReadOnlyList<int> Ids { get; init; }

    /// <summary>Third byte of the chip id register; null = nobody has said.</summary>
    public byte? IdTail { get; init; }

    public ChipFraming Framing { get; init; } = ChipFraming.Marked;

    public required int Cores { get; init; }

    /// <summary>Small cores of all cores: each tests a nonce a clock.</summary>
    public required int SmallCores { get; init; }

    /// <summary>The job carries midstates (BM1387, BM1397), else the whole header.</summary>
    public bool TakesMidstates { get; init; }

    public required ChipIdForm IdForm { get; init; }

    /// <summary>From one job's id to the next, modulo 128.</summary>
    public required int JobStep { get; init; }

    /// <summary>Set-address values step by this many; null = 256 / chips.</summary>
    public int? AddressStep { get; init; }

    /// <summary>Addresses in commands step by this many; null = as set.</summary>
    public int? CommandStep { get; init; }

    public required PllRange Pll { get; init; }

    /// <summary>Register 70, written twice before each clock, which then is written twice; null = the clock
    /// once.</summary>
    public uint? PllDivider { get; init; }

    /// <summary>MHz; null = the operator has to say.</summary>
    public double? DefaultMegahertz { get; init; }

    public required double MegahertzMin { get; init; }

    public required double MegahertzMax { get; init; }

    public int? DefaultMillivolts { get; init; }

    public required int MillivoltsMin { get; init; }

    public required int MillivoltsMax { get; init; }

    /// <summary>MHz a ramp begins at after reset.</summary>
    public required double RampFrom { get; init; }

    /// <summary>Register 10 is computed and written.</summary>
    public bool HasHashCount { get; init; } = true;

    /// <summary>Registers 8C count hashes in units of 2^32, registers 4C errors.</summary>
    public bool HasCounters { get; init; }

    /// <summary>Chips measure their own temperature (registers B0 and B4).</summary>
    public bool HasThermometer { get; init; }

    /// <summary>Register 14 filters nonces; false = every nonce of 32 zero bits comes.</summary>
    public bool HasTicket { get; init; } = true;

    /// <summary>Ticket that suits boards of one to a few chips.</summary>
    public int DefaultTicket { get; init; } = 256;

    /// <summary>Lowest bit of those of a nonce, read most significant byte first, that say which core it is; null =
    /// nobody knows.</summary>
    public int? CoreShift { get; init; } = 25;

    /// <summary>Lowest bit of those of a nonce, read most significant byte first, that say which chip of 256 it
    /// is.</summary>
    public int ChipShift { get; init; } = 17;

    /// <summary>Of those eight bits the ones that are not the chip's address but counted through.</summary>
    public int ChipCounted { get; init; }

    /// <summary>A job is replaced after this long at the latest; null = when the nonces of its midstates are
    /// through.</summary>
    public TimeSpan? JobLife { get; init; }

    /// <summary>The first is for any number of chips unless a later one with ChipsFrom fits better.</summary>
    public required IReadOnlyList<InitScript> Scripts { get; init; }

    /// <summary>Puts the chips' UART back to the rate they have out of reset, for boards without a reset
    /// line.</summary>
    public RegisterValue SlowRate { get; init; } = new(0x28, 0x01301a00);

    /// <summary>Bytes of a reply once the version rolls in the chip.</summary>
    public int ReplyLength => !Framing.IsMarked ? ReplyReader.BareLength
        : TakesMidstates ? ReplyReader.ShortLength : ReplyReader.LongLength;

    /// <summary>Job ids that can be in use at a time.</summary>
    public int Slots => 128 >> SlotShift;

    public int SlotShift => IdForm == ChipIdForm.JobAndMidstate ? 2 : 3;

    /// <summary>Small cores of one core, each with a version of its own.</summary>
    public int SmallPerCore => IdForm switch
    {
        ChipIdForm.JobAndMidstate => 4,
        ChipIdForm.JobAndEight => 8,
        _ => 16,
    };

    /// <summary>Chips that can be told apart by address.</summary>
    public int ChipsMax => AddressStep is int step ? 256 / step : ChainOptions.ChipsMax;

    /// <summary>The initialisation for that many chips, or the one of that name (which must exist).</summary>
    public InitScript ScriptFor(int chips, string? name) => name is not null
        ? Scripts.Single(script => script.Name == name)
        : Scripts.Where(script => script.ChipsFrom is int from && from <= chips)
        .MaxBy(static script => script.ChipsFrom)!;

    /// <summary>True for a chip id register of this family.</summary>
    public bool IsId(uint register) => Ids.Contains((int)(register >> 16))
        && (IdTail is not byte tail || (register >> 8 & 0xff) == tail);

    /// <summary>Between two set-address values.</summary>
    public int Interval(int chips) => AddressStep ?? (256 / chips);

    /// <summary>What is set as the address of a chip.</summary>
    public int AddressOf(int index, int chips) => index * Interval(chips);

    /// <summary>The address a command to that chip carries.</summary>
    public byte CommandAddressOf(int index, int chips) => unchecked((byte)(index * (CommandStep ?? Interval(chips))));

    /// <summary>Hashes a second.</summary>
    public double Hashrate(double megahertz, int chips) => megahertz * 1e6 * SmallCores * chips;

    /// <summary>Splits a nonce reply.</summary>
    public NonceFields Decode(in ChipReply reply)
    {
        byte id = reply.JobByte;
        int core = CoreShift is int shift ? (int)(reply.NonceBigEndian >> shift) : 0;
        uint version = TakesMidstates ? 0 : (uint)reply.VersionField << VersionShift;
        return IdForm switch
        {
            ChipIdForm.JobAndMidstate => new NonceFields(id & 0xfc, id & 3, 0, core, version),
            ChipIdForm.JobAndEight => new NonceFields(id & 0xf8, 0, id & 7, core, version),
            _ => new NonceFields((id & 0xf0) >> 1, 0, id & 15, core, version),
        };
    }

    /// <summary>The chip's address as far as a nonce (its four bytes read most significant first) says it.</summary>
    public int ChipAddressIn(uint nonceBigEndian) => (int)(nonceBigEndian >> ChipShift & 0xff) & ~ChipCounted;

    /// <summary>
    /// Which chip found a nonce (its four bytes read most significant first); -1 = no chip of the chain. offsets: chips
    /// began to count at offsets of their own (register 0C).
    /// </summary>
    public int ChipOf(uint nonceBigEndian, int chips, bool offsets)
    {
        int index = offsets
            ? (int)(nonceBigEndian >> 9 & 0xffff) / OffsetStep(chips)
            : (ChipAddressIn(nonceBigEndian) | ChipCounted) / Math.Max(1, 256 / chips);
        return index < chips ? index : -1;
    }

    /// <summary>Between the counters of two chips (register 0C), in units of 512 nonces.</summary>
    public static int OffsetStep(int chips) => (65536 + chips - 1) / chips;

    /// <summary>What is wrong with a clock, in a sentence; null = nothing.</summary>
    public string? CheckClock(double? megahertz, bool unlocked)
    {
        if (megahertz is null)
        {
            return DefaultMegahertz is null
                ? $"the clock of {Name} has to be given: {Range(MegahertzMin, MegahertzMax, "MHz")}" : null;
        }
        double reach = Pll.FeedbackMax * PllRange.Crystal;
        if (!(megahertz > 0 && megahertz <= reach))
        {
            return $"clock = {Text(megahertz.Value)} MHz is not possible: {Name} takes "
                + $"{Range(MegahertzMin, MegahertzMax, "MHz")}";
        }
        return unlocked || (megahertz >= MegahertzMin && megahertz <= MegahertzMax) ? null
            : $"clock = {Text(megahertz.Value)} MHz is outside of what {Name} is known to bear, "
            + $"{Range(MegahertzMin, MegahertzMax, "MHz")}; "
                + "set unlocked to do it all the same";
    }

    /// <summary>What is wrong with a voltage, in a sentence; null = nothing.</summary>
    public string? CheckVoltage(int? millivolts, bool unlocked)
    {
        if (millivolts is null)
        {
            return null;
        }
        if (millivolts is < 1 or > 2500)
        {
            return $"voltage = {millivolts} mV is not possible: {Name} takes "
                + $"{Range(MillivoltsMin, MillivoltsMax, "mV")}";
        }
        return unlocked || (millivolts >= MillivoltsMin && millivolts <= MillivoltsMax) ? null
            : $"voltage = {millivolts} mV is outside of what {Name} is known to bear, "
            + $"{Range(MillivoltsMin, MillivoltsMax, "mV")}; "
                + "set unlocked to do it all the same";
    }

    private static string Range(double from, double to, string unit) => $"{Text(from)} to {Text(to)} {unit}";

    private static string Text(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
