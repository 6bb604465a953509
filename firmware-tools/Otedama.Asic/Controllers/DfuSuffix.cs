using System.Buffers.Binary;

namespace Otedama.Asic;

/// <summary>
/// The last 16 bytes of a DFU file (USB DFU 1.1, appendix B), all little-endian: bcdDevice, idProduct, idVendor,
/// bcdDFU, "UFD", length of the suffix, CRC-32 without the final inversion over everything before it. It is for the
/// host and is never sent.
/// </summary>
/// <param name="Vendor">USB vendor id; FFFF = any.</param>
/// <param name="Product">USB product id; FFFF = any.</param>
/// <param name="Device">bcdDevice of the firmware; FFFF = any.</param>
/// <param name="Standard">bcdDFU: 0100 for DFU, 011A for DfuSe files.</param>
/// <param name="Length">Bytes to strip from the end of the file, at least 16.</param>
public sealed record DfuSuffix(
    ushort Vendor, ushort Product, ushort Device, ushort Standard, int Length = DfuSuffix.LengthLeast)
{
    public const int LengthLeast = 16;

    /// <summary>Stands for every vendor, product or release.</summary>
    public const ushort Any = 0xFFFF;

    /// <summary>bcdDFU of files in ST's format.</summary>
    public const ushort DfuSe = 0x011A;

    /// <summary>Whether a file ends as one with a suffix does; it may still be damaged.</summary>
    public static bool IsThere(ReadOnlySpan<byte> file) => file.Length >= LengthLeast
        && file[^8..^5].SequenceEqual("UFD"u8);

    /// <summary>Reads and checks it.</summary>
    /// <exception cref="InvalidDataException">No suffix, or a wrong one; says where.</exception>
    public static DfuSuffix Read(ReadOnlySpan<byte> file, string name)
    {
        if (file.Length < LengthLeast)
        {
            throw FileRefusal.Short(name, file.Length, LengthLeast, "a DFU suffix");
        }
        int start = file.Length - LengthLeast;
        ReadOnlySpan<byte> end = file[start..];
        if (!IsThere(file))
        {
            throw FileRefusal.At(
                name, start + 8, Convert.ToHexString(end[8..11]), "554644 (\"UFD\"), the mark of a DFU suffix");
        }
        int length = end[11];
        if (length < LengthLeast || length > file.Length)
        {
            throw FileRefusal.At(
                name, start + 11, $"a suffix length of {length}", $"{LengthLeast} to the file's {file.Length} bytes");
        }
        uint crc = Crc32.Update(Crc32.Start, file[..^4]);
        uint said = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
        if (said != crc)
        {
            throw FileRefusal.At(
                name, start + 12, $"the CRC {said:X8}",
                $"{crc:X8}, the CRC of the bytes before it: the file is damaged, fetch it again");
        }
        return new(
            BinaryPrimitives.ReadUInt16LittleEndian(end[4..]), BinaryPrimitives.ReadUInt16LittleEndian(end[2..]),
            BinaryPrimitives.ReadUInt16LittleEndian(end), BinaryPrimitives.ReadUInt16LittleEndian(end[6..]), length);
    }

    /// <summary>What is sent to the device: the file without its suffix.</summary>
    public ReadOnlySpan<byte> Strip(ReadOnlySpan<byte> file) => file[..^Length];

    /// <summary>The file that these bytes and this suffix make.</summary>
    public byte[] Append(ReadOnlySpan<byte> payload)
    {
        byte[] file = new byte[payload.Length + LengthLeast];
        payload.CopyTo(file);
        Span<byte> end = file.AsSpan(payload.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(end, Device);
        BinaryPrimitives.WriteUInt16LittleEndian(end[2..], Product);
        BinaryPrimitives.WriteUInt16LittleEndian(end[4..], Vendor);
        BinaryPrimitives.WriteUInt16LittleEndian(end[6..], Standard);
        "UFD"u8.CopyTo(end[8..]);
        end[11] = LengthLeast;
        BinaryPrimitives.WriteUInt32LittleEndian(end[12..], Crc32.Update(Crc32.Start, file.AsSpan(..^4)));
        return file;
    }

    /// <summary>Null when the file is for that device, else why not.</summary>
    public string? Refusal(ushort vendor, ushort product) =>
        (Vendor == Any || Vendor == vendor) && (Product == Any || Product == product)
            ? null
            : $"the file is for {Id(Vendor)}:{Id(Product)}, the device is {vendor:X4}:{product:X4}: take the image "
            + "made for this device";

    private static string Id(ushort id) => id == Any ? "any"
        : id.ToString("X4", System.Globalization.CultureInfo.InvariantCulture);
}
