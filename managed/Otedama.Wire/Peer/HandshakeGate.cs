using System.Net;
using System.Net.Sockets;

namespace Otedama.Wire;

/// <summary>
/// How many handshakes there are at once, and how many one address begins: 64 and 4 in ten seconds; of IPv6 a /64 is
/// one address. Any thread.
/// </summary>
public sealed class HandshakeGate(TimeProvider time)
{
    public const int ConcurrentMax = 64, PerAddressMax = 4;

    /// <summary>
    /// Addresses remembered in each of two halves. Who has more addresses than that makes us forget sooner; the bound
    /// on all handshakes together still holds.
    /// </summary>
    private const int AddressesMax = 8_192;

    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private Dictionary<UInt128, int> _now = [], _before = [];
    private long _windowStart = time.GetTimestamp();

    /// <summary>Inbound handshakes under way.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// None lets it begin, and then Leave has to be called at its end. isAllowed: the operator's word that this address
    /// is not counted.
    /// </summary>
    public PeerRefusal Enter(IPAddress address, bool isAllowed = false)
    {
        UInt128 key = KeyOf(address);
        lock (_gate)
        {
            Turn();
            int begun = _now.GetValueOrDefault(key);
            if (!isAllowed && begun + _before.GetValueOrDefault(key) >= PerAddressMax)
            {
                return PeerRefusal.TooManyFromAddress;
            }
            if (Count >= ConcurrentMax)
            {
                return PeerRefusal.TooManyHandshakes;
            }
            Count++;
            _now[key] = begun + 1;
            return PeerRefusal.None;
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            Count--;
        }
    }

    private void Turn()
    {
        TimeSpan elapsed = time.GetElapsedTime(_windowStart);
        if (elapsed < s_window / 2 && _now.Count < AddressesMax)
        {
            return;
        }
        (_before, _now) = (_now, _before);
        _now.Clear();
        if (elapsed >= s_window)
        {
            _before.Clear();
        }
        _windowStart = time.GetTimestamp();
    }

    private static UInt128 KeyOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.MapToIPv6().TryWriteBytes(bytes, out _);
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6)
        {
            bytes[8..].Clear();
        }
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
