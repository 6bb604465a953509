using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Otedama.Tests.Region;

/// <summary>
/// Writes MaxMind DB files of format 2.0 by its specification: a search tree of records of 24, 28 or 32 bits, 16 zero
/// bytes, data, a marker and metadata. For tests of who reads them.
/// </summary>
internal sealed class MmdbWriter(int recordBits, string type)
{
    private const int None = -1;

    private static readonly byte[] s_marker = [0xab, 0xcd, 0xef, .. "MaxMind.com"u8];

    /// <summary>A child: None, a node's number, or the complement below None of a place in the data.</summary>
    private readonly List<(int Left, int Right)> _nodes = [(None, None)];

    private readonly List<byte> _data = [];

    /// <summary>network: as in 203.0.113.0/24 or 2001:db8::/32. value: maps, lists, text, whole numbers, raw bytes.</summary>
    public MmdbWriter Add(string network, object value)
    {
        IPNetwork parsed = IPNetwork.Parse(network);
        byte[] bytes = parsed.BaseAddress.GetAddressBytes();
        bool isV4 = bytes.Length == 4;
        byte[] whole = isV4 ? [.. new byte[12], .. bytes] : bytes;
        int length = parsed.PrefixLength + (isV4 ? 96 : 0), node = 0, place = _data.Count;
        Encode(value, _data);
        for (int i = 0; i < length; i++)
        {
            bool right = (whole[i / 8] >> (7 - (i % 8)) & 1) == 1;
            node = Step(node, right, isLast: i == length - 1, None - 1 - place);
        }
        return this;
    }

    public byte[] Write()
    {
        List<byte> file = [];
        foreach ((int left, int right) in _nodes)
        {
            WriteNode(file, Record(left), Record(right));
        }
        file.AddRange(new byte[16]);
        file.AddRange(_data);
        file.AddRange(s_marker);
        Encode(Metadata(), file);
        return [.. file];
    }

    private Dictionary<string, object> Metadata() => new()
    {
        ["binary_format_major_version"] = (ushort)2,
        ["binary_format_minor_version"] = (ushort)0,
        ["build_epoch"] = 1_790_000_000UL,
        ["database_type"] = type,
        ["description"] = new Dictionary<string, object> { ["en"] = "for a test" },
        ["ip_version"] = (ushort)6,
        ["languages"] = new object[] { "en" },
        ["node_count"] = (uint)_nodes.Count,
        ["record_size"] = (ushort)recordBits,
    };

    private int Step(int node, bool right, bool isLast, int leaf)
    {
        (int Left, int Right) children = _nodes[node];
        int child = right ? children.Right : children.Left;
        if (isLast || child < 0)
        {
            child = isLast ? leaf : _nodes.Count;
            if (!isLast)
            {
                _nodes.Add((None, None));
            }
            _nodes[node] = right ? (children.Left, child) : (child, children.Right);
        }
        return child;
    }

    private uint Record(int child) => child >= 0 ? (uint)child
        : child == None ? (uint)_nodes.Count : (uint)(_nodes.Count + 16 + (None - 1 - child));

    private void WriteNode(List<byte> file, uint left, uint right)
    {
        Span<byte> both = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(both, left);
        BinaryPrimitives.WriteUInt32BigEndian(both[4..], right);
        switch (recordBits)
        {
            case 24:
                file.AddRange([.. both[1..4], .. both[5..8]]);
                break;
            case 28: // the upper four bits of both share the middle byte, the left one's above
                file.AddRange([.. both[1..4], (byte)(((both[0] & 15) << 4) | both[4]), .. both[5..8]]);
                break;
            default:
                file.AddRange(both);
                break;
        }
    }

    private static void Encode(object value, List<byte> to)
    {
        switch (value)
        {
            case byte[] raw:
                to.AddRange(raw);
                break;
            case string text:
                Control(2, Encoding.UTF8.GetByteCount(text), to);
                to.AddRange(Encoding.UTF8.GetBytes(text));
                break;
            case ushort or uint or ulong:
                byte[] number = Number(Convert.ToUInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                Control(value is ushort ? 5 : value is uint ? 6 : 9, number.Length, to);
                to.AddRange(number);
                break;
            case IReadOnlyDictionary<string, object> map:
                Control(7, map.Count, to);
                foreach ((string key, object inner) in map)
                {
                    Encode(key, to);
                    Encode(inner, to);
                }
                break;
            case object[] list:
                Control(11, list.Length, to);
                Array.ForEach(list, inner => Encode(inner, to));
                break;
            default:
                throw new ArgumentException($"{value.GetType()} is not written here");
        }
    }

    /// <summary>Types above 7 have a byte of their own; lengths up to 28 stand in the first byte.</summary>
    public static void Control(int type, int length, List<byte> to)
    {
        int first = type > 7 ? 0 : type << 5;
        to.Add((byte)(first | Math.Min(length, length < 285 ? 29 : length < 65_821 ? 30 : 31)));
        if (length < 29)
        {
            to[^1] = (byte)(first | length);
        }
        if (type > 7)
        {
            to.Add((byte)(type - 7));
        }
        if (length >= 65_821)
        {
            to.AddRange(BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(length - 65_821))[1..]);
        }
        else if (length >= 285)
        {
            to.AddRange([(byte)((length - 285) >> 8), (byte)((length - 285) & 0xff)]);
        }
        else if (length >= 29)
        {
            to.Add((byte)(length - 29));
        }
    }

    private static byte[] Number(ulong value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return [.. bytes.SkipWhile(static b => b == 0)];
    }
}
