using System.Text;
using System.Text.RegularExpressions;

namespace Otedama.Asic;

/// <summary>Takes secrets out of replies before anybody keeps or prints them.</summary>
public static partial class SecretFilter
{
    private const string Mask = "***";

    /// <summary>
    /// Shorter secrets would take half of the text with them; fields named so are masked whatever they hold.
    /// </summary>
    private const int LeastLength = 4;

    /// <summary>
    /// The reply as text without what its fields call a password, token or key, without users and passwords in URLs,
    /// and
    /// without the given secrets. Bytes that are no UTF-8 become U+FFFD.
    /// </summary>
    public static string Clean(ReadOnlySpan<byte> reply, params IEnumerable<FleetSecret?> secrets) =>
        Clean(Encoding.UTF8.GetString(reply), secrets);

    public static string Clean(string text, params IEnumerable<FleetSecret?> secrets)
    {
        text = Inner().Replace(text, $"$1{Mask}");
        text = Fields().Replace(text, $"$1{Mask}$2");
        text = Query().Replace(text, $"$1{Mask}");
        text = Sections().Replace(text, $"$1{Mask}");
        text = UserInfo().Replace(text, $"://{Mask}@");
        foreach (FleetSecret secret in secrets.OfType<FleetSecret>())
        {
            string value = secret.Reveal();
            if (value.Length >= LeastLength)
            {
                text = text.Replace(value, Mask, StringComparison.Ordinal);
            }
        }
        return text;
    }

    /// <summary>Of a pool: the URL without user and password.</summary>
    public static string Url(string url)
    {
        int scheme = url.IndexOf("://", StringComparison.Ordinal);
        int start = scheme < 0 ? 0 : scheme + 3;
        int end = url.IndexOf('/', start);
        int at = url[start..(end < 0 ? url.Length : end)].LastIndexOf('@') + start;
        return url.Length > start && at >= start ? url[..start] + url[(at + 1)..] : url;
    }

    /// <summary>"stratumPassword":"x", also where the reply breaks off in it.</summary>
    [GeneratedRegex(
        """("[^"\\]{0,40}(?:pass|pwd|passwd|secret|token|totp|otp|psk|pool[0-9]pw|sessionid|salt|host_sign""" +
        """|api[-_]?key|authorization|private[-_]?key)[^"\\]{0,20}\x22\s*:\s*)(?:"(?:[^"\\]|\\.)*(?:"|\\?$)""" +
        """|\[[^\]]*\]?|\{(?:[^{}]|\{[^{}]*\})*\}?|[^",}\]\s\[{]+)()""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Fields();

    /// <summary>\"password\":\"x\" in a text that is JSON itself.</summary>
    [GeneratedRegex(
        """(\\+"[^"\\]{0,40}(?:pass|pwd|secret|token|psk|api[-_]?key)[^"\\]{0,20}\\+"\s*:\s*\\+")[^"\\]*""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Inner();

    /// <summary>?password=x in an address.</summary>
    [GeneratedRegex(
        """([?&][^=&\s"']{0,40}(?:pass|pwd|secret|token|key)[^=&\s"']{0,20}=)[^&\s"'\\]+""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Query();

    /// <summary>Pass=x in the text form.</summary>
    [GeneratedRegex(
        """((?:^|[,|])[^=,|"]{0,40}(?:pass|pwd|secret|token|sessionid)[^=,|"]{0,20}=)(?:[^,|\\]|\\.)*""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Sections();

    [GeneratedRegex("""://[^\s/"'\\@]+(?:@[^\s/"'\\@]+)*@""", RegexOptions.CultureInvariant)]
    private static partial Regex UserInfo();
}
