using System.Net;

namespace Otedama.Wire;

/// <summary>Where an HttpHost listens and what it tolerates. The defaults suit a local API behind loopback.</summary>
public sealed record HttpHostOptions
{
    /// <summary>Name in logs and error messages: "rpc", "api", "metrics".</summary>
    public required string Name { get; init; }

    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>0 lets the system choose; HttpHost.Port tells which.</summary>
    public int Port { get; init; }

    /// <summary>Connections beyond this are closed at once.</summary>
    public int ConnectionsMax { get; init; } = 256;

    /// <summary>Larger bodies are answered 413.</summary>
    public long BodyBytesMax { get; init; } = 1 << 20;

    /// <summary>Request line and headers together; larger ones are answered 431.</summary>
    public int HeaderBytesMax { get; init; } = 16 * 1024;

    /// <summary>A client that has not sent its headers by then is closed.</summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>An idle connection is closed after this.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(75);

    /// <summary>Slowest body accepted, bytes per second after 5 s of grace; slower senders get 408.</summary>
    public double BodyBytesPerSecondMin { get; init; } = 240;

    /// <summary>Slowest client that is served for long, bytes per second beyond UnreadTimeout for each answer.</summary>
    public double ReadBytesPerSecondMin { get; init; } = 65_536;

    /// <summary>How long an answer may wait for a client that does not read, above one second; then it is closed.</summary>
    public TimeSpan UnreadTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a stop waits for requests in progress before their connections are cut.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(3);
}
