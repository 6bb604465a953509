using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// When somebody may be connected to of whom only the DHT has told. Anybody can write any address there, and everybody
/// who follows would knock at it: so each address (IPv6: /64) once an hour, whatever its ports, and all of them
/// together one in two seconds after the first sixteen. Belongs to the dialler's lock.
/// </summary>
internal sealed class HearsayKnocks(TimeProvider time)
{
    private const double Rate = 0.5, Burst = 16;
    private const double HourSeconds = 3_600;

    /// <summary>More than the rate allows in an hour, so that nobody is forgotten too early.</summary>
    private const int AddressesMax = 2_048;

    private readonly Queue<(AddressBlock Address, double At)> _order = new();
    private readonly HashSet<AddressBlock> _lately = [];
    private TokenBucket _knocks = new(Burst, Seconds(time));

    /// <summary>Takes one of the knocks that are allowed now; false when this one is not.</summary>
    public bool TryKnock(PeerEndpoint place)
    {
        double now = Seconds(time);
        while (_order.TryPeek(out (AddressBlock Address, double At) oldest) && now - oldest.At >= HourSeconds)
        {
            _lately.Remove(_order.Dequeue().Address);
        }
        AddressBlock address = AddressOf(place);
        if (_lately.Count >= AddressesMax || _lately.Contains(address) || !_knocks.TryTake(Rate, Burst, now))
        {
            return false;
        }
        _lately.Add(address);
        _order.Enqueue((address, now));
        return true;
    }

    /// <summary>A network for tests may be all on one address: there ports are told apart.</summary>
    private static AddressBlock AddressOf(PeerEndpoint place) => place.IsPublic ? place.Subscriber
        : new AddressBlock(place.Address ^ ((UInt128)place.Port << 64), 0);

    private static double Seconds(TimeProvider time) => time.GetElapsedTime(0).TotalSeconds;
}
