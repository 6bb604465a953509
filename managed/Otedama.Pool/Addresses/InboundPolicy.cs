using System.Buffers.Binary;
using System.Net;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// One connection that somebody made to us. Times are Unix milliseconds, zero = never; Ping in seconds.
/// </summary>
public sealed record Inbound
{
    public required long Number { get; init; }

    public required PeerEndpoint Place { get; init; }

    public required AddressGroup Group { get; init; }

    public required long Since { get; init; }

    /// <summary>The shortest way measured; infinite before the first.</summary>
    public double Ping { get; init; } = double.PositiveInfinity;

    /// <summary>When it last gave us a valid share that was new.</summary>
    public long LastShare { get; init; }

    /// <summary>When it last gave us a block.</summary>
    public long LastBlock { get; init; }

    /// <summary>The operator's list: neither limited nor put out.</summary>
    public bool IsAllowed { get; init; }
}

/// <summary>
/// Whom to let in, and who goes when the table is full. Pure: the same connections give the same answer.
/// </summary>
public static class InboundPolicy
{
    public const int OfNetworkMax = 8, OfAddressMax = 2;

    private const int ByGroup = 4, ByPing = 8, ByShare = 4, ByBlock = 4;

    /// <summary>
    /// A sentence when there are enough from there: two of an address (IPv6: of a /64), eight of a /24 (IPv6: of a
    /// /56).
    /// </summary>
    public static string? WhyRefused(PeerEndpoint place, IReadOnlyCollection<Inbound> connected)
    {
        int ofAddress = connected.Count(one => !one.IsAllowed && Same(one.Place, place, 32, 64));
        int ofNetwork = connected.Count(one => !one.IsAllowed && Same(one.Place, place, 24, 56));
        return ofAddress >= OfAddressMax
            ? $"{ofAddress} connections of {place.IP} are open, and {OfAddressMax} are allowed"
            : ofNetwork >= OfNetworkMax
                ? $"{ofNetwork} connections of the network around {place.IP} are open, and {OfNetworkMax} are allowed"
            : null;
    }

    /// <summary>
    /// The connection to close for a new one: first those are set aside that an attacker cannot all be at once - few
    /// of a secret choice of groups, the nearest, those who gave shares and blocks last, and half of the rest by age
    /// - and then the youngest of the largest group goes. Null when nobody is left.
    /// </summary>
    public static Inbound? Victim(IReadOnlyCollection<Inbound> connected, SipHash key)
    {
        List<Inbound> left = [.. connected.Where(static one => !one.IsAllowed)];
        SetAside(left, ByGroup, one => (double)Secret(key, one.Group));
        SetAside(left, ByPing, static one => one.Ping);
        SetAside(left, ByShare, static one => -one.LastShare);
        SetAside(left, ByBlock, static one => -one.LastBlock);
        SetAside(left, left.Count / 2, static one => one.Since);
        return left.GroupBy(static one => one.Group)
            .OrderByDescending(static group => group.Count()).ThenByDescending(static group =>
                group.Max(static one => one.Since))
            .FirstOrDefault()?.MaxBy(static one => one.Since);
    }

    /// <summary>Those with the least; who has nothing to show for it stays in the choice.</summary>
    private static void SetAside(List<Inbound> left, int count, Func<Inbound, double> rank)
    {
        foreach (Inbound one in left
            .Where(one => rank(one) is not (0 or double.PositiveInfinity)).OrderBy(rank).Take(count).ToArray())
        {
            left.Remove(one);
        }
    }

    private static ulong Secret(SipHash key, AddressGroup group)
    {
        Span<byte> bytes = stackalloc byte[5];
        bytes[0] = (byte)group.Kind;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[1..], group.Value);
        return key.Of(bytes);
    }

    private static bool Same(PeerEndpoint one, PeerEndpoint other, int bitsV4, int bitsV6)
    {
        int shift = one.IsV4 ? 32 - bitsV4 : 128 - bitsV6;
        return one.IsV4 == other.IsV4 && one.Address >> shift == other.Address >> shift;
    }
}
