using System.Net;

namespace Otedama.Pool;

/// <summary>How a node behaves among others.</summary>
public sealed record PeerHostOptions
{
    /// <summary>Where others can connect to it; 0 = nowhere.</summary>
    public ushort ListenPort { get; init; }

    /// <summary>Links that others may make to it; the next one puts another out, or has no room.</summary>
    public required int InboundMax { get; init; }

    /// <summary>It answers in the DHT.</summary>
    public bool IsDhtServer { get; init; }

    /// <summary>Networks that neither limits nor bans of addresses are for.</summary>
    public IReadOnlyList<IPNetwork> Allowed { get; init; } = [];

    /// <summary>Name and version of the software.</summary>
    public string UserAgent { get; init; } = "";

    internal bool IsAllowed(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Allowed.Any(network => network.Contains(plain));
    }
}
