using System.Net;

namespace Otedama.Mining;

/// <summary>
/// Decides whether a pool may send us to another host: only within its own registered domain. A redirect elsewhere
/// is the classic way to steal hash rate from an unencrypted connection.
/// </summary>
public static class HostSuffix
{
    public static bool Allows(string from, string to)
    {
        if (string.Equals(from, to, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }
        if (IPAddress.TryParse(from, out _) || IPAddress.TryParse(to, out _))
        {
            return false;
        }
        string suffix = Registered(from.TrimEnd('.'));
        string host = to.TrimEnd('.');
        return suffix.Length > 0
            && (host.Equals(suffix, StringComparison.OrdinalIgnoreCase)
                || host.EndsWith("." + suffix, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>
    /// The last two labels, or three where the last two look like a country's shared suffix (co.uk, com.br): a list of
    /// all public suffixes would be out of date on most rigs. Empty for a name of one label.
    /// </summary>
    private static string Registered(string host)
    {
        string[] labels = host.Split('.');
        bool shared = labels.Length >= 2 && labels[^1].Length == 2 && labels[^2].Length <= 3;
        int keep = shared ? 3 : 2;
        return labels.Length < keep ? "" : string.Join('.', labels[^keep..]);
    }
}
