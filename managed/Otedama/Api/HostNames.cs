using System.Net;
using Microsoft.AspNetCore.Http;
using Otedama.Wire;

namespace Otedama;

/// <summary>
/// Which Host header an HTTP server of ours answers to: an address, localhost, or a name of the settings. Otherwise a
/// foreign page could reach us through a name it owns (DNS rebinding).
/// </summary>
internal sealed class HostNames(IReadOnlyList<string> allowed)
{
    /// <summary>Answers 421 to a foreign name; to others nothing.</summary>
    public Task CheckAsync(HttpContext context) => IsOurs(context.Request.Host.Host)
        ? Task.CompletedTask
        : HttpReply.TextAsync(context, 421, "This server answers to its address, to localhost and to the names in its allowed_hosts setting only.\n");

    private bool IsOurs(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || IPAddress.TryParse(host.Trim('[', ']'), out _)
        || allowed.Contains(host, StringComparer.OrdinalIgnoreCase);
}
