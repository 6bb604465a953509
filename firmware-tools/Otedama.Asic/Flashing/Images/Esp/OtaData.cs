using System.Buffers.Binary;

namespace Otedama.Asic;

/// <summary>
/// Which slot an ESP chip starts: two sectors of 4 KiB, each with a number and the CRC of that number. The one with the
/// greater valid number counts, slot = (number - 1) % slots; without a valid one the factory slot starts. Pure.
/// </summary>
public sealed record OtaData(OtaEntry First, OtaEntry Second)
{
    public const int Sector = 0x1000;
    public const int Length = 2 * Sector;
    private const int EntryLength = 32;

    /// <summary>Behind the number: 20 bytes of name, then state, then CRC.</summary>
    private const int StateAt = 24;

    /// <param name="bytes">Both sectors; at least the first 32 bytes of each.</param>
    public static OtaData Read(ReadOnlySpan<byte> bytes) => new(EntryOf(bytes), EntryOf(bytes[Sector..]));

    /// <summary>0 or 1: the sector that counts; null = neither.</summary>
    public int? Current => (First.Counts, Second.Counts) switch
    {
        (true, true) => Second.Number > First.Number ? 1 : 0,
        (true, false) => 0,
        (false, true) => 1,
        _ => null,
    };

    /// <summary>Index of the selected slot; null = none, the factory slot starts.</summary>
    public int? SlotOf(int slots) => slots == 0 || Current is not { } sector ? null
        : (int)((NumberOf(sector) - 1) % (uint)slots);

    /// <summary>
    /// The sector that selects a slot, for the place that does not count now: cut anywhere while it is written, the
    /// other one still counts. Throws FlashException when the numbers are used up.
    /// </summary>
    /// <returns>The place (0 or 1) and 4096 bytes.</returns>
    public (int Place, byte[] Bytes) Selecting(int slot, int slots)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(slot, slots);
        uint now = Current is { } sector ? NumberOf(sector) : 0;
        if (now > uint.MaxValue - 0x10000)
        {
            throw new FlashException(
                $"The selection counts {now}; there is no room for a greater number. Only a factory flash begins it "
                + "anew.");
        }
        uint next = now + 1;
        while ((next - 1) % (uint)slots != (uint)slot)
        {
            next++;
        }
        byte[] bytes = new byte[Sector];
        bytes.AsSpan().Fill(0xFF);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, next);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(StateAt + 4), CrcOf(next));
        return (Current == 0 ? 1 : 0, bytes);
    }

    /// <summary>CRC-32 of the four bytes with start and end as the chip's ROM does it.</summary>
    public static uint CrcOf(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
        return ~Crc32.Update(0, bytes);
    }

    /// <summary>What speaks against one sector of a published file, in a sentence; null = nothing, it may be
    /// blank.</summary>
    internal static string? WrongIn(ReadOnlySpan<byte> sector)
    {
        uint number = BinaryPrimitives.ReadUInt32LittleEndian(sector);
        uint crc = BinaryPrimitives.ReadUInt32LittleEndian(sector[(StateAt + 4)..]);
        return sector[EntryLength..].ContainsAnyExcept((byte)0xFF)
            ? $"something stands behind the {EntryLength} bytes of a selection, where only FFh is allowed."
            : EntryOf(sector).Blank || (number is not 0 and not uint.MaxValue && crc == CrcOf(number)) ? null
            : $"the selection counts {number} with CRC {crc:X8}h; {CrcOf(number):X8}h is right, and blank is allowed.";
    }

    private static OtaEntry EntryOf(ReadOnlySpan<byte> sector)
    {
        ReadOnlySpan<byte> entry = sector[..EntryLength];
        uint number = BinaryPrimitives.ReadUInt32LittleEndian(entry);
        uint state = BinaryPrimitives.ReadUInt32LittleEndian(entry[StateAt..]);
        uint crc = BinaryPrimitives.ReadUInt32LittleEndian(entry[(StateAt + 4)..]);
        bool blank = !entry.ContainsAnyExcept((byte)0xFF);
        return new OtaEntry(
            number, state, blank, number is not uint.MaxValue and not 0 && crc == CrcOf(number)
            && state is not (OtaEntry.Invalid or OtaEntry.Aborted));
    }

    private uint NumberOf(int sector) => sector == 0 ? First.Number : Second.Number;
}

/// <param name="Counts">Number and CRC fit, and its firmware was not found bad.</param>
public sealed record OtaEntry(uint Number, uint State, bool Blank, bool Counts)
{
    public const uint Invalid = 3;
    public const uint Aborted = 4;
}
