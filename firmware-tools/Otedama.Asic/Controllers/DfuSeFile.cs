using System.Buffers.Binary;
using System.Text;

namespace Otedama.Asic;

/// <summary>What a DfuSe file has for one alternate setting of the device.</summary>
/// <param name="Alternate">Of the DFU interface.</param>
/// <param name="Name">Null when the file gives none; at most 255 characters.</param>
/// <param name="Pieces">In the order of the file, none overlapping another.</param>
public sealed record DfuSeTarget(byte Alternate, string? Name, IReadOnlyList<MemoryPiece> Pieces);

/// <summary>
/// ST's DfuSe file, little-endian: "DfuSe", 1, u32 size of all but the suffix, u8 targets; a target: "Target", u8
/// alternate, u32 named, name[255], u32 size, u32 elements; an element: u32 address, u32 size, data; then a DFU suffix
/// with bcdDFU 011A.
/// </summary>
public sealed record DfuSeFile(IReadOnlyList<DfuSeTarget> Targets, DfuSuffix Suffix)
{
    /// <summary>Elements of a file; images have one to a few, so that more than this is a file made to fill
    /// memory.</summary>
    public const int ElementsMax = 4096;

    private const int PrefixLength = 11;
    private const int TargetLength = 274;
    private const int ElementLength = 8;
    private const int NameLength = 255;

    /// <summary>Whether a file begins as one of these.</summary>
    public static bool IsThere(ReadOnlySpan<byte> file) => file.StartsWith("DfuSe"u8);

    /// <exception cref="InvalidDataException">It breaks one of the rules of the format; says where.</exception>
    public static DfuSeFile Read(ReadOnlyMemory<byte> file, string name)
    {
        DfuSuffix suffix = DfuSuffix.Read(file.Span, name);
        if (suffix.Standard != DfuSuffix.DfuSe)
        {
            throw FileRefusal.At(
                name, file.Length - DfuSuffix.LengthLeast + 6, $"bcdDFU {suffix.Standard:X4}", "011A in a DfuSe file");
        }
        ReadOnlyMemory<byte> body = file[..^suffix.Length];
        ReadOnlySpan<byte> bytes = body.Span;
        if (bytes.Length < PrefixLength)
        {
            throw FileRefusal.Short(name, bytes.Length, PrefixLength, "the prefix of a DfuSe file");
        }
        if (!IsThere(bytes))
        {
            throw FileRefusal.At(name, 0, Convert.ToHexString(bytes[..5]), "4466755365 (\"DfuSe\")");
        }
        if (bytes[5] != 1)
        {
            throw FileRefusal.At(name, 5, $"version {bytes[5]} of the format", "1");
        }
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[6..]);
        if (size != bytes.Length)
        {
            throw FileRefusal.At(
                name, 6, $"an image size of {size}", $"{bytes.Length}, the size of the file without its suffix");
        }
        return new(ReadTargets(body, name), suffix);
    }

    /// <summary>The file of these targets.</summary>
    public byte[] Write()
    {
        MemoryStream body = new();
        Span<byte> word = stackalloc byte[4];
        body.Write("DfuSe\u0001"u8);
        body.Write(word);
        body.WriteByte(checked((byte)Targets.Count));
        foreach (DfuSeTarget target in Targets)
        {
            byte[] name = new byte[NameLength];
            Encoding.ASCII.GetBytes(target.Name ?? "", name);
            body.Write("Target"u8);
            body.WriteByte(target.Alternate);
            Word(target.Name is null ? 0 : 1, word);
            body.Write(name);
            Word(target.Pieces.Sum(static piece => (long)piece.Data.Length + ElementLength), word);
            Word(target.Pieces.Count, word);
            foreach (MemoryPiece piece in target.Pieces)
            {
                Word(piece.Address, word);
                Word(piece.Data.Length, word);
                body.Write(piece.Data.Span);
            }
        }
        byte[] bytes = body.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(6), checked((uint)bytes.Length));
        return (Suffix with { Standard = DfuSuffix.DfuSe }).Append(bytes);

        void Word(long value, Span<byte> into)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(into, checked((uint)value));
            body.Write(into);
        }
    }

    private static List<DfuSeTarget> ReadTargets(ReadOnlyMemory<byte> body, string name)
    {
        List<DfuSeTarget> targets = [];
        int at = PrefixLength, elements = 0;
        for (int count = body.Span[10]; targets.Count < count;)
        {
            targets.Add(Target(body, name, ref at, ref elements));
        }
        if (at != body.Length)
        {
            throw FileRefusal.At(
                name, at, $"{body.Length - at} bytes more",
                $"the end, after the {targets.Count} targets that offset 0xA announces");
        }
        foreach (IGrouping<byte, DfuSeTarget> same in targets.GroupBy(static target => target.Alternate))
        {
            RefuseOverlap(name,
                [.. same.SelectMany(static target => target.Pieces).OrderBy(static piece => piece.Address)]);
        }
        return targets;
    }

    private static DfuSeTarget Target(ReadOnlyMemory<byte> body, string name, ref int at, ref int elementsSoFar)
    {
        ReadOnlySpan<byte> bytes = body.Span;
        if (bytes.Length - at < TargetLength)
        {
            throw FileRefusal.Short(name, bytes.Length, (long)at + TargetLength, $"the target at offset 0x{at:X}");
        }
        ReadOnlySpan<byte> head = bytes.Slice(at, TargetLength);
        if (!head.StartsWith("Target"u8))
        {
            throw FileRefusal.At(name, at, Convert.ToHexString(head[..6]), "546172676574 (\"Target\")");
        }
        byte alternate = head[6];
        bool named = BinaryPrimitives.ReadUInt32LittleEndian(head[7..]) != 0;
        ReadOnlySpan<byte> text = head.Slice(11, NameLength);
        int length = text.IndexOf((byte)0) is >= 0 and int end ? end : NameLength;
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(head[266..]);
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(head[270..]);
        if (count > ElementsMax - elementsSoFar)
        {
            throw FileRefusal.At(name, at + 270, $"{count} elements", $"{ElementsMax} in the whole file");
        }
        int start = at + TargetLength;
        if (size > bytes.Length - start)
        {
            throw FileRefusal.At(
                name, at + 266, $"a target size of {size}", $"at most the {bytes.Length - start} bytes that follow");
        }
        int sizeAt = at + 266;
        at = start;
        List<MemoryPiece> pieces = [];
        while (pieces.Count < count)
        {
            pieces.Add(Element(body, name, ref at));
        }
        elementsSoFar += pieces.Count;
        return at - start == size
            ? new(alternate, named ? Encoding.Latin1.GetString(text[..length]) : null, pieces)
            : throw FileRefusal.At(
            name, sizeAt, $"a target size of {size}", $"{at - start}, the size of its {count} elements");
    }

    private static MemoryPiece Element(ReadOnlyMemory<byte> body, string name, ref int at)
    {
        ReadOnlySpan<byte> bytes = body.Span;
        if (bytes.Length - at < ElementLength)
        {
            throw FileRefusal.Short(name, bytes.Length, (long)at + ElementLength, $"the element at offset 0x{at:X}");
        }
        uint address = BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 4)..]);
        int start = at + ElementLength;
        long most = Math.Min(bytes.Length - start, (1L << 32) - address);
        if (size == 0 || size > most)
        {
            throw FileRefusal.At(
                name, at + 4, $"an element of {size} bytes for {address:X8}",
                $"1 to {most} (what follows, and the end of the address space)");
        }
        at = start + (int)size;
        return new(address, body.Slice(start, (int)size));
    }

    private static void RefuseOverlap(string name, MemoryPiece[] pieces)
    {
        for (int index = 1; index < pieces.Length; index++)
        {
            if (pieces[index].Address < pieces[index - 1].End)
            {
                throw new InvalidDataException(
                    $"{name}: two elements have bytes for address {pieces[index].Address:X8}; allowed is one: it is "
                        + "unclear which is meant, so neither is written.");
            }
        }
    }
}
