using System.Net;
using Microsoft.Extensions.Logging;

namespace Otedama.Wire;

/// <summary>Settings of the engine on .NET sockets.</summary>
public sealed record TransportOptions
{
    public required IReadOnlyList<IPEndPoint> Listen { get; init; }

    /// <summary>Where only TLS is spoken. On Listen the first byte decides.</summary>
    public IReadOnlyList<IPEndPoint> ListenTls { get; init; } = [];

    /// <summary>More open connections than this are refused.</summary>
    public int ConnectionsMax { get; init; } = 20_000;

    /// <summary>Bytes waiting for a slow reader before it is closed.</summary>
    public int OutputBytesMax { get; init; } = 256 * 1024;

    /// <summary>Output nobody has taken for this long closes the connection.</summary>
    public TimeSpan UnreadTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Bytes the kernel takes for a reader that does not read. Its own choice goes to megabytes, in which such a
    /// reader hides.
    /// </summary>
    public int KernelOutputBytes { get; init; } = 64 * 1024;

    /// <summary>
    /// Connections the kernel keeps until they are accepted; the kernel's own limit (somaxconn) applies too.
    /// </summary>
    public int Backlog { get; init; } = 8_192;

    /// <summary>Seconds of silence before the kernel probes the other end.</summary>
    public int KeepAliveSeconds { get; init; } = 60;

    /// <summary>How long a proxy may take to send its header, and a TLS handshake may last.</summary>
    public TimeSpan PreludeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Null: connections that start with a TLS record are closed. SocketTransport.Identity replaces it while it runs.
    /// </summary>
    public TlsIdentity? Identity { get; init; }

    /// <summary>Networks whose PROXY header is believed.</summary>
    public IReadOnlyList<IPNetwork> ProxySources { get; init; } = [];

    /// <summary>Told why an engine cannot go on; all its connections are closed then, and none come.</summary>
    public Action<string>? Broken { get; init; }

    /// <summary>At trace it gets every line in both directions, without passwords.</summary>
    public ILogger? Trace { get; init; }
}
