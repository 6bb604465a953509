using System.Buffers.Text;

namespace Otedama.Wire;

/// <summary>What a bencoded value is; None where there is none.</summary>
public enum BencodeKind
{
    None,
    Integer,
    Text,
    List,
    Dictionary,
}

/// <summary>
/// One bencoded value inside a datagram, as a view of its bytes. Reading is tolerant where peers differ (keys in
/// any order) and strict where a datagram would mean two things: see <see cref="TryParse"/>.
/// </summary>
public readonly ref struct Bencoded
{
    /// <summary>Bytes of a datagram that is looked at.</summary>
    public const int BytesMax = 1_500;

    /// <summary>Values inside each other.</summary>
    public const int DepthMax = 16;

    private Bencoded(ReadOnlySpan<byte> raw) => Raw = raw;

    /// <summary>The bytes of the value as they came.</summary>
    public ReadOnlySpan<byte> Raw { get; }

    public BencodeKind Kind => Raw.IsEmpty ? BencodeKind.None : Raw[0] switch
    {
        (byte)'i' => BencodeKind.Integer,
        (byte)'l' => BencodeKind.List,
        (byte)'d' => BencodeKind.Dictionary,
        _ => BencodeKind.Text,
    };

    /// <summary>The bytes of a text; empty for anything else.</summary>
    public ReadOnlySpan<byte> Text => Kind == BencodeKind.Text ? Raw[(Raw.IndexOf((byte)':') + 1)..] : [];

    /// <summary>Null for what is no integer.</summary>
    public long? Integer => Kind == BencodeKind.Integer && TryInteger(Raw, out _, out long number) ? number : null;

    /// <summary>The value of a key; None when there is no such key or this is no dictionary.</summary>
    public Bencoded this[ReadOnlySpan<byte> key]
    {
        get
        {
            bool isKey = true;
            bool isIt = false;
            foreach (Bencoded item in Kind == BencodeKind.Dictionary ? this : default)
            {
                if (isIt)
                {
                    return item;
                }
                isIt = isKey && item.Text.SequenceEqual(key);
                isKey = !isKey;
            }
            return default;
        }
    }

    /// <summary>
    /// One value that fills the datagram. False for more than 1 500 bytes, more than 16 levels, a key that stands
    /// there twice or is no text, an integer outside 64 bits or with leading zeros, a length that has leading zeros
    /// or goes beyond the end, and for bytes left over.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out Bencoded value)
    {
        bool good = datagram.Length <= BytesMax && TryCheck(datagram, 1, out int length) && length == datagram.Length;
        value = good ? new Bencoded(datagram) : default;
        return good;
    }

    /// <summary>The items of a list; of a dictionary keys and values in turn; none of anything else.</summary>
    public Items GetEnumerator() => new(Kind is BencodeKind.List or BencodeKind.Dictionary ? Raw[1..] : []);

    private static bool TryCheck(ReadOnlySpan<byte> bytes, int depth, out int length)
    {
        length = 0;
        if (bytes.IsEmpty || depth > DepthMax)
        {
            return false;
        }
        return bytes[0] switch
        {
            (byte)'i' => TryInteger(bytes, out length, out _),
            (byte)'l' or (byte)'d' => TryCheckItems(bytes, depth, out length),
            _ => TryText(bytes, out length),
        };
    }

    private static bool TryCheckItems(ReadOnlySpan<byte> bytes, int depth, out int length)
    {
        bool isDictionary = bytes[0] == 'd';
        ReadOnlySpan<byte> greatest = default;
        length = 1;
        for (int item = 0; length < bytes.Length; item++)
        {
            if (bytes[length] == 'e')
            {
                length++;
                return !isDictionary || item % 2 == 0;
            }
            if (!TryCheck(bytes[length..], depth + 1, out int itemLength))
            {
                return false;
            }
            if (isDictionary && item % 2 == 0
                && !IsNewKey(new Bencoded(bytes.Slice(length, itemLength)), bytes[1..length], ref greatest))
            {
                return false;
            }
            length += itemLength;
        }
        return false;
    }

    /// <summary>Keys in order are new by their order; only one out of order is compared with all before it.</summary>
    private static bool IsNewKey(Bencoded key, ReadOnlySpan<byte> before, ref ReadOnlySpan<byte> greatest)
    {
        if (key.Kind != BencodeKind.Text)
        {
            return false;
        }
        if (before.IsEmpty || key.Text.SequenceCompareTo(greatest) > 0)
        {
            greatest = key.Text;
            return true;
        }
        bool isKey = true;
        for (Items items = new(before); items.MoveNext(); isKey = !isKey)
        {
            if (isKey && items.Current.Text.SequenceEqual(key.Text))
            {
                return false;
            }
        }
        return true;
    }

    private static bool TryInteger(ReadOnlySpan<byte> bytes, out int length, out long number)
    {
        int end = bytes.IndexOf((byte)'e');
        length = end + 1;
        number = 0;
        if (end < 2)
        {
            return false;
        }
        ReadOnlySpan<byte> digits = bytes[1..end];
        ReadOnlySpan<byte> plain = digits[0] == '-' ? digits[1..] : digits;
        return !plain.IsEmpty && char.IsAsciiDigit((char)plain[0]) && (plain[0] != '0' || digits.Length == 1)
            && Utf8Parser.TryParse(digits, out number, out int read) && read == digits.Length;
    }

    private static bool TryText(ReadOnlySpan<byte> bytes, out int length)
    {
        // Four digits are more than a datagram has bytes.
        int colon = bytes[..Math.Min(bytes.Length, 5)].IndexOf((byte)':');
        length = 0;
        if (colon < 1 || (bytes[0] == '0' && colon > 1) || !char.IsAsciiDigit((char)bytes[0])
            || !Utf8Parser.TryParse(bytes[..colon], out int size, out int read) || read != colon)
        {
            return false;
        }
        length = colon + 1 + size;
        return length <= bytes.Length;
    }

    /// <summary>Length of a value that was checked.</summary>
    private static int LengthOf(ReadOnlySpan<byte> bytes)
    {
        switch (bytes[0])
        {
            case (byte)'i':
                return bytes.IndexOf((byte)'e') + 1;
            case (byte)'l' or (byte)'d':
                int length = 1;
                while (bytes[length] != 'e')
                {
                    length += LengthOf(bytes[length..]);
                }
                return length + 1;
            default:
                _ = TryText(bytes, out int text);
                return text;
        }
    }

    /// <summary>Goes over values that were checked.</summary>
    public ref struct Items
    {
        private ReadOnlySpan<byte> _rest;

        internal Items(ReadOnlySpan<byte> rest) => _rest = rest;

        public Bencoded Current { get; private set; }

        public bool MoveNext()
        {
            if (_rest.IsEmpty || _rest[0] == 'e')
            {
                return false;
            }
            int length = LengthOf(_rest);
            Current = new Bencoded(_rest[..length]);
            _rest = _rest[length..];
            return true;
        }
    }
}
