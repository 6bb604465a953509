using Otedama.Asic;

namespace Otedama.Tests.Asic;

/// <summary>One chip: its registers, its address, and where it has come to in the present job.</summary>
internal sealed class SimulatedChip(ChipFamily family, int index)
{
    private readonly Dictionary<byte, uint> _registers = [];

    public int Index { get; } = index;

    public byte Address { get; set; }

    /// <summary>After "chain inactive": the next set-address is for this chip.</summary>
    public bool Awaits { get; set; }

    /// <summary>Replies have 11 bytes: A4 was written with bit 31.</summary>
    public bool IsLong { get; private set; }

    /// <summary>Place in its part of the nonces.</summary>
    public uint Swept { get; set; }

    /// <summary>Hashes of a chip at which registers 88 to 8C were last written, since they count from there.</summary>
    public double[] CountsFrom { get; } = new double[5];

    public uint Mask => this[0xa4] & 0xffff;

    /// <summary>Zero bits beyond the 32.</summary>
    public int TicketBits => System.Numerics.BitOperations.PopCount(this[0x14]);

    /// <summary>MHz, out of the bytes of register 08, on BM1387 0C.</summary>
    public double Megahertz
    {
        get
        {
            uint pll = this[family.Ids[0] == 0x1387 ? (byte)0x0c : (byte)0x08];
            uint less = family.TakesMidstates ? 0u : 1u;
            uint divider = (pll >> 8 & 0x3f) * ((pll >> 4 & 7) + less) * ((pll & 7) + less);
            return divider == 0 ? 0 : 25.0 * (pll >> 16 & 0xff) / divider;
        }
    }

    public bool IsHalted => this[0x10] == 0 || Megahertz <= 0;

    public uint this[byte register]
    {
        get => _registers.GetValueOrDefault(register);
        set
        {
            _registers[register] = value;
            IsLong |= register == 0xa4 && value >> 31 != 0 && !family.TakesMidstates;
        }
    }

    /// <summary>Register 18 lets the core report: on BM1370 a bit for each quarter of the cores, elsewhere any of them.</summary>
    public bool Reports(int core) => family.TakesMidstates
        || (family.Ids[0] == 0x1370 ? (this[0x18] >> (28 + (core * 4 / family.Cores)) & 1) != 0 : this[0x18] >> 28 != 0);

    public void Reset()
    {
        _registers.Clear();
        Array.Clear(CountsFrom);
        (Address, Awaits, IsLong, Swept) = (0, false, false, 0);
        _registers[0x08] = family.TakesMidstates ? 0xc0600161 : 0x40a20255;
        if (family.Ids[0] == 0x1387)
        {
            _registers[0x0c] = 0x00500241;
        }
        _registers[0x10] = 0x1eb5;
        _registers[0x18] = family.TakesMidstates ? 0x00003a01u : 0x0000c100;
        _registers[0x28] = family.TakesMidstates ? 0x0600000fu : 0x01301a00;
        _registers[0x2c] = 0x000f0000;
        _registers[0x58] = 0x02112111;
    }
}
