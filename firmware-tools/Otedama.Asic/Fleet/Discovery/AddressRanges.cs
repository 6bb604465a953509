using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Otedama.Asic;

/// <summary>A list of ranges that is refused; the sentence says which and why.</summary>
public sealed class AddressRangeException(string sentence) : Exception(sentence);

/// <summary>
/// The addresses an operator wrote down: 192.168.1.0/24, 10.0.0.5, 10.0.0.5-10.0.0.90, 10.0.0.5-90. Nothing outside of
/// them is
/// ever asked, whoever names it. IPv4, because scanning IPv6 finds nothing.
/// </summary>
public sealed class AddressRanges
{
    /// <summary>Of all ranges together: a /16.</summary>
    public const int AddressesMax = 65_536;

    /// <summary>Ranges in one list.</summary>
    private const int RangesMax = 1024;

    private readonly (uint First, uint Last)[] _ranges;

    private AddressRanges((uint First, uint Last)[] ranges) => _ranges = ranges;

    /// <summary>How many addresses; each counts once, and network and broadcast of a prefix do not.</summary>
    public int Count => (int)_ranges.Sum(static range => (long)range.Last - range.First + 1);

    /// <summary>Throws AddressRangeException with a sentence for people.</summary>
    /// <param name="allowPublic">Addresses outside the private ranges (10/8, 172.16/12, 192.168/16, 169.254/16,
    /// 100.64/10, 127/8) may be in them.</param>
    public static AddressRanges Parse(IEnumerable<string> texts, bool allowPublic)
    {
        List<(uint First, uint Last)> ranges = [];
        foreach (string text in texts.SelectMany(
            static one => one.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries)))
        {
            if (ranges.Count >= RangesMax)
            {
                throw new AddressRangeException($"More than {RangesMax} ranges were listed.");
            }
            (uint first, uint last) = One(text);
            if (!allowPublic && (!IsPrivate(first) || !IsPrivate(last) || Block(first) != Block(last)))
            {
                throw new AddressRangeException(
                    $"{Shown(text)} has public addresses. Scanning other people's machines is not what this is for; "
                        + $"add --allow-public if these are yours.");
            }
            ranges.Add((first, last));
        }
        if (ranges.Count == 0)
        {
            throw new AddressRangeException(
                "No range was listed. Name what to search, such as 192.168.1.0/24: nothing is searched by itself.");
        }
        AddressRanges all = new(Merge(ranges));
        return (long)all._ranges.Sum(static range => (double)range.Last - range.First + 1) <= AddressesMax
            ? all
            : throw new AddressRangeException(
                $"The ranges have more than {AddressesMax} addresses together, the most that is searched (a /16).");
    }

    public bool Contains(IPAddress address)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (address.AddressFamily != AddressFamily.InterNetwork)
        {
            return false;
        }
        uint number = Number(address);
        foreach ((uint first, uint last) in _ranges)
        {
            if (number >= first && number <= last)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Whether any listed address lies in that IPv4 network.</summary>
    public bool Touches(IPAddress address, int prefix)
    {
        uint mask = prefix <= 0 ? 0 : uint.MaxValue << (32 - Math.Min(prefix, 32));
        uint low = Number(address) & mask, high = low | ~mask;
        return Array.Exists(_ranges, range => range.First <= high && range.Last >= low);
    }

    /// <summary>In order.</summary>
    public IEnumerable<IPAddress> Addresses()
    {
        foreach ((uint first, uint last) in _ranges)
        {
            for (uint number = first; ; number++)
            {
                yield return Address(number);
                if (number == last)
                {
                    break;
                }
            }
        }
    }

    private static (uint First, uint Last) One(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0)
        {
            return Prefix(text, text[..slash], text[(slash + 1)..]);
        }
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0)
        {
            uint one = Number(text, text);
            return (one, one);
        }
        uint first = Number(text[..dash], text);
        string end = text[(dash + 1)..];
        uint last = byte.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out byte octet)
            ? (first & 0xFFFFFF00) | octet : Number(end, text);
        if (last < first)
        {
            throw new AddressRangeException($"{Shown(text)} ends before it begins.");
        }
        return (long)last - first < AddressesMax ? (first, last) : throw TooMany(text, (long)last - first + 1);
    }

    private static (uint First, uint Last) Prefix(string text, string address, string length)
    {
        if (!int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out int bits) || bits > 32)
        {
            throw new AddressRangeException($"{Shown(text)}: the length of a prefix is 16 to 32.");
        }
        uint base_ = Number(address, text);
        if (bits < 16)
        {
            throw TooMany(text, 1L << (32 - bits));
        }
        uint mask = bits == 0 ? 0 : uint.MaxValue << (32 - bits);
        uint first = base_ & mask, last = first | ~mask;
        return bits >= 31 ? (first, last) : (first + 1, last - 1);
    }

    private static AddressRangeException TooMany(string text, long count) => new(
        $"{Shown(text)} has {count:N0} addresses; at most {AddressesMax:N0} (a /16) are searched. Did you mean a "
            + $"longer prefix, such as /24?");

    private static uint Number(string address, string text)
    {
        if (Ambiguous(address) is { } why)
        {
            throw new AddressRangeException($"\"{Shown(text)}\" {why}");
        }
        uint number = address.Count(static c => c == '.') == 3 && IPAddress.TryParse(address, out IPAddress? parsed)
            && parsed.AddressFamily == AddressFamily.InterNetwork
            ? Number(parsed)
            : throw new AddressRangeException(
                $"\"{Shown(text)}\" is no IPv4 address or range. Forms: 192.168.1.0/24, 192.168.1.20, "
                + $"192.168.1.20-90.");
        return (number >> 24) is not 0 and < 224 ? number : throw new AddressRangeException(
            $"\"{Shown(text)}\" is no address that a device can have: 0.0.0.0/8 means no address, and from 224.0.0.0 "
                + "on they are groups or kept back.");
    }

    /// <summary>Why an address with a leading zero is not taken; null = it has none.</summary>
    public static string? Ambiguous(string address) => address.Split('.').Any(static part =>
        part.Length > 1 && part[0] == '0' && part.All(char.IsAsciiDigit))
        ? "has a number that begins with 0: some programs read it as octal, so that it names another machine. Write it "
            + "without the zero." : null;

    private static string Shown(string text) => ReplyWords.Short(text.Length > 60 ? text[..60] : text);

    private static (uint First, uint Last)[] Merge(List<(uint First, uint Last)> ranges)
    {
        List<(uint First, uint Last)> merged = [];
        foreach ((uint first, uint last) in ranges.Order())
        {
            if (merged.Count > 0 && first <= merged[^1].Last)
            {
                merged[^1] = (merged[^1].First, Math.Max(last, merged[^1].Last));
            }
            else
            {
                merged.Add((first, last));
            }
        }
        return [.. merged];
    }

    private static bool IsPrivate(uint number) => Block(number) != 0;

    /// <summary>Which private block; 0 = public.</summary>
    private static int Block(uint number) => (number >> 24) switch
    {
        10 => 1,
        127 => 2,
        172 when (number >> 20) == 0xAC1 => 3,
        192 when (number >> 16) == 0xC0A8 => 4,
        169 when (number >> 16) == 0xA9FE => 5,
        100 when (number >> 22) == 0x191 => 6,
        _ => 0,
    };

    private static uint Number(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    private static IPAddress Address(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }
}
