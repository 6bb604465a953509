namespace Otedama.Asic;

/// <summary>How frames are marked on the line, and the headers of commands. What lies between is the same for all
/// chips: length, address, register, value, CRC.</summary>
public sealed record ChipFraming
{
    /// <summary>55 AA to chips and AA 55 from them: BM1397 and later.</summary>
    public static ChipFraming Marked { get; } = new()
    {
        IsMarked = true,
        SetAddress = CommandFrame.SetAddressHeader,
        WriteOne = CommandFrame.WriteOneHeader,
        ReadOne = CommandFrame.ReadOneHeader,
        WriteAll = CommandFrame.WriteAllHeader,
        ReadAll = CommandFrame.ReadAllHeader,
        Inactive = CommandFrame.InactiveHeader,
    };

    /// <summary>No preamble either way: BM1387. A reply is found by its CRC alone.</summary>
    public static ChipFraming Bare { get; } = new()
    {
        IsMarked = false,
        SetAddress = 0x41,
        WriteOne = 0x48,
        ReadOne = 0x44,
        WriteAll = 0x58,
        ReadAll = 0x54,
        Inactive = 0x55,
    };

    /// <summary>Frames begin with a preamble of two bytes.</summary>
    public required bool IsMarked { get; init; }

    public required byte SetAddress { get; init; }

    public required byte WriteOne { get; init; }

    public required byte ReadOne { get; init; }

    public required byte WriteAll { get; init; }

    public required byte ReadAll { get; init; }

    public required byte Inactive { get; init; }

    /// <summary>Bytes at the beginning of what CommandFrame and JobFrame write that are not sent.</summary>
    public int Unsent => IsMarked ? 0 : 2;
}
