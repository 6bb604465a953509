using System.Security.Cryptography;
using System.Text;

namespace Otedama.Asic;

/// <summary>
/// Answers to a digest challenge (RFC 7616, and RFC 2069 where the device gives no qop), as an Antminer's web server
/// asks.
/// </summary>
public sealed record HttpDigest(string Realm, string Nonce, string? Opaque, string Algorithm, bool HasQop)
{
    /// <summary>Parses the value of WWW-Authenticate; null when it is no digest this can answer.</summary>
    public static HttpDigest? Parse(string? challenge)
    {
        if (challenge is null || !challenge.TrimStart().StartsWith("Digest ", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }
        Dictionary<string, string> parts = Parts(challenge.TrimStart()[7..]);
        string algorithm = parts.GetValueOrDefault("algorithm", "MD5").ToUpperInvariant();
        string? qop = parts.GetValueOrDefault("qop");
        bool auth = qop is not null
            && qop.Split(',').Any(static part => part.Trim().Equals("auth", StringComparison.OrdinalIgnoreCase));
        if (!parts.TryGetValue("nonce", out string? nonce) || (qop is not null && !auth)
            || algorithm is not ("MD5" or "MD5-SESS" or "SHA-256"))
        {
            return null;
        }
        return new HttpDigest(parts.GetValueOrDefault("realm", ""), nonce, parts.GetValueOrDefault("opaque"), algorithm,
            auth);
    }

    /// <summary>Realm of any challenge, digest or basic.</summary>
    public static string? RealmOf(string? challenge)
    {
        int space = challenge?.TrimStart().IndexOf(' ', StringComparison.Ordinal) ?? -1;
        return space < 0 ? null : Parts(challenge!.TrimStart()[(space + 1)..]).GetValueOrDefault("realm");
    }

    /// <summary>Value of Authorization for one request.</summary>
    /// <param name="cnonce">Of the client: random.</param>
    public string Answer(FleetCredentials credentials, string method, string uri, string cnonce)
    {
        const string Count = "00000001";
        string secret = Hash($"{credentials.User}:{Realm}:{credentials.Password.Reveal()}");
        if (Algorithm == "MD5-SESS")
        {
            secret = Hash($"{secret}:{Nonce}:{cnonce}");
        }
        string request = Hash($"{method}:{uri}");
        string response = HasQop ? Hash($"{secret}:{Nonce}:{Count}:{cnonce}:auth:{request}")
            : Hash($"{secret}:{Nonce}:{request}");
        StringBuilder answer = new();
        answer.Append("Digest username=\"").Append(Quoted(credentials.User)).Append("\", realm=\"").Append(
            Quoted(Realm))
            .Append("\", nonce=\"").Append(Quoted(Nonce)).Append("\", uri=\"").Append(uri).Append(
                "\", algorithm=").Append(Algorithm)
            .Append(", response=\"").Append(response).Append('"');
        if (Opaque is not null)
        {
            answer.Append(", opaque=\"").Append(Quoted(Opaque)).Append('"');
        }
        if (HasQop)
        {
            answer.Append(", qop=auth, nc=").Append(Count).Append(", cnonce=\"").Append(cnonce).Append('"');
        }
        return answer.ToString();
    }

    private string Hash(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return Convert.ToHexStringLower(Algorithm == "SHA-256" ? SHA256.HashData(bytes) : MD5.HashData(bytes));
    }

    private static string Quoted(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    private static Dictionary<string, string> Parts(string text)
    {
        Dictionary<string, string> parts = new(StringComparer.OrdinalIgnoreCase);
        int at = 0;
        while (at < text.Length && parts.Count < 32)
        {
            int equals = text.IndexOf('=', at);
            if (equals < 0)
            {
                break;
            }
            string name = text[at..equals].Trim(' ', ',', '\t');
            StringBuilder value = new();
            int i = equals + 1;
            if (i < text.Length && text[i] == '"')
            {
                for (i++; i < text.Length && text[i] != '"'; i++)
                {
                    i += text[i] == '\\' && i + 1 < text.Length ? 1 : 0;
                    value.Append(text[i]);
                }
                i++;
            }
            else
            {
                for (; i < text.Length && text[i] != ','; i++)
                {
                    value.Append(text[i]);
                }
            }
            parts[name] = value.ToString().Trim();
            at = Math.Min(text.Length, i) + 1;
        }
        return parts;
    }
}
