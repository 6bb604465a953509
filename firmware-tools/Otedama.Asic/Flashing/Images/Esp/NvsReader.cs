using System.Buffers.Binary;
using System.Text;

namespace Otedama.Asic;

/// <summary>
/// Looks one text up in the settings partition of an ESP chip: pages of 4 KiB, a header of 32 bytes, a bitmap of 32,
/// then 126 entries of 32: name space, type, span, chunk, CRC, key[16], and for a text (21h) its length with the text
/// in the entries behind. Nothing else of the settings is read: passwords are in there. Pure.
/// </summary>
internal static class NvsReader
{
    private const int Page = 4096;
    private const int EntryLength = 32;
    private const int FirstEntry = 64;
    private const byte TextType = 0x21;
    private const int TextMax = 64;
    private const int HeaderCrcAt = 28;
    private const int Entries = (Page - FirstEntry) / EntryLength;
    private const uint Active = 0xFFFFFFFE;
    private const uint Full = 0xFFFFFFFC;
    private const uint Freeing = 0xFFFFFFF8;
    private const int Written = 2;
    private const int Empty = 3;

    /// <summary>Of the newest entry of that key whose bits say it is written; null = there is none.</summary>
    public static string? TextOf(ReadOnlySpan<byte> nvs, string key)
    {
        string? found = null;
        for (int page = 0; page + Page <= nvs.Length; page += Page)
        {
            ReadOnlySpan<byte> bytes = nvs.Slice(page, Page);
            for (int at = FirstEntry, index = 0; at + EntryLength <= Page; at += EntryLength, index++)
            {
                int state = (bytes[EntryLength + (index / 4)] >> (index % 4 * 2)) & 3;
                ReadOnlySpan<byte> entry = bytes.Slice(at, EntryLength);
                if (state == 2 && entry[1] == TextType && KeyOf(entry) == key)
                {
                    int length = BinaryPrimitives.ReadUInt16LittleEndian(entry[24..]);
                    if (length is > 0 and <= TextMax && at + EntryLength + length <= Page)
                    {
                        ReadOnlySpan<byte> text = bytes.Slice(at + EntryLength, length).TrimEnd((byte)0);
                        found = text.ContainsAnyExceptInRange((byte)'!', (byte)'~') ? found
                            : Encoding.ASCII.GetString(text);
                    }
                }
            }
        }
        return found;
    }

    /// <summary>What speaks against settings of a published file, in a sentence without their values; null = nothing.
    /// Of a page: its state, CRC of its header, and of every entry that is written type, span, CRC and that of its
    /// data. A CRC is CRC-32 with a register that begins with zeros, little endian.</summary>
    public static string? WrongIn(ReadOnlySpan<byte> nvs)
    {
        for (int page = 0; page + Page <= nvs.Length; page += Page)
        {
            ReadOnlySpan<byte> bytes = nvs.Slice(page, Page);
            if (bytes.ContainsAnyExcept((byte)0xFF) && WrongInPage(bytes) is { } wrong)
            {
                return $"page {page / Page}: {wrong}";
            }
        }
        return null;
    }

    private static string? WrongInPage(ReadOnlySpan<byte> page)
    {
        uint state = BinaryPrimitives.ReadUInt32LittleEndian(page);
        uint told = BinaryPrimitives.ReadUInt32LittleEndian(page[HeaderCrcAt..]);
        uint crc = ~Crc32.Update(0, page[4..HeaderCrcAt]);
        if (state is not (Active or Full or Freeing))
        {
            return $"its state is {state:X8}h; {Active:X8}h, {Full:X8}h, {Freeing:X8}h and a blank page are allowed.";
        }
        if (told != crc)
        {
            return $"its header has CRC {told:X8}h; {crc:X8}h is right.";
        }
        for (int index = 0; index < Entries;)
        {
            int at = FirstEntry + (index * EntryLength);
            int span = 1;
            string? wrong = ((page[EntryLength + (index / 4)] >> (index % 4 * 2)) & 3) switch
            {
                Written => WrongInEntry(page[at..], out span),
                Empty when page.Slice(at, EntryLength).ContainsAnyExcept((byte)0xFF) => "is not blank and not written.",
                1 => "is neither written, erased nor blank.",
                _ => null,
            };
            if (wrong is not null)
            {
                return $"entry {index} {wrong}";
            }
            index += span;
        }
        return null;
    }

    /// <param name="rest">From the entry to the end of the page.</param>
    private static string? WrongInEntry(ReadOnlySpan<byte> rest, out int span)
    {
        span = rest[2];
        uint told = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
        uint crc = ~Crc32.Update(Crc32.Update(0, rest[..4]), rest[8..EntryLength]);
        if (told != crc)
        {
            return $"has CRC {told:X8}h; {crc:X8}h is right.";
        }
        bool hasData = rest[1] is TextType or 0x41 or 0x42; // text, blob of old, part of a blob
        int length = hasData ? BinaryPrimitives.ReadUInt16LittleEndian(rest[24..]) : 0;
        int spans = 1 + ((length + EntryLength - 1) / EntryLength);
        if (span != spans || span * EntryLength > rest.Length)
        {
            return $"spans {span} entries; its {length} bytes of data take {spans}, inside the page.";
        }
        told = BinaryPrimitives.ReadUInt32LittleEndian(rest[28..]);
        crc = ~Crc32.Update(0, rest.Slice(EntryLength, length));
        return hasData && told != crc ? $"has data with CRC {told:X8}h; {crc:X8}h is right." : null;
    }

    private static string KeyOf(ReadOnlySpan<byte> entry) =>
        Encoding.Latin1.GetString(entry.Slice(8, 16).TrimEnd((byte)0));
}
