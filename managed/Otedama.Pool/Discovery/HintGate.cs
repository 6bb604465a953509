using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// What of all that is found is handed on: anybody can write any address into the DHT, and everybody who follows
/// its hints would connect there. So never to a port of the system, never to private ranges, and to one address
/// (IPv6: /64) once an hour.
/// </summary>
internal sealed class HintGate(DhtRules rules)
{
    private const double PauseSeconds = 3_600;

    /// <summary>Addresses an hour. Weak hints get half of them, or whoever forges them could use up the hour.</summary>
    private const int AddressesMax = 4_096;

    private readonly Dictionary<AddressBlock, (double At, bool IsWeak)> _passed = [];
    private int _weak;
    private double _sweptAt;

    public bool TryPass(PeerEndpoint endpoint, bool isWeak, double now)
    {
        if (!rules.IsDialable(endpoint))
        {
            return false;
        }
        Sweep(now);
        AddressBlock key = KeyOf(endpoint);
        if (_passed.TryGetValue(key, out (double At, bool) last) && now - last.At < PauseSeconds)
        {
            return false;
        }
        if (_passed.Count >= AddressesMax || (isWeak && _weak >= AddressesMax / 2))
        {
            return false;
        }
        Forget(key);
        _passed[key] = (now, isWeak);
        _weak += isWeak ? 1 : 0;
        return true;
    }

    /// <summary>A test network may be all on one address: there ports are told apart.</summary>
    private AddressBlock KeyOf(PeerEndpoint endpoint) => rules.IsTestNetwork
        ? new AddressBlock(endpoint.Address ^ ((UInt128)endpoint.Port << 64), 0)
        : endpoint.Subscriber;

    private void Sweep(double now)
    {
        if (now - _sweptAt < PauseSeconds / 60)
        {
            return;
        }
        _sweptAt = now;
        foreach (AddressBlock key in _passed.Where(passed =>
            now - passed.Value.At >= PauseSeconds).Select(static p => p.Key).ToArray())
        {
            Forget(key);
        }
    }

    private void Forget(AddressBlock key)
    {
        if (_passed.Remove(key, out (double, bool IsWeak) old) && old.IsWeak)
        {
            _weak--;
        }
    }
}
