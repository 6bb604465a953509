using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>What was counted, for the metrics.</summary>
public sealed partial class PeerNode
{
    private long _notListed;

    private PeerTotals Totals() => new()
    {
        NotListed = Interlocked.Read(ref _notListed),
        Shaking = _network.Shaking,
        Greeting = _sessions.Greeting,
        Handshakes = [.. Enum.GetValues<PeerRefusal>().Select(reason => (reason, _network.Count(reason)))],
        Traffic = [.. _sessions.Traffic.Rows],
        Queued = [.. Enum.GetValues<PeerPriority>().Select(priority => (priority, _sessions.Memory.Of(priority)))],
        Bans = [.. PeerOffences.All.Where(static row => row.Points > 0)
            .Select(row => (row.Offence, _bans.Given(row.Offence)))],
        Addresses = _addresses.Count(),
        Delays = _delays.Totals,
        Reached = _reach?.Method,
        Dht = Dht,
    };
}
