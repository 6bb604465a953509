namespace Otedama.Pool;

/// <summary>Points and bans of one address or node. Times are Unix seconds. Belongs to its list's lock.</summary>
internal sealed class BanRecord
{
    public const double PointsMax = 100;

    private const double PointsPerSecond = 0.1;
    private const long FirstBan = 600, LongestBan = 86_400;

    /// <summary>Who behaves for so long after a ban begins anew with the shortest.</summary>
    private const long BansRemembered = 86_400;

    private double _points;
    private double _pointsAt;

    public long BannedUntil { get; set; }

    /// <summary>Bans so far, for the length of the next.</summary>
    public int Bans { get; set; }

    /// <summary>For the one who asks why.</summary>
    public string Words { get; set; } = "";

    public double Points(double now) => Math.Max(0, _points - ((now - _pointsAt) * PointsPerSecond));

    public bool IsBanned(double now) => BannedUntil > now;

    /// <summary>Nothing in it matters any more.</summary>
    public bool IsOver(double now) => Points(now) <= 0 && BannedUntil + BansRemembered <= now;

    /// <summary>True when it is banned from now on.</summary>
    public bool Add(int points, double now, string words)
    {
        _points = Points(now) + points;
        _pointsAt = now;
        if (_points < PointsMax || IsBanned(now))
        {
            return false;
        }
        Bans = BannedUntil + BansRemembered <= now ? 1 : Bans + 1;
        BannedUntil = (long)now + Math.Min(LongestBan, FirstBan << Math.Min(Bans - 1, 8));
        _points = 0;
        Words = words;
        return true;
    }
}
