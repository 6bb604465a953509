using System.Buffers.Binary;
using System.Text;

namespace Otedama.Asic;

/// <summary>What an Antminer says of itself at /cgi-bin/miner_type.cgi.</summary>
/// <param name="Type">Such as S21, or only its hash boards: Antminer BHB42XXX.</param>
/// <param name="Subtype">Control board, or control and hash boards: X22, AMLCtrl_BHB42XXX.</param>
public sealed record AntminerType(string Type, string Subtype);

/// <summary>One image of a container.</summary>
/// <param name="Data">Signed inside; the device checks that.</param>
public sealed record BmuItem(string Name, string Chip, string Hardware, string Model, ReadOnlyMemory<byte> Data);

/// <summary>
/// The container of newer Antminer stock images, little-endian: ABABABAB, [8] header size 36, [12] items, [16] item
/// size 172, [24] CRC-32 (as zlib) of the file with these four bytes zero. An item: four lengths, name[64], chip[32],
/// hardware[32], model[32], u32 offset, u32 size.
/// </summary>
public sealed record BmuContainer(IReadOnlyList<BmuItem> Items)
{
    /// <summary>Items: one a model and control board; real containers have up to some tens.</summary>
    public const int ItemsMax = 256;

    /// <summary>Containers in containers; real ones have at most two.</summary>
    private const int DepthMax = 4;

    private const uint Magic = 0xABAB_ABAB;
    private const int HeaderSize = 36, ItemSize = 172;

    /// <summary>Whether a file begins as one of these.</summary>
    public static bool IsThere(ReadOnlySpan<byte> file) => file.Length >= 4
        && BinaryPrimitives.ReadUInt32LittleEndian(file) == Magic;

    /// <exception cref="InvalidDataException">It breaks a rule of the format; says where.</exception>
    public static BmuContainer Read(ReadOnlyMemory<byte> file, string name)
    {
        ReadOnlySpan<byte> bytes = file.Span;
        if (bytes.Length < HeaderSize)
        {
            throw FileRefusal.Short(name, bytes.Length, HeaderSize, "the header of a BMU container");
        }
        if (!IsThere(bytes))
        {
            throw FileRefusal.At(name, 0, $"{Word(bytes, 0):X8}", $"{Magic:X8}, the mark of a BMU container");
        }
        if (Word(bytes, 8) != HeaderSize)
        {
            throw FileRefusal.At(name, 8, $"a header size of {Word(bytes, 8)}", $"{HeaderSize}");
        }
        uint count = Word(bytes, 12);
        if (count is 0 or > ItemsMax)
        {
            throw FileRefusal.At(name, 12, $"{count} items", $"1 to {ItemsMax}");
        }
        if (Word(bytes, 16) != ItemSize)
        {
            throw FileRefusal.At(name, 16, $"an item size of {Word(bytes, 16)}", $"{ItemSize}");
        }
        long table = HeaderSize + ((long)count * ItemSize);
        if (table > bytes.Length)
        {
            throw FileRefusal.Short(name, bytes.Length, table, $"the table of its {count} items");
        }
        uint crc = Crc(bytes);
        return Word(bytes, 24) == crc
            ? new([.. Enumerable.Range(0, (int)count)
            .Select(index => Item(file, name, HeaderSize + (index * ItemSize), (int)table))])
            : throw FileRefusal.At(
            name, 24, $"the CRC {Word(bytes, 24):X8}", $"{crc:X8}, the CRC of the file: it is damaged, fetch it again");
    }

    /// <summary>The one image for that device, out of containers inside the container as well.</summary>
    /// <exception cref="InvalidDataException">A container is wrong, none of its items is for the device, or several
    /// are.</exception>
    public static BmuItem Resolve(ReadOnlyMemory<byte> file, string name, AntminerType device)
    {
        BmuItem item = Read(file, name).Select(device, name);
        for (int depth = 1; IsThere(item.Data.Span); depth++)
        {
            string inner = $"{name}/{item.Name}";
            item = depth < DepthMax ? Read(item.Data, inner).Select(device, inner)
                : throw new InvalidDataException(
                $"{inner}: containers lie in each other more than {DepthMax} deep; allowed are {DepthMax}.");
        }
        return item;
    }

    /// <summary>The one image for that device.</summary>
    /// <exception cref="InvalidDataException">None is for it, or more than one: what is not certain is not
    /// sent.</exception>
    public BmuItem Select(AntminerType device, string name)
    {
        if (device.Type.Length == 0 || device.Subtype.Length == 0)
        {
            throw new InvalidDataException(
                $"{name}: the device names its type \"{device.Type}\" and subtype \"{device.Subtype}\"; both are "
                + "needed to choose among the container's items.");
        }
        BmuItem[][] ranks =
        [
            [.. Items.Where(
                item => Same(item.Model, device.Type)
                && (Same(item.Hardware, device.Subtype) || Same(item.Chip, device.Subtype)))],
            [.. Items.Where(
                item => Same(item.Model, device.Type)
                && (Like(item.Hardware, device.Subtype) || Like(item.Chip, device.Subtype)))],

            // Some stock releases give the hash board instead of the product as their type; the exact name of control
            // and hash board decides then.
            [.. Items.Where(
                item => Same(item.Hardware, device.Subtype) && device.Subtype.Contains('_', StringComparison.Ordinal))],
        ];
        BmuItem[] best = ranks.FirstOrDefault(static rank => rank.Length > 0) ?? [];
        string count = best.Length == 0 ? "no item is" : $"{best.Length} items are";
        return best.Length == 1
            ? best[0]
            : throw new InvalidDataException(
                $"{name}: {count} for a {device.Type} with {device.Subtype}; allowed is exactly one. The container has "
                + string.Join(", ", Items.Take(16).Select(static item => $"{item.Model} / {item.Hardware}"))
                + (Items.Count > 16 ? ", ..." : "") + ".");
    }

    private static BmuItem Item(ReadOnlyMemory<byte> file, string name, int at, int tableEnd)
    {
        ReadOnlySpan<byte> item = file.Span.Slice(at, ItemSize);
        long offset = Word(item, 164), size = Word(item, 168);
        if (offset < tableEnd || offset > file.Length)
        {
            throw FileRefusal.At(
                name, at + 164, $"an image at offset {offset}", $"{tableEnd} (behind the table) to {file.Length}");
        }
        if (size == 0 || size > file.Length - offset)
        {
            throw FileRefusal.At(
                name, at + 168, $"an image of {size} bytes", $"1 to {file.Length - offset}, the rest of the file");
        }
        return new(
            Text(file.Span, name, at, 0, 4, 64), Text(file.Span, name, at, 1, 68, 32),
            Text(file.Span, name, at, 2, 100, 32),
            Text(file.Span, name, at, 3, 132, 32), file.Slice((int)offset, (int)size));
    }

    private static string Text(ReadOnlySpan<byte> file, string name, int item, int lengthAt, int textAt, int room)
    {
        int length = file[item + lengthAt];
        if (length > room)
        {
            throw FileRefusal.At(name, item + lengthAt, $"a text of {length} bytes", $"at most {room}");
        }
        ReadOnlySpan<byte> text = file.Slice(item + textAt, length);
        int odd = text.IndexOfAnyExceptInRange((byte)' ', (byte)'~');
        return odd < 0
            ? Encoding.ASCII.GetString(text)
            : throw FileRefusal.At(name, item + textAt + odd, $"the byte {text[odd]:X2} in a name", "printable ASCII");
    }

    private static uint Crc(ReadOnlySpan<byte> file)
    {
        uint state = Crc32.Update(Crc32.Start, file[..24]);
        state = Crc32.Update(state, [0, 0, 0, 0]);
        return ~Crc32.Update(state, file[28..]);
    }

    private static bool Same(string left, string right) =>
        left.Trim().Equals(right.Trim(), StringComparison.OrdinalIgnoreCase);

    /// <summary>Two or more X at the end stand for any letters and digits: BHB42XXX is for BHB42601.</summary>
    private static bool Like(string pattern, string text)
    {
        string stem = pattern.Trim().TrimEnd('X', 'x');
        int open = pattern.Trim().Length - stem.Length;
        string other = text.Trim();
        return open >= 2 && other.Length == stem.Length + open
            && other.StartsWith(stem, StringComparison.OrdinalIgnoreCase)
            && other.AsSpan(stem.Length).IndexOfAnyExcept(s_plain) < 0;
    }

    private static readonly System.Buffers.SearchValues<char> s_plain =
        System.Buffers.SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static uint Word(ReadOnlySpan<byte> bytes, int offset) =>
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);
}
