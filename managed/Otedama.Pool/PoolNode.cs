namespace Otedama.Pool;

/// <summary>One coin node: its JSON-RPC address and how to log in. A cookie file wins over user and password.</summary>
public sealed record PoolNode(Uri Uri)
{
    /// <summary>Name in logs and snapshots; the address when empty.</summary>
    public string Name { get; init; } = "";

    public string CookiePath { get; init; } = "";

    public string User { get; init; } = "";

    public string Password { get; init; } = "";
}
