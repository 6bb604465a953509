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

    private static string KeyOf(ReadOnlySpan<byte> entry) =>
        Encoding.Latin1.GetString(entry.Slice(8, 16).TrimEnd((byte)0));
}
