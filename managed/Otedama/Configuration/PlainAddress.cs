using System.Net;
using System.Net.Sockets;

namespace Otedama;

/// <summary>
/// Addresses and names as people mean them. The base library also takes 5, 0x10 and 1.5 for addresses of IPv4, and
/// brackets, ports and zones with those of IPv6.
/// </summary>
internal static class PlainAddress
{
    private const int NameMax = 253, LabelMax = 63;

    /// <summary>Four decimal numbers with dots, or an address of IPv6 without anything around it.</summary>
    public static bool TryParse(string text, out IPAddress address)
    {
        bool parsed = IPAddress.TryParse(text, out IPAddress? found);
        address = found ?? IPAddress.None;
        return parsed && (address.AddressFamily == AddressFamily.InterNetworkV6
            ? text.All(static c => char.IsAsciiHexDigit(c) || c is ':' or '.') : text == address.ToString());
    }

    /// <summary>An address, or one with a slash and the bits of the network.</summary>
    public static bool TryParse(string text, out IPNetwork network)
    {
        network = default;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!TryParse(slash < 0 ? text : text[..slash], out IPAddress address))
        {
            return false;
        }
        if (slash >= 0)
        {
            return text[(slash + 1)..].All(char.IsAsciiDigit) && IPNetwork.TryParse(text, out network);
        }
        network = new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32);
        return true;
    }

    /// <summary>Labels of letters, digits and hyphens, the last of them no number.</summary>
    public static bool IsDomain(string text)
    {
        string[] labels = text.Split('.');
        return text.Length <= NameMax && Array.TrueForAll(labels, IsLabel) && !labels[^1].All(char.IsAsciiDigit);
    }

    private static bool IsLabel(string label) => label.Length is > 0 and <= LabelMax
        && label[0] != '-' && label[^1] != '-' && label.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
