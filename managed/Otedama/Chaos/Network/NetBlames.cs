using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Otedama.Pool;

namespace Otedama;

/// <summary>
/// What honest nodes hold against others, reckoned again from what they say: points as the table of offences has them,
/// one less in ten seconds, of each address.
/// </summary>
internal sealed partial class NetBlames(NetWorld world)
{
    /// <summary>What a slow link or disk makes of an honest node.</summary>
    private static readonly PeerOffence[] s_slow =
    [
        PeerOffence.NoAnswer, PeerOffence.NoPong, PeerOffence.AnnouncedNothing, PeerOffence.OldCoinHeight,
        PeerOffence.OverRateLimit, PeerOffence.FarOverRateLimit,
    ];

    /// <summary>Rounded twice, and a clock that is read before and after.</summary>
    private const double Tolerance = 1.1;

    private readonly Dictionary<(int By, IPAddress Of), Account> _accounts = [];
    private readonly HashSet<IPAddress> _hostile = [];

    public int Bans { get; private set; }

    public void AddHostile(IPAddress address) => _hostile.Add(address);

    public bool IsHostile(IPAddress address) => _hostile.Contains(address);

    /// <summary>A new process knows of no points, and of bans where the old one could end as it should.</summary>
    public void OnStarted(NetNode node)
    {
        foreach ((int By, IPAddress Of) key in _accounts.Keys.Where(key => key.By == node.Number).ToList())
        {
            long until = _accounts[key].Until;
            _accounts.Remove(key);
            if (node.HasStoppedWell && until > world.Schedule.Now)
            {
                _accounts.Add(key, new Account { Until = until });
            }
        }
    }

    public bool HasBlamed(int by, IPAddress of, long since) =>
        _accounts.GetValueOrDefault((by, of)) is { } account && account.At >= since;

    /// <summary>
    /// Honest nodes never find honest ones guilty. One may be too slow to answer, pass on what had to wait until the
    /// coin was far ahead, and send all at once what a link held up; that alone is never enough for a ban.
    /// </summary>
    public void OnBlamed(NetNode by, string peer, string words)
    {
        bool isBan = words.StartsWith("banned", StringComparison.Ordinal);
        Bans += isBan ? 1 : 0;
        IPAddress address = AddressOf(peer);
        PeerOffenceRow? row = PeerOffences.All.Where(row => words.Contains(row.Words, StringComparison.Ordinal))
            .MaxBy(static row => row.Words.Length);
        Note(by, address, row, isBan, words);
        NetNode? other = world.Audit.NodeAt(address);
        bool isMeant = other is not null && other.Rules != by.Rules ? row?.Offence == PeerOffence.WrongChainProof
            : other is { IsLiar: true } && row?.Offence == PeerOffence.Unsolicited
                || (!isBan && row is not null && s_slow.Contains(row.Offence));
        if (!_hostile.Contains(address) && !isMeant)
        {
            world.Fail($"{by.Name} blames an honest node, {peer}: {words}");
        }
    }

    /// <summary>Somebody was let in as a peer.</summary>
    public void OnOpened(NetNode by, string peer)
    {
        if (_accounts.GetValueOrDefault((by.Number, AddressOf(peer))) is { } account
            && account.Until > world.Schedule.Now)
        {
            world.Fail($"{by.Name} talks to {peer}, whom it has banned");
        }
    }

    private void Note(NetNode by, IPAddress address, PeerOffenceRow? row, bool isBan, string words)
    {
        if (!_accounts.TryGetValue((by.Number, address), out Account? account))
        {
            _accounts.Add((by.Number, address), account = new Account());
        }
        double seconds = TimeSpan.FromTicks(world.Schedule.Now - account.At).TotalSeconds;
        account.Points = Math.Max(0, account.Points - (seconds / 10)) + (row?.Points ?? 0);
        account.At = world.Schedule.Now;
        if (isBan)
        {
            (account.Points, account.Until) = (0, account.At + BanOf(words).Ticks);
        }
        else if (Said().Match(words) is { Success: true } said && account.Until <= account.At
            && Math.Abs(double.Parse(said.Groups[1].Value, CultureInfo.InvariantCulture) - account.Points) > Tolerance)
        {
            world.Fail($"{by.Name} says of {address}: {words}; it has {account.Points:0.0} points");
        }
    }

    private static TimeSpan BanOf(string words) =>
        TimeSpan.FromSeconds(double.Parse(Banned().Match(words).Groups[1].Value, CultureInfo.InvariantCulture) - 1);

    private static IPAddress AddressOf(string peer)
    {
        string place = peer[(peer.IndexOf('@', StringComparison.Ordinal) + 1)..];
        return IPEndPoint.TryParse(place, out IPEndPoint? end) ? end.Address : IPAddress.Parse(place);
    }

    [GeneratedRegex(@"\((\d+) of 100 points\)")]
    private static partial Regex Said();

    [GeneratedRegex(@"banned for (\d+) s")]
    private static partial Regex Banned();

    private sealed class Account
    {
        public double Points { get; set; }

        public long At { get; set; }

        /// <summary>Of the ban.</summary>
        public long Until { get; set; }
    }
}
