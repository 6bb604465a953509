using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Otedama;

/// <summary>
/// How a browser gets in without ever seeing the token: a link that works once, which gives a cookie signed with a key made
/// from the token. A cookie outlives a restart and ends after 30 days or with the token. Thread-safe.
/// </summary>
internal sealed class ApiSessions(ApiToken token, TimeProvider clock)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    /// <summary>Links not yet used; a further one makes the oldest worthless.</summary>
    private const int LinksMax = 16;

    private const int SecretBytes = 16;

    private readonly Lock _gate = new();
    private readonly Queue<string> _links = new();

    /// <summary>The secret of a link that works once.</summary>
    public string NewLink()
    {
        string link = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));
        lock (_gate)
        {
            _links.Enqueue(link);
            if (_links.Count > LinksMax)
            {
                _links.Dequeue();
            }
        }
        return link;
    }

    /// <summary>True once for each link.</summary>
    public bool TryUse(string? link)
    {
        byte[] given = Encoding.UTF8.GetBytes(link ?? "");
        lock (_gate)
        {
            string? found = _links.FirstOrDefault(known => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(known), given));
            for (int i = found is null ? 0 : _links.Count; i > 0; i--)
            {
                string next = _links.Dequeue();
                if (next != found)
                {
                    _links.Enqueue(next);
                }
            }
            return found is not null;
        }
    }

    /// <summary>A new secret: every cookie and every link that was given out ends.</summary>
    public void Rotate()
    {
        token.Rotate();
        lock (_gate)
        {
            _links.Clear();
        }
    }

    public string NewCookie()
    {
        long until = (clock.GetUtcNow() + Lifetime).ToUnixTimeSeconds();
        string claim = string.Create(CultureInfo.InvariantCulture, $"{until}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes))}");
        return $"{claim}.{Sign(claim)}";
    }

    public bool IsValid(string? cookie)
    {
        int dot = cookie?.LastIndexOf('.') ?? -1;
        if (dot < 0)
        {
            return false;
        }
        string claim = cookie![..dot];
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(cookie[(dot + 1)..]), Encoding.ASCII.GetBytes(Sign(claim)))
            && long.TryParse(claim.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out long until)
            && clock.GetUtcNow().ToUnixTimeSeconds() < until;
    }

    private string Sign(string claim)
    {
        byte[] key = SHA256.HashData(Encoding.ASCII.GetBytes("otedama dashboard session " + token.Text));
        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(claim)));
    }
}
