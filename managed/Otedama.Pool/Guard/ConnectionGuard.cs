using System.Collections.Concurrent;
using System.Net;

namespace Otedama.Pool;

/// <summary>
/// Keeps count of what each address does and shuts it out for a while when it misbehaves. It never sees share contents
/// and cannot do more than refuse or close. Thread-safe; time in seconds of a monotonic clock.
/// </summary>
public sealed class ConnectionGuard
{
    public const double MalformedPoints = 10;
    public const double WrongSubmitPoints = 1;

    private const int NetworkShareFactor = 4;

    /// <summary>
    /// An address with so many connections gets none of the places kept back; a network with four times as many
    /// neither.
    /// </summary>
    private const int ManyConnections = 8;

    private const int KeptBackPart = 8;
    private const double ScoreHalfLifeSeconds = 60;
    private const double BanSecondsMax = 86_400;
    private const int SharesJudgedMin = 200;
    private const double ReportSeconds = 60;

    /// <summary>
    /// One miner with accepted shares raises the rates of its address by this part, and the bursts by two.
    /// </summary>
    private const double RatePerMiner = 0.05;

    private readonly ConcurrentDictionary<GuardKey, GuardAddress> _addresses = new();
    private readonly ConcurrentDictionary<GuardKey, GuardAddress> _networks = new();
    private readonly long[] _counts = new long[Enum.GetValues<GuardRule>().Length];
    private readonly long[] _reported = new long[Enum.GetValues<GuardRule>().Length]; // the reporting thread's, as the next
    private readonly GuardOptions _options;
    private double _reportedAt = double.NegativeInfinity;
    private int _connections;

    public ConnectionGuard(GuardOptions options) => _options = options;

    public int AddressCount => _addresses.Count;

    /// <summary>Connections refused and bans, by rule, since start.</summary>
    public long CountOf(GuardRule rule) => Volatile.Read(ref _counts[(int)rule]);

    /// <summary>
    /// What happened since the last report, in words; false when it was nothing, or less than a minute ago. One thread.
    /// </summary>
    public bool TryReport(double now, out string rules)
    {
        rules = "";
        if (now - _reportedAt < ReportSeconds)
        {
            return false;
        }
        foreach (GuardRule rule in Enum.GetValues<GuardRule>())
        {
            long count = CountOf(rule), more = count - _reported[(int)rule];
            _reported[(int)rule] = count;
            rules += more == 0 ? "" : $"{(rules.Length > 0 ? ", " : "")}{rule} {more}";
        }
        _reportedAt = rules.Length > 0 ? now : _reportedAt;
        return rules.Length > 0;
    }

    /// <summary>Null when the connection is refused or no limit applies to the address; allowed tells which.</summary>
    public GuardEntry? TryEnter(IPAddress address, double now, out bool allowed)
    {
        allowed = true;
        if (IsExempt(address))
        {
            return null;
        }
        GuardKey key = GuardKey.Of(address);
        GuardAddress network = _networks.GetOrAdd(key.Network, k => new GuardAddress(k, null, _options.NetworkConnectionBurst, now));
        GuardAddress known = _addresses.GetOrAdd(key, k => new GuardAddress(k, network, _options.ConnectionBurst, now));
        GuardEntry? entry = null;
        lock (known)
        {
            lock (network)
            {
                GuardRule? refusal = Judge(known, network, now);
                allowed = refusal is null;
                if (allowed)
                {
                    known.Connections++;
                    known.NotLoggedIn++;
                    network.Connections++;
                    Interlocked.Increment(ref _connections);
                    entry = new GuardEntry(known);
                }
                else
                {
                    Count(refusal!.Value);
                }
            }
        }
        Trim(_addresses);
        Trim(_networks);
        return entry;
    }

    /// <summary>The connection has logged in a worker.</summary>
    public void LoggedIn(GuardEntry? entry)
    {
        if (entry is null)
        {
            return;
        }
        lock (entry.Address)
        {
            if (!entry.IsLoggedIn && !entry.HasLeft)
            {
                entry.IsLoggedIn = true;
                entry.Address.NotLoggedIn--;
            }
        }
    }

    public void Leave(GuardEntry? entry)
    {
        if (entry is null)
        {
            return;
        }
        GuardAddress address = entry.Address;
        lock (address)
        {
            if (entry.HasLeft)
            {
                return;
            }
            entry.HasLeft = true;
            address.Connections--;
            Interlocked.Decrement(ref _connections);
            address.NotLoggedIn -= entry.IsLoggedIn ? 0 : 1;
            address.Proven -= entry.IsProven ? 1 : 0;
            lock (address.Network!)
            {
                address.Network.Connections--;
                address.Network.Proven -= entry.IsProven ? 1 : 0;
            }
        }
    }

    /// <summary>Adds points for misbehaviour; true when the address is banned from now on.</summary>
    public bool AddPoints(GuardEntry? entry, double points, double now)
    {
        if (entry is null || _options.ScoreMax <= 0)
        {
            return false;
        }
        GuardAddress address = entry.Address;
        lock (address)
        {
            address.Score = (address.Score * Math.Pow(2, -(now - address.ScoredAt) / ScoreHalfLifeSeconds)) + points;
            address.ScoredAt = now;
            // A farm's rigs share an address: what one of them does wrong is measured against all of them.
            return address.Score >= _options.ScoreMax * Math.Max(1, address.Proven) && Ban(address, GuardRule.Misbehaved, now);
        }
    }

    /// <summary>Counts judged shares; unknown and stale jobs are nobody's fault and must not be counted.</summary>
    public bool AddShare(GuardEntry? entry, bool good, double now)
    {
        if (entry is null)
        {
            return false;
        }
        GuardAddress address = entry.Address;
        lock (address)
        {
            if (good && !entry.IsProven && !entry.HasLeft)
            {
                Prove(entry, now);
            }
            if (_options.InvalidRatioMax <= 0)
            {
                return false;
            }
            address.SharesGood += good ? 1 : 0;
            address.SharesBad += good ? 0 : 1;
            int all = address.SharesGood + address.SharesBad;
            if (all < SharesJudgedMin)
            {
                return false;
            }
            bool bad = address.SharesBad > all * _options.InvalidRatioMax;
            address.SharesGood /= 2;
            address.SharesBad /= 2;
            return bad && Ban(address, GuardRule.InvalidShares, now);
        }
    }

    public int CountBanned(double now)
    {
        int count = 0;
        foreach ((_, GuardAddress address) in _addresses)
        {
            count += Volatile.Read(ref address.BannedUntil) > now ? 1 : 0;
        }
        return count;
    }

    private bool IsCrowded =>
        _options.Places > 0 && Volatile.Read(ref _connections) >= _options.Places - (_options.Places / KeptBackPart);

    /// <summary>Called under both locks. The first rule that refuses; null when none does.</summary>
    private GuardRule? Judge(GuardAddress address, GuardAddress network, double now)
    {
        address.LastSeenAt = now;
        network.LastSeenAt = now;
        int miners = address.Miners(now);
        int share = _options.ConnectionsPerAddressMax;
        return now < address.BannedUntil ? GuardRule.Banned
            : share > 0 && address.Connections - address.Proven >= Math.Max(share, miners) ? GuardRule.AddressShare
            : IsCrowded && address.Connections >= ManyConnections ? GuardRule.AddressShare
            : IsCrowded && network.Connections >= NetworkShareFactor * ManyConnections ? GuardRule.NetworkShare
            : share > 0 && network.Connections - network.Proven >= Math.Max(NetworkShareFactor * (long)share, network.Miners(now)) ? GuardRule.NetworkShare
            : _options.NotLoggedInPerAddressMax > 0 && address.NotLoggedIn >= _options.NotLoggedInPerAddressMax + miners ? GuardRule.NotLoggedIn
            : !TryConnect(address, _options.ConnectionsPerSecond, _options.ConnectionBurst, now) ? GuardRule.AddressRate
            : !TryConnect(network, _options.NetworkConnectionsPerSecond, _options.NetworkConnectionBurst, now) ? GuardRule.NetworkRate
            : null;
    }

    private static bool TryConnect(GuardAddress from, double rate, int burst, double now)
    {
        int miners = from.Miners(now);
        return rate <= 0 || from.ConnectRate.TryTake(rate * (1 + (RatePerMiner * miners)), burst + (2.0 * miners), now);
    }

    private static void Prove(GuardEntry entry, double now)
    {
        GuardAddress address = entry.Address;
        entry.IsProven = true;
        address.Proven++;
        _ = address.Miners(now);
        lock (address.Network!)
        {
            address.Network.Proven++;
            _ = address.Network.Miners(now);
        }
    }

    private bool Ban(GuardAddress address, GuardRule rule, double now)
    {
        if (now - address.BannedUntil > BanSecondsMax)
        {
            address.Bans = 0;
        }
        double seconds = Math.Min(BanSecondsMax, _options.BanTime.TotalSeconds * Math.Pow(2, Math.Min(address.Bans, 16)));
        address.Bans++;
        address.BannedUntil = now + seconds;
        address.Score = 0;
        Count(rule);
        return true;
    }

    private void Count(GuardRule rule) => Interlocked.Increment(ref _counts[(int)rule]);

    private bool IsExempt(IPAddress address)
    {
        foreach (IPNetwork network in _options.Exempt)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Over the limit, forgets the eighth seen longest ago among those without open connections.</summary>
    private void Trim(ConcurrentDictionary<GuardKey, GuardAddress> table)
    {
        if (table.Count <= _options.AddressesMax)
        {
            return;
        }
        GuardAddress[] idle = [.. table.Values.Where(entry => Volatile.Read(ref entry.Connections) == 0).OrderBy(entry => entry.LastSeenAt)];
        int excess = Math.Max(_options.AddressesMax / 8, table.Count - _options.AddressesMax);
        foreach (GuardAddress entry in idle.Take(excess))
        {
            table.TryRemove(entry.Key, out _);
        }
    }
}
