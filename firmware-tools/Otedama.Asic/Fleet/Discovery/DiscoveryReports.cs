using System.Globalization;
using System.Net;
using System.Text;

namespace Otedama.Asic;

/// <summary>
/// What a device said of itself over UDP. A hint: it is asked only if an operator listed its address.
/// </summary>
/// <param name="Source">antminer button, whatsminer button, cgminer multicast, mdns.</param>
/// <param name="Mac">Lower case with colons; null = not said.</param>
/// <param name="ApiPort">Of its cgminer API where it said so.</param>
public sealed record DiscoveryReport(string Source, IPAddress Address, string? Mac, int? ApiPort, string? Description)
{
    /// <summary>Of its page where it said so.</summary>
    public int? WebPort { get; init; }
}

/// <summary>The forms of those datagrams. Pure; what is no such report is null.</summary>
public static class DiscoveryReports
{
    public const int AntminerPort = 14235, WhatsminerPort = 8888, MulticastPort = 4028, MdnsPort = 5353;

    private const string QuestionStart = "cgminer-FTW-";

    /// <summary>224.0.0.75.</summary>
    public static IPAddress MulticastGroup { get; } = new([224, 0, 0, 75]);

    /// <summary>224.0.0.251.</summary>
    public static IPAddress MdnsGroup { get; } = new([224, 0, 0, 251]);

    /// <summary>"192.0.2.10,AA:BB:CC:DD:EE:FF"</summary>
    public static DiscoveryReport? Antminer(ReadOnlySpan<byte> datagram)
    {
        string[] parts = Text(datagram).Split(',');
        return parts.Length is 2 or 3 && Address(parts[0]) is { } address && ReplyValues.Mac(parts[1]) is { } mac
            ? new DiscoveryReport("antminer button", address, mac, null, null) : null;
    }

    /// <summary>"IP:192.0.2.11MAC:aa:bb:cc:dd:ee:ff" and a NUL.</summary>
    public static DiscoveryReport? Whatsminer(ReadOnlySpan<byte> datagram)
    {
        string text = Text(datagram);
        int mac = text.IndexOf("MAC:", StringComparison.OrdinalIgnoreCase);
        return text.StartsWith("IP:", StringComparison.OrdinalIgnoreCase) && mac > 3
            && Address(text[3..mac]) is { } address
            && ReplyValues.Mac(text[(mac + 4)..].Trim()) is { } hardware
            ? new DiscoveryReport("whatsminer button", address, hardware, null, null) : null;
    }

    /// <summary>What is sent to the group: the port for replies is named in it.</summary>
    public static byte[] MulticastQuestion(int replyPort) =>
        Encoding.ASCII.GetBytes($"{QuestionStart}{replyPort.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>The port that such a question wants its answers at; null = it is none.</summary>
    public static int? QuestionPort(ReadOnlySpan<byte> datagram)
    {
        string text = Text(datagram);
        return text.StartsWith(QuestionStart, StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(QuestionStart.Length), NumberStyles.None, CultureInfo.InvariantCulture,
                out int port)
            && port is >= 1 and <= 65_535 ? port : null;
    }

    /// <summary>"cgm-FTW-4028-description" and a NUL; the address is the sender's.</summary>
    public static DiscoveryReport? Multicast(ReadOnlySpan<byte> datagram, IPAddress sender)
    {
        string text = Text(datagram);
        if (!text.StartsWith("cgm-FTW-", StringComparison.Ordinal))
        {
            return null;
        }
        string rest = text["cgm-FTW-".Length..];
        int dash = rest.IndexOf('-', StringComparison.Ordinal);
        string port = dash < 0 ? rest : rest[..dash];
        return int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && number is >= 1 and <= 65_535
            ? new DiscoveryReport("cgminer multicast", sender, null, number,
                dash < 0 || dash + 1 == rest.Length ? null : ReplyWords.Short(rest[(dash + 1)..])) : null;
    }

    private static string Text(ReadOnlySpan<byte> datagram)
    {
        int nul = datagram.IndexOf((byte)0);
        ReadOnlySpan<byte> bytes = nul < 0 ? datagram : datagram[..nul];
        return bytes.Length > 512 ? "" : Encoding.UTF8.GetString(bytes).Trim();
    }

    private static IPAddress? Address(string text) =>
        text.Trim() is { } trimmed && trimmed.Count(static c => c == '.') == 3
            && IPAddress.TryParse(trimmed, out IPAddress? address) ? address : null;
}
