using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Otedama.Wire;

/// <summary>Settings of the engine on .NET sockets.</summary>
public sealed record TransportOptions
{
    public required IReadOnlyList<IPEndPoint> Listen { get; init; }

    /// <summary>More open connections than this are refused.</summary>
    public int ConnectionsMax { get; init; } = 20_000;

    /// <summary>Bytes waiting for a slow reader before it is closed.</summary>
    public int OutputBytesMax { get; init; } = 256 * 1024;

    /// <summary>Connections the kernel keeps until they are accepted; the kernel's own limit (somaxconn) applies too.</summary>
    public int Backlog { get; init; } = 8_192;

    /// <summary>Seconds of silence before the kernel probes the other end.</summary>
    public int KeepAliveSeconds { get; init; } = 60;

    /// <summary>How long a proxy may take to send its header, and a TLS handshake may last.</summary>
    public TimeSpan PreludeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Null: connections that start with a TLS record are closed.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Networks whose PROXY header is believed.</summary>
    public IReadOnlyList<IPNetwork> ProxySources { get; init; } = [];
}
