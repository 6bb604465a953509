using System.Globalization;
using System.Net;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Points for misbehaviour and the bans they come to, of node ids and of addresses (IPv6: of a /64). Points fall by
/// one in ten seconds; at 100 both are banned for ten minutes, twice as long each time after that, up to a day. Any
/// thread.
/// </summary>
/// <remarks>
/// Whoever connects fills it, with one record for each address and key it misbehaves from; keys cost nothing, which
/// is why the address counts too. At 65,536 records of a kind those that matter least are forgotten, bans that end
/// soonest last: an attacker with so many addresses buys his first one back, and has to be banned 32,768 times for
/// it.
/// </remarks>
public sealed class BanList
{
    internal const int RecordsMax = 65_536;

    private readonly Lock _gate = new();
    private readonly Dictionary<GuardKey, BanRecord> _addresses = [];
    private readonly Dictionary<NodeId, BanRecord> _nodes = [];
    private readonly TimeProvider _time;
    private readonly IPNetwork[] _allowed;
    private readonly int _recordsMax;
    private readonly long[] _given = new long[PeerOffences.All.Count];

    /// <summary>allowed: networks whose addresses are never banned; nodes there still are.</summary>
    public BanList(TimeProvider time, IReadOnlyList<IPNetwork> allowed, int recordsMax = RecordsMax) =>
        (_time, _allowed, _recordsMax) = (time, [.. allowed], recordsMax);

    private double Now => _time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;

    /// <summary>
    /// Notes what a peer did; node is null before it has said who it is. The detail names the value, as in "type
    /// 0x0009".
    /// </summary>
    public BanVerdict Report(IPAddress address, NodeId? node, PeerOffence offence, string detail = "")
    {
        PeerOffenceRow row = PeerOffences.Of(offence);
        string words = detail.Length > 0 ? $"{row.Words}: {detail}" : row.Words;
        return row.Points == 0
            ? new BanVerdict(row.Disconnects, false, words)
            : Report(address, node, row, words);
    }

    /// <summary>Bans given since the start for what was too much.</summary>
    public long Given(PeerOffence offence) => Interlocked.Read(ref _given[(int)offence]);

    private BanVerdict Report(IPAddress address, NodeId? node, PeerOffenceRow row, string words)
    {
        int pointsNow = row.Points;
        lock (_gate)
        {
            double now = Now;
            BanRecord? ofNode = node is { } id ? RecordOf(_nodes, id, now) : null;
            BanRecord? ofAddress = IsAllowed(address) ? null : RecordOf(_addresses, GuardKey.Of(address), now);
            bool isBanned =
                (ofNode?.Add(pointsNow, now, words) ?? false) | (ofAddress?.Add(pointsNow, now, words) ?? false);
            _given[(int)row.Offence] += isBanned ? 1 : 0;
            double points = Math.Max(ofNode?.Points(now) ?? 0, ofAddress?.Points(now) ?? 0);
            long until = Math.Max(ofNode?.BannedUntil ?? 0, ofAddress?.BannedUntil ?? 0);
            string said = isBanned ? Text($"banned for {until - (long)now} s: {words}")
                : Text($"{words} ({points:0} of {BanRecord.PointsMax:0} points)");
            bool allowedAndOver = ofNode is null && ofAddress is null && pointsNow >= BanRecord.PointsMax;
            return new BanVerdict(until > now || allowedAndOver, isBanned, said);
        }
    }

    /// <summary>A sentence when connections from there are refused, null otherwise.</summary>
    public string? WhyBanned(IPAddress address) => IsAllowed(address) ? null : Why(_addresses, GuardKey.Of(address));

    /// <summary>A sentence when that node is refused wherever it comes from, null otherwise.</summary>
    public string? WhyBanned(NodeId node) => Why(_nodes, node);

    /// <summary>Of a node now, rounded down; 100 is a ban.</summary>
    public int PointsOf(NodeId node)
    {
        lock (_gate)
        {
            return _nodes.TryGetValue(node, out BanRecord? record) ? (int)record.Points(Now) : 0;
        }
    }

    /// <summary>The operator knows better. False when there was nothing to forget.</summary>
    public bool Forgive(IPAddress address) => Forget(_addresses, GuardKey.Of(address));

    /// <summary>The operator knows better. False when there was nothing to forget.</summary>
    public bool Forgive(NodeId node) => Forget(_nodes, node);

    /// <summary>Those banned now, in words for a person and for the file; node ids first.</summary>
    public IReadOnlyList<PeerBan> All()
    {
        lock (_gate)
        {
            double now = Now;
            return
            [
                .. _nodes.Where(one => one.Value.IsBanned(now))
                    .Select(static one => BanOf(one.Key.ToString(), one.Value)),
                .. _addresses.Where(one => one.Value.IsBanned(now))
                    .Select(static one => BanOf(one.Key.ToAddress().ToString(), one.Value)),
            ];
        }
    }

    /// <summary>
    /// Takes over a ban of an earlier run. False when its subject is neither a node id nor an address.
    /// </summary>
    internal bool Restore(PeerBan ban)
    {
        lock (_gate)
        {
            double now = Now;
            BanRecord? record = ban.Subject.Length == 2 * NodeId.Size && ban.Subject.All(char.IsAsciiHexDigit)
                ? RecordOf(_nodes, new NodeId(Convert.FromHexString(ban.Subject)), now)
                : IPAddress.TryParse(ban.Subject, out IPAddress? address)
                    ? RecordOf(_addresses, GuardKey.Of(address), now) : null;
            if (record is not null)
            {
                (record.BannedUntil, record.Bans, record.Words) = (ban.Until, ban.Bans, ban.Words);
            }
            return record is not null;
        }
    }

    /// <summary>It is in one of the networks that the operator exempts.</summary>
    public bool IsAllowed(IPAddress address) => Array.Exists(_allowed, network => network.Contains(address)
        || (address.IsIPv4MappedToIPv6 && network.Contains(address.MapToIPv4())));

    private string? Why<T>(Dictionary<T, BanRecord> records, T key)
        where T : notnull
    {
        lock (_gate)
        {
            double now = Now;
            return records.TryGetValue(key, out BanRecord? record) && record.IsBanned(now)
                ? Text($"banned for {record.BannedUntil - (long)now} s more: {record.Words}") : null;
        }
    }

    private bool Forget<T>(Dictionary<T, BanRecord> records, T key)
        where T : notnull
    {
        lock (_gate)
        {
            return records.Remove(key);
        }
    }

    private BanRecord RecordOf<T>(Dictionary<T, BanRecord> records, T key, double now)
        where T : notnull
    {
        if (!records.TryGetValue(key, out BanRecord? record))
        {
            Trim(records, now);
            records[key] = record = new BanRecord();
        }
        return record;
    }

    /// <summary>Down to half, so that the next one comes after as many again as this one looked at.</summary>
    private void Trim<T>(Dictionary<T, BanRecord> records, double now)
        where T : notnull
    {
        if (records.Count < _recordsMax)
        {
            return;
        }
        T[] least = [.. records.OrderBy(one => one.Value.IsOver(now) ? -1 : Math.Max(one.Value.BannedUntil, 0))
            .ThenBy(one => one.Value.Points(now)).Take(records.Count - (_recordsMax / 2))
                .Select(static one => one.Key)];
        foreach (T key in least)
        {
            records.Remove(key);
        }
    }

    private static PeerBan BanOf(string subject, BanRecord record) =>
        new(subject, record.BannedUntil, record.Bans, record.Words);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What follows from an offence. Words go into BYE and the log: what was done, and what it comes to.</summary>
public sealed record BanVerdict(bool Disconnects, bool IsBanned, string Words);

/// <summary>
/// A ban as people and the file see it: a node id in hex or an address, the Unix second it ends in, its number.
/// </summary>
public sealed record PeerBan(string Subject, long Until, int Bans, string Words);
