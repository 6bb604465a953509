namespace Otedama.Mining;

/// <summary>
/// Decides whether a pool may send us to another host: to itself, to names below its own, and to hosts the operator has
/// listed. A redirect elsewhere is the classic way to steal hash rate from an unencrypted connection, and a common ending
/// proves nothing: strangers are neighbours below co.jp or a hoster's domain, and no list of those endings stays current.
/// </summary>
public static class RedirectRule
{
    /// <summary>listed: hosts, each standing for itself and the names below it.</summary>
    public static bool Allows(string from, string to, IReadOnlyList<string> listed)
    {
        string target = Plain(to);
        return target.Length > 0 && (IsOrIsBelow(target, Plain(from)) || listed.Any(host => IsOrIsBelow(target, Plain(host))));
    }

    private static bool IsOrIsBelow(string host, string top) =>
        host == top || (top.Length > 0 && !System.Net.IPAddress.TryParse(top, out _) && host.EndsWith("." + top, StringComparison.Ordinal));

    private static string Plain(string host) => host.TrimEnd('.').ToLowerInvariant();
}
