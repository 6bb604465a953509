using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Otedama.Asic;

/// <summary>A service a device announced: where, and its TXT keys.</summary>
public sealed record MdnsService(string Name, IPAddress? Address, int? Port, IReadOnlyDictionary<string, string> Txt);

/// <summary>
/// As much of DNS as finding AxeOS takes: one question, and what comes back. Pure; hostile bytes give fewer services.
/// </summary>
public static class MdnsMessage
{
    /// <summary>AxeOS registers under this subtype.</summary>
    public const string AxeosType = "_axeos._sub._http._tcp.local";

    /// <summary>Records in one message.</summary>
    private const int RecordsMax = 256;
    private const int KeysMax = 32;

    private const int TypeA = 1, TypePtr = 12, TypeTxt = 16, TypeSrv = 33;

    /// <summary>A question for services of that type, answered straight to the sender.</summary>
    public static byte[] Question(string type)
    {
        List<byte> bytes = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        foreach (string label in type.Split('.'))
        {
            bytes.Add((byte)label.Length);
            bytes.AddRange(Encoding.ASCII.GetBytes(label));
        }
        bytes.AddRange([0, 0, TypePtr, 0x80, 1]); // class IN with the bit that asks for a direct answer
        return [.. bytes];
    }

    public static IReadOnlyList<MdnsService> Read(ReadOnlySpan<byte> message)
    {
        if (message.Length < 12 || (message[2] & 0x80) == 0)
        {
            return [];
        }
        int questions = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        int records = Math.Min(
            RecordsMax,
            BinaryPrimitives.ReadUInt16BigEndian(message[6..]) + BinaryPrimitives.ReadUInt16BigEndian(message[8..])
                + BinaryPrimitives.ReadUInt16BigEndian(message[10..]));
        int at = 12;
        for (int i = 0; i < questions; i++)
        {
            if (Name(message, ref at) is null || at + 4 > message.Length)
            {
                return [];
            }
            at += 4;
        }
        HashSet<string> wanted = new(StringComparer.OrdinalIgnoreCase);
        Dictionary<string, (string Host, int Port)> places = new(StringComparer.OrdinalIgnoreCase);
        Dictionary<string, IPAddress> addresses = new(StringComparer.OrdinalIgnoreCase);
        Dictionary<string, Dictionary<string, string>> texts = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < records; i++)
        {
            if (Name(message, ref at) is not { } name || at + 10 > message.Length)
            {
                break;
            }
            int type = BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
            int length = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]);
            at += 10;
            if (at + length > message.Length)
            {
                break;
            }
            int data = at;
            at += length;
            if (type == TypeA && length == 4)
            {
                addresses[name] = new IPAddress(message.Slice(data, 4));
            }
            else if (type == TypePtr && name.Contains("_http._tcp", StringComparison.OrdinalIgnoreCase)
                && Name(message, ref data) is { } target)
            {
                wanted.Add(target);
            }
            else if (type == TypeSrv && length > 6)
            {
                int port = BinaryPrimitives.ReadUInt16BigEndian(message[(data + 4)..]);
                data += 6;
                if (Name(message, ref data) is { } host)
                {
                    places[name] = (host, port);
                }
            }
            else if (type == TypeTxt)
            {
                texts[name] = Txt(message.Slice(data, length));
            }
        }
        List<MdnsService> services = [];
        foreach (string name in wanted)
        {
            bool placed = places.TryGetValue(name, out (string Host, int Port) place);
            IPAddress? address = placed ? addresses.GetValueOrDefault(place.Host) : null;
            services.Add(new MdnsService(
                name, address, placed ? place.Port : null, texts.GetValueOrDefault(name) ?? []));
        }
        return services;
    }

    private static Dictionary<string, string> Txt(ReadOnlySpan<byte> data)
    {
        Dictionary<string, string> keys = new(StringComparer.OrdinalIgnoreCase);
        int at = 0;
        while (at < data.Length && keys.Count < KeysMax)
        {
            int length = data[at];
            if (at + 1 + length > data.Length)
            {
                break;
            }
            string[] pair = Encoding.UTF8.GetString(data.Slice(at + 1, length)).Split('=', 2);
            if (pair[0].Length > 0)
            {
                keys.TryAdd(pair[0], pair.Length > 1 ? pair[1] : "");
            }
            at += 1 + length;
        }
        return keys;
    }

    /// <summary>A name with its pointers; each pointer leads to before the last, so it ends.</summary>
    private static string? Name(ReadOnlySpan<byte> message, ref int at)
    {
        StringBuilder name = new();
        int place = at, before = at;
        bool jumped = false;
        while (place < message.Length)
        {
            int length = message[place];
            if (length == 0)
            {
                at = jumped ? at : place + 1;
                return name.ToString();
            }
            if ((length & 0xC0) == 0xC0)
            {
                int to = place + 1 < message.Length ? ((length & 0x3F) << 8) | message[place + 1] : int.MaxValue;
                if (to >= before)
                {
                    return null;
                }
                at = jumped ? at : place + 2;
                jumped = true;
                (place, before) = (to, to);
                continue;
            }
            if (length > 63 || place + 1 + length > message.Length || name.Length + length > 255)
            {
                return null;
            }
            name.Append(name.Length > 0 ? "." : "").Append(Encoding.UTF8.GetString(message.Slice(place + 1, length)));
            place += 1 + length;
        }
        return null;
    }
}
