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

    private const double ConnectBurstFactor = 60;
    private const double ScoreHalfLifeSeconds = 60;
    private const int SharesJudgedMin = 200;

    private readonly ConcurrentDictionary<GuardKey, GuardEntry> _entries = new();
    private readonly GuardOptions _options;

    public ConnectionGuard(GuardOptions options) => _options = options;

    public int AddressCount => _entries.Count;

    /// <summary>Null when no limit applies to the address, with allowed true.</summary>
    public GuardEntry? TryEnter(IPAddress address, double now, out bool allowed)
    {
        allowed = true;
        if (IsExempt(address))
        {
            return null;
        }
        GuardKey key = GuardKey.Of(address);
        GuardEntry entry = _entries.GetOrAdd(key, k => new GuardEntry(k, _options.ConnectionsPerSecond * ConnectBurstFactor, now));
        lock (entry)
        {
            entry.LastSeenAt = now;
            bool tooMany = _options.ConnectionsPerAddressMax > 0 && entry.Connections >= _options.ConnectionsPerAddressMax;
            bool tooFast = _options.ConnectionsPerSecond > 0
                && !entry.ConnectRate.TryTake(_options.ConnectionsPerSecond, _options.ConnectionsPerSecond * ConnectBurstFactor, now);
            allowed = now >= entry.BannedUntil && !tooMany && !tooFast;
            if (allowed)
            {
                entry.Connections++;
            }
        }
        Trim();
        return entry;
    }

    public void Leave(GuardEntry? entry)
    {
        if (entry is null)
        {
            return;
        }
        lock (entry)
        {
            entry.Connections--;
        }
    }

    /// <summary>Adds points for misbehaviour; true when the address is banned from now on.</summary>
    public bool AddPoints(GuardEntry? entry, double points, double now)
    {
        if (entry is null || _options.ScoreMax <= 0)
        {
            return false;
        }
        lock (entry)
        {
            entry.Score = (entry.Score * Math.Pow(2, -(now - entry.ScoredAt) / ScoreHalfLifeSeconds)) + points;
            entry.ScoredAt = now;
            return entry.Score >= _options.ScoreMax && Ban(entry, now);
        }
    }

    /// <summary>Counts judged shares; unknown and stale jobs are nobody's fault and must not be counted.</summary>
    public bool AddShare(GuardEntry? entry, bool good, double now)
    {
        if (entry is null || _options.InvalidRatioMax <= 0)
        {
            return false;
        }
        lock (entry)
        {
            entry.SharesGood += good ? 1 : 0;
            entry.SharesBad += good ? 0 : 1;
            int all = entry.SharesGood + entry.SharesBad;
            if (all < SharesJudgedMin)
            {
                return false;
            }
            bool bad = entry.SharesBad > all * _options.InvalidRatioMax;
            entry.SharesGood /= 2;
            entry.SharesBad /= 2;
            return bad && Ban(entry, now);
        }
    }

    public int CountBanned(double now)
    {
        int count = 0;
        foreach ((_, GuardEntry entry) in _entries)
        {
            count += Volatile.Read(ref entry.BannedUntil) > now ? 1 : 0;
        }
        return count;
    }

    private bool Ban(GuardEntry entry, double now)
    {
        entry.BannedUntil = now + _options.BanTime.TotalSeconds;
        entry.Score = 0;
        return true;
    }

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
    private void Trim()
    {
        if (_entries.Count <= _options.AddressesMax)
        {
            return;
        }
        GuardEntry[] idle = [.. _entries.Values.Where(entry => Volatile.Read(ref entry.Connections) == 0).OrderBy(entry => entry.LastSeenAt)];
        int excess = Math.Max(_options.AddressesMax / 8, _entries.Count - _options.AddressesMax);
        foreach (GuardEntry entry in idle.Take(excess))
        {
            _entries.TryRemove(entry.Key, out _);
        }
    }
}
