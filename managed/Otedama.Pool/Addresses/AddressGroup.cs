using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Addresses that one operator can have many of, and that therefore count as one: Kind says by what they are grouped.
/// </summary>
public readonly record struct AddressGroup(AddressGroupKind Kind, uint Value)
{
    public override string ToString() => Kind switch
    {
        AddressGroupKind.V4 => $"{Value >> 8}.{Value & 0xff}.0.0/16",
        AddressGroupKind.V6 => $"{Value >> 16:x}:{Value & 0xffff:x}::/32",
        AddressGroupKind.System => $"AS{Value}",
        _ => "local",
    };
}

public enum AddressGroupKind : byte
{
    /// <summary>Private, loopback and everything else that is not routed: all of it is one group.</summary>
    Local,

    /// <summary>An IPv4 /16.</summary>
    V4,

    /// <summary>An IPv6 /32, what a provider gets.</summary>
    V6,

    /// <summary>An autonomous system, where a database says which.</summary>
    System,
}

/// <summary>Groups addresses. Any thread.</summary>
public interface IAddressGroups
{
    /// <summary>
    /// Another number when addresses would be grouped otherwise: what lies in buckets has then to be placed anew.
    /// </summary>
    ulong Edition { get; }

    AddressGroup Of(PeerEndpoint place);
}

/// <summary>
/// By autonomous systems where a database has them, else by the networks that providers get. atlas: null for none.
/// </summary>
public sealed class NetworkGroups(IAtlas? atlas = null) : IAddressGroups
{
    public ulong Edition => atlas?.SystemEdition ?? 0;

    public AddressGroup Of(PeerEndpoint place) =>
        !place.IsPublic ? default
        : atlas?.SystemOf(place.IP) is uint system and > 0 ? new AddressGroup(AddressGroupKind.System, system)
        : place.IsV4 ? new AddressGroup(AddressGroupKind.V4, unchecked((uint)place.Address) >> 16)
        : new AddressGroup(AddressGroupKind.V6, (uint)(place.Address >> 96));
}
