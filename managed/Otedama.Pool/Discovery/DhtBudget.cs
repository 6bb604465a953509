using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// How many datagrams we send and look at. Questions and answers each have half of what goes out, or a flood of
/// questions would stop our own. Not for several threads at once.
/// </summary>
internal sealed class DhtBudget(bool answers, double now)
{
    private const double OutRate = 25, OutBurst = 100;
    private const double InRate = 200, InBurst = 400;
    private const double AddressRate = 5, AddressBurst = 25;
    private const double SilenceSeconds = 300;

    /// <summary>
    /// Addresses (IPv6: /64) watched. At the total rate, filling it takes a flood of 20 seconds from as many.
    /// </summary>
    private const int AddressesMax = 4_096;

    private readonly double _share = answers ? 0.5 : 1;
    private readonly Dictionary<AddressBlock, Source> _sources = [];
    private TokenBucket _questions = new(OutBurst * (answers ? 0.5 : 1), now);
    private TokenBucket _answers = new(OutBurst * 0.5, now);
    private TokenBucket _in = new(InBurst, now);
    private Source _others = new(now);
    private double _sweptAt = now;

    public bool TryAsk(double now) => _questions.TryTake(OutRate * _share, OutBurst * _share, now);

    public bool TryAnswer(double now) => _answers.TryTake(OutRate * 0.5, OutBurst * 0.5, now);

    /// <summary>
    /// For datagrams that answer none of our questions; false = not looked at. Too many and the address is unheard
    /// for 5 min.
    /// </summary>
    public bool TryReceive(PeerEndpoint from, double now)
    {
        AddressBlock address = from.Subscriber;
        if (!_sources.TryGetValue(address, out Source? source))
        {
            if (_sources.Count >= AddressesMax)
            {
                Sweep(now);
            }
            // Those for whom there is no room share one allowance.
            source = _sources.Count < AddressesMax ? _sources[address] = new Source(now) : _others;
        }
        source.SeenAt = now;
        if (now < source.SilentUntil || !_in.TryTake(InRate, InBurst, now))
        {
            return false;
        }
        if (source.Rate.TryTake(AddressRate, AddressBurst, now))
        {
            return true;
        }
        source.SilentUntil = source == _others ? 0 : now + SilenceSeconds;
        return false;
    }

    private void Sweep(double now)
    {
        if (now - _sweptAt < 1)
        {
            return;
        }
        _sweptAt = now;
        foreach ((AddressBlock address, Source source) in _sources.ToArray())
        {
            // After five quiet seconds its allowance is full again.
            if (now > source.SilentUntil && now - source.SeenAt > AddressBurst / AddressRate)
            {
                _sources.Remove(address);
            }
        }
    }

    private sealed class Source(double now)
    {
        public TokenBucket Rate = new(AddressBurst, now);

        public double SilentUntil { get; set; }

        public double SeenAt { get; set; } = now;
    }
}
