using System.Net;

namespace Otedama.Pool;

/// <summary>The local network as a port mapper meets it. Failures are answers: null, or empty.</summary>
public interface INatWorld
{
    /// <summary>
    /// The gateway of the default route and this machine's address towards it; null when there is none.
    /// </summary>
    NatRoute? Route();

    /// <summary>Sends a datagram and waits so long for one from exactly there: a gateway, or a name server.</summary>
    Task<byte[]?> AskAsync(IPEndPoint to, ReadOnlyMemory<byte> request, TimeSpan patience, CancellationToken stop);

    /// <summary>
    /// Sends datagrams and collects what anybody on the link answers in that time; at most 32 answers.
    /// </summary>
    Task<IReadOnlyList<(IPAddress From, byte[] Bytes)>> SearchAsync(
        IPEndPoint to, IReadOnlyList<byte[]> requests, TimeSpan patience, CancellationToken stop);

    /// <summary>
    /// One HTTP request: GET, or POST of a SOAP body with its action. At most 64 KiB and three seconds, no redirects.
    /// The text comes whatever the status is.
    /// </summary>
    Task<(int Status, string Text)?> HttpAsync(Uri uri, string? action, string? body, CancellationToken stop);
}

/// <summary>A network without a gateway.</summary>
internal sealed class NoGateway : INatWorld
{
    public NatRoute? Route() => null;

    public Task<byte[]?> AskAsync(IPEndPoint to, ReadOnlyMemory<byte> request, TimeSpan patience,
        CancellationToken stop) => Task.FromResult<byte[]?>(null);

    public Task<IReadOnlyList<(IPAddress From, byte[] Bytes)>> SearchAsync(
        IPEndPoint to, IReadOnlyList<byte[]> requests, TimeSpan patience, CancellationToken stop) =>
        Task.FromResult<IReadOnlyList<(IPAddress From, byte[] Bytes)>>([]);

    public Task<(int Status, string Text)?> HttpAsync(Uri uri, string? action, string? body, CancellationToken stop) =>
        Task.FromResult<(int Status, string Text)?>(null);
}

/// <summary>Where the default route leads.</summary>
public sealed record NatRoute(IPAddress Gateway, IPAddress Local);

/// <summary>What the operator allows.</summary>
public enum NatChoice
{
    Auto,
    Pcp,
    NatPmp,
    Upnp,
    Off,
}
