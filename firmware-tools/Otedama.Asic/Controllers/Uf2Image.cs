using System.Buffers.Binary;

namespace Otedama.Asic;

/// <summary>
/// A UF2 file: blocks of 512 bytes, little-endian: 0A324655, 9E5D5157, flags, address, payload size, index, total,
/// family, 476 bytes, 0AB16F30. Blocks with flag 1 are not for the flash and are passed over.
/// </summary>
/// <param name="Family">What it is for.</param>
/// <param name="Pieces">What goes into the flash: ascending, neighbours joined.</param>
/// <param name="Blocks">In the file.</param>
public sealed record Uf2Image(Uf2Family Family, IReadOnlyList<MemoryPiece> Pieces, int Blocks)
{
    public const int BlockSize = 512;

    /// <summary>Blocks: 16 MiB, the most flash such a chip addresses, in pieces of 256 bytes.</summary>
    public const int BlocksMax = 65_536;

    private const uint MagicFirst = 0x0A32_4655, MagicSecond = 0x9E5D_5157, MagicLast = 0x0AB1_6F30;
    private const uint NotForFlash = 1, FileContainer = 0x1000, FamilyPresent = 0x2000,
        Md5Present = 0x4000, TagsPresent = 0x8000;
    private const int DataAt = 32, DataRoom = 476, LastAt = 508;

    /// <summary>Whether a file begins as one of these.</summary>
    public static bool IsThere(ReadOnlySpan<byte> file) =>
        file.Length >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(file) == MagicFirst;

    /// <summary>The family its first block names; null when it is not known here, or the file has no whole
    /// block.</summary>
    public static Uf2Family? FamilyOf(ReadOnlySpan<byte> file) =>
        file.Length >= BlockSize && (Word(file, 8) & FamilyPresent) != 0 && Word(file, 28) is uint id
            ? Uf2Family.All.FirstOrDefault(family => family.Id == id) : null;

    /// <exception cref="InvalidDataException">It breaks a rule of the format or is for another chip; says
    /// where.</exception>
    public static Uf2Image Read(ReadOnlySpan<byte> file, string name, Uf2Family family)
    {
        if (file.Length == 0 || file.Length % BlockSize != 0 || file.Length / BlockSize > BlocksMax)
        {
            throw new InvalidDataException(
                $"{name}: {file.Length} bytes are not a UF2 file; allowed is a multiple of {BlockSize}, up to "
                    + $"{(long)BlockSize * BlocksMax}: the file is cut off or something else.");
        }
        int total = file.Length / BlockSize;
        List<(uint Address, byte[] Data)> joined = [];
        MemoryStream run = new();
        long start = 0, next = -1;
        for (int index = 0; index < total; index++)
        {
            int at = index * BlockSize;
            ReadOnlySpan<byte> block = file.Slice(at, BlockSize);
            Check(block, name, at, index, total, family);
            if ((Word(block, 8) & NotForFlash) != 0)
            {
                continue;
            }
            uint address = Address(block, name, at, family, next);
            Padding(block, name, at, family);
            if (address != next)
            {
                Close();
                start = address;
            }
            run.Write(block.Slice(DataAt, family.Payload));
            next = address + (long)family.Payload;
        }
        Close();
        return joined.Count > 0
            ? new(family, [.. joined.Select(static piece => new MemoryPiece(piece.Address, piece.Data))], total)
            : throw new InvalidDataException(
            $"{name}: none of its {total} blocks is for the flash; allowed is at least one.");

        void Close()
        {
            if (run.Length > 0)
            {
                joined.Add(((uint)start, run.ToArray()));
                run.SetLength(0);
            }
        }
    }

    /// <summary>The file that brings these bytes to that address; the last block is filled up with zeros.</summary>
    public static byte[] Write(Uf2Family family, uint address, ReadOnlySpan<byte> data)
    {
        int total = (data.Length + family.Payload - 1) / family.Payload;
        byte[] file = new byte[total * BlockSize];
        for (int index = 0; index < total; index++)
        {
            Span<byte> block = file.AsSpan(index * BlockSize, BlockSize);
            int from = index * family.Payload;
            uint[] head = [MagicFirst, MagicSecond, FamilyPresent, address + (uint)from, (uint)family.Payload,
                (uint)index, (uint)total, family.Id];
            for (int word = 0; word < head.Length; word++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(block[(word * 4)..], head[word]);
            }
            data[from..Math.Min(from + family.Payload, data.Length)].CopyTo(block[DataAt..]);
            BinaryPrimitives.WriteUInt32LittleEndian(block[LastAt..], MagicLast);
        }
        return file;
    }

    private static void Check(ReadOnlySpan<byte> block, string name, int at, int index, int total, Uf2Family family)
    {
        Expect(block, name, at, 0, MagicFirst, "the first mark of a UF2 block");
        Expect(block, name, at, 4, MagicSecond, "the second mark of a UF2 block");
        Expect(block, name, at, LastAt, MagicLast, "the last mark of a UF2 block");
        uint flags = Word(block, 8);
        if ((flags & FileContainer) != 0)
        {
            throw FileRefusal.At(
                name, at + 8, $"flags {flags:X8}: a container of files", "blocks for the flash (flag 1000 clear)");
        }
        if ((flags & FamilyPresent) == 0)
        {
            throw FileRefusal.At(
                name, at + 8, $"flags {flags:X8}: no family of chips is named",
                $"flag 2000 and the family {Uf2Family.Describe(family.Id)}");
        }
        if (Word(block, 28) != family.Id)
        {
            throw FileRefusal.At(
                name, at + 28, $"the family {Uf2Family.Describe(Word(block, 28))}",
                $"{Uf2Family.Describe(family.Id)}: take the image made for this board");
        }
        if (Word(block, 20) != index)
        {
            throw FileRefusal.At(
                name, at + 20, $"block number {Word(block, 20)}",
                $"{index}: a block is missing, doubled or out of order");
        }
        if (Word(block, 24) != total)
        {
            throw FileRefusal.At(
                name, at + 24, $"a total of {Word(block, 24)} blocks",
                $"the {total} of the file: it is cut off or has bytes of another behind it");
        }
        if (Word(block, 16) is uint size && size > DataRoom)
        {
            throw FileRefusal.At(name, at + 16, $"a payload of {size} bytes", $"at most {DataRoom}");
        }
    }

    private static uint Address(ReadOnlySpan<byte> block, string name, int at, Uf2Family family, long next)
    {
        uint address = Word(block, 12), size = Word(block, 16);
        if (size != family.Payload)
        {
            throw FileRefusal.At(
                name, at + 16, $"a payload of {size} bytes",
                $"{family.Payload}, what the {family.Name} writes at once");
        }
        if (address < family.First || address + (long)size > family.End || address % family.Payload != 0)
        {
            throw FileRefusal.At(
                name, at + 12, $"the address {address:X8}",
                $"multiples of {family.Payload} in {family.First:X8}-{family.End - 1:X8}, the flash of the "
                + $"{family.Name}");
        }
        return address >= next
            ? address
            : throw FileRefusal.At(
            name, at + 12, $"the address {address:X8}", $"{next:X8} or above: blocks are ascending and do not overlap");
    }

    /// <summary>Behind the payload: zeros, unless the block says that a checksum or tags stand there.</summary>
    private static void Padding(ReadOnlySpan<byte> block, string name, int at, Uf2Family family)
    {
        int from = DataAt + family.Payload;
        int bad = (Word(block, 8) & (Md5Present | TagsPresent)) != 0 ? -1
            : block[from..LastAt].IndexOfAnyExcept((byte)0);
        if (bad >= 0)
        {
            throw FileRefusal.At(name, at + from + bad, $"{block[from + bad]:X2} behind the payload", "00 there");
        }
    }

    private static void Expect(ReadOnlySpan<byte> block, string name, int at, int offset, uint value, string what)
    {
        if (Word(block, offset) != value)
        {
            throw FileRefusal.At(name, at + offset, $"{Word(block, offset):X8}", $"{value:X8}, {what}");
        }
    }

    private static uint Word(ReadOnlySpan<byte> block, int offset) =>
        BinaryPrimitives.ReadUInt32LittleEndian(block[offset..]);
}
