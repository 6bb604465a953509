using System.Net.Http.Headers;
using System.Text;
using Otedama.Interop;

namespace Otedama.Wire;

/// <summary>The Authorization header of one endpoint; a cookie is read on first use and again when the node changed it.</summary>
internal sealed class RpcLogin(RpcEndpoint endpoint)
{
    /// <summary>A cookie is "__cookie__:" and 64 digits; anything much longer is another file.</summary>
    private const int CookieBytesMax = 4_096;

    private volatile AuthenticationHeaderValue? _header = endpoint.HasPassword
        ? Basic($"{endpoint.User}:{endpoint.Password}")
        : null;

    private bool UsesCookie => !endpoint.HasPassword && endpoint.CookiePath is not null;

    /// <summary>Null when the endpoint has no credentials at all. Throws RpcException when the cookie is unreadable.</summary>
    public AuthenticationHeaderValue? Header => _header ??= UsesCookie ? ReadCookie() : null;

    /// <summary>Called after HTTP 401. True when there are other credentials to try now.</summary>
    public bool TryRenew()
    {
        if (!UsesCookie)
        {
            return false;
        }
        AuthenticationHeaderValue? old = _header;
        _header = ReadCookie();
        return !Equals(old, _header);
    }

    private static AuthenticationHeaderValue Basic(string userAndPassword) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(userAndPassword)));

    private AuthenticationHeaderValue ReadCookie()
    {
        try
        {
            string text = Encoding.UTF8.GetString(GivenFile.ReadAll(endpoint.CookiePath!, CookieBytesMax)).Trim();
            return text.Contains(':') ? Basic(text) : throw new IOException("it does not read user:password");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RpcException(
                RpcFailure.Credentials,
                $"node {endpoint.Name}: cookie file {endpoint.CookiePath} cannot be used: {e.Message.TrimEnd('.')}. Start the node "
                + "first, correct node.cookie, or set node.user and node.password.",
                inner: e);
        }
    }
}
