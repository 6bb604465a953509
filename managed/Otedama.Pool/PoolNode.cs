namespace Otedama.Pool;

/// <summary>One coin node: its JSON-RPC address and how to log in. User and password win over a cookie file.</summary>
public sealed record PoolNode(Uri Uri)
{
    /// <summary>Name in logs and snapshots; the address when empty.</summary>
    public string Name { get; init; } = "";

    public string CookiePath { get; init; } = "";

    public string User { get; init; } = "";

    public string Password { get; init; } = "";

    /// <summary>Where the node publishes its blocks over ZeroMQ, as tcp://host:port; null when it does not.</summary>
    public Uri? Zmq { get; init; }
}
