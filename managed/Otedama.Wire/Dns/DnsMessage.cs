using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Otedama.Wire;

/// <summary>What is asked for; the numbers are those on the wire.</summary>
public enum DnsType : ushort
{
    A = 1,
    Aaaa = 28,

    /// <summary>Host and port of a service (RFC 2782).</summary>
    Srv = 33,
}

/// <summary>
/// One SRV record; the lower priority comes first, and of one priority each as often as its weight is part of all.
/// </summary>
public readonly record struct DnsService(ushort Priority, ushort Weight, string Host, ushort Port)
{
    /// <summary>
    /// In the order of RFC 2782: priorities, and within one by weight and chance, those of weight 0 with a small one. draw:
    /// a number below the given one.
    /// </summary>
    public static IReadOnlyList<DnsService> InOrder(IEnumerable<DnsService> services, Func<int, int> draw)
    {
        List<DnsService> ordered = [];
        foreach (IGrouping<ushort, DnsService> one in services.GroupBy(static service => service.Priority)
            .OrderBy(static group => group.Key))
        {
            List<DnsService> left = [.. one.OrderBy(static service => service.Weight)]; // of weight 0 first
            while (left.Count > 0)
            {
                int drawn = draw(left.Sum(static service => service.Weight) + 1), at = 0;
                for (int sum = left[0].Weight; sum < drawn; sum += left[at].Weight)
                {
                    at++;
                }
                ordered.Add(left[at]);
                left.RemoveAt(at);
            }
        }
        return ordered;
    }
}

/// <summary>What a name server answered; both are empty for a name that there is not.</summary>
public sealed record DnsAnswer(IReadOnlyList<IPAddress> Addresses, IReadOnlyList<DnsService> Services);

/// <summary>
/// A question to a name server and its answer (RFC 1035 section 4, RFC 2782, RFC 3596): one question, over UDP,
/// without extensions; of an answer that was cut off what is there. Numbers are big-endian.
/// </summary>
public static class DnsMessage
{
    /// <summary>Records of an answer that are looked at.</summary>
    private const int RecordsMax = 64;

    private const int HeaderBytes = 12, NameMax = 253, LabelMax = 63;
    private const ushort InternetClass = 1, RecursionDesired = 0x0100;
    private const int IsAnswer = 0x80, OpcodeBits = 0x78, NoSuchName = 3;

    /// <summary>Whether a host can be asked for: labels of letters, digits, hyphens and underscores.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= NameMax
        && name.Split('.').All(static label => label.Length is > 0 and <= LabelMax && label.All(IsNameLetter));

    /// <summary>The question's bytes. ArgumentException for what is no name.</summary>
    public static byte[] Question(ushort id, string name, DnsType type)
    {
        if (!IsName(name))
        {
            throw new ArgumentException($"\"{name}\" is no name of a host", nameof(name));
        }
        byte[] bytes = new byte[HeaderBytes + name.Length + 2 + 4];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, id);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), RecursionDesired);
        bytes[5] = 1; // one question
        int at = HeaderBytes;
        foreach (string label in name.Split('.'))
        {
            bytes[at] = (byte)label.Length;
            at += 1 + Encoding.ASCII.GetBytes(label, bytes.AsSpan(at + 1));
        }
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at + 1), (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at + 3), InternetClass);
        return bytes;
    }

    /// <summary>
    /// What this question was answered; null when the bytes are no answer to it, or the server could not. Never throws
    /// on what somebody sent.
    /// </summary>
    public static DnsAnswer? Read(ReadOnlySpan<byte> bytes, ushort id, string name, DnsType type)
    {
        if (bytes.Length < HeaderBytes || BinaryPrimitives.ReadUInt16BigEndian(bytes) != id
            || (bytes[2] & (IsAnswer | OpcodeBits)) != IsAnswer || (bytes[3] & 0xf) is not (0 or NoSuchName)
            || BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]) != 1)
        {
            return null;
        }
        int at = HeaderBytes;
        if (ReadName(bytes, ref at) is not { } asked || !asked.Equals(name, StringComparison.OrdinalIgnoreCase)
            || bytes.Length - at < 4 || BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]) != (ushort)type)
        {
            return null;
        }
        at += 4;
        List<IPAddress> addresses = [];
        List<DnsService> services = [];
        int records = Math.Min(RecordsMax, (int)BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]));
        for (int i = 0; i < records && TryTake(bytes, ref at, type, addresses, services); i++)
        {
        }
        return new DnsAnswer(addresses, services);
    }

    /// <summary>
    /// One record, whoever it is of: where the name is another's alias, the server gives that one's. False at the end.
    /// </summary>
    private static bool TryTake(
        ReadOnlySpan<byte> bytes, ref int at, DnsType type, List<IPAddress> addresses, List<DnsService> services)
    {
        if (ReadName(bytes, ref at) is null || bytes.Length - at < 10)
        {
            return false;
        }
        ReadOnlySpan<byte> head = bytes[at..];
        int length = BinaryPrimitives.ReadUInt16BigEndian(head[8..]), start = at + 10;
        at = start + length;
        if (at > bytes.Length)
        {
            return false;
        }
        if (BinaryPrimitives.ReadUInt32BigEndian(head) != (((uint)type << 16) | InternetClass))
        {
            return true;
        }
        if (type == DnsType.Srv)
        {
            int target = start + 6;
            if (length > 6 && ReadName(bytes, ref target) is { } host && target == at && IsName(host))
            {
                services.Add(new DnsService(BinaryPrimitives.ReadUInt16BigEndian(bytes[start..]),
                    BinaryPrimitives.ReadUInt16BigEndian(bytes[(start + 2)..]), host,
                    BinaryPrimitives.ReadUInt16BigEndian(bytes[(start + 4)..])));
            }
        }
        else if (length == (type == DnsType.A ? 4 : 16))
        {
            addresses.Add(new IPAddress(bytes.Slice(start, length)));
        }
        return true;
    }

    /// <summary>
    /// The name here, without its last point; at is then behind it. Null when it is none. A name may go on at an
    /// earlier place: each such place has to lie before all the others, so that nobody reads in circles.
    /// </summary>
    private static string? ReadName(ReadOnlySpan<byte> bytes, ref int at)
    {
        StringBuilder name = new();
        int here = at, earliest = at;
        bool isElsewhere = false;
        while (here < bytes.Length)
        {
            int length = bytes[here];
            if (length == 0)
            {
                at = isElsewhere ? at : here + 1;
                return name.ToString();
            }
            if (length >= 0xc0)
            {
                int place = here + 1 < bytes.Length ? ((length & 0x3f) << 8) | bytes[here + 1] : int.MaxValue;
                if (place >= earliest)
                {
                    return null;
                }
                at = isElsewhere ? at : here + 2;
                (here, earliest, isElsewhere) = (place, place, true);
                continue;
            }
            if (length > LabelMax || here + 1 + length > bytes.Length || name.Length + length > NameMax)
            {
                return null;
            }
            name.Append(name.Length > 0 ? "." : "").Append(Encoding.Latin1.GetString(bytes.Slice(here + 1, length)));
            here += 1 + length;
        }
        return null;
    }

    private static bool IsNameLetter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_';
}
