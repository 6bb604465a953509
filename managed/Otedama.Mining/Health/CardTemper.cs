using System.Globalization;
using Otedama.Interop;

namespace Otedama.Mining;

/// <summary>
/// Whether a graphics card is too hot or holds itself back, from one look at it after the other. It takes several looks
/// to change the mind: a card at its edge throttles now and then, and one sentence about it is enough. One thread takes
/// looks.
/// </summary>
internal sealed class CardTemper
{
    /// <summary>Looks that agree before it is ill, and before it is well again: 6 s and 30 s.</summary>
    public const int LooksToFall = 3, LooksToRise = 15;

    /// <summary>Cards lower their clock somewhere between 83 and 95 °C; at its hottest place AMD's at 110 °C.</summary>
    private const double HotC = 90, HotspotHotC = 105;

    /// <summary>So much cooler it has to become before it is no longer hot.</summary>
    private const double MarginC = 5;

    private volatile string _trouble = "";
    private Kind _kind;
    private Kind _candidate;
    private int _looks;

    /// <summary>Worse ones later.</summary>
    private enum Kind
    {
        None,
        Hot,
        Hardware,
        Heat,
    }

    /// <summary>In words that follow the card's name; empty while all is well. Any thread.</summary>
    public string Trouble => _trouble;

    /// <summary>True when that changed.</summary>
    public bool Take(in DeviceTelemetry now)
    {
        Kind seen = KindOf(now);
        if (seen == _kind)
        {
            _looks = 0;
            return false;
        }
        _looks = seen == _candidate ? _looks + 1 : 1;
        _candidate = seen;
        if (_looks < (seen > _kind ? LooksToFall : LooksToRise))
        {
            return false;
        }
        _kind = seen;
        _looks = 0;
        _trouble = WordsOf(seen, now);
        return true;
    }

    private Kind KindOf(in DeviceTelemetry now)
    {
        ThrottleReasons reasons = now.Throttle ?? ThrottleReasons.None;
        double margin = _kind == Kind.None ? 0 : MarginC;
        return reasons.HasFlag(ThrottleReasons.Heat) ? Kind.Heat
            : reasons.HasFlag(ThrottleReasons.Hardware) ? Kind.Hardware
            : now.TemperatureC >= HotC - margin || now.HotspotC >= HotspotHotC - margin ? Kind.Hot
            : Kind.None;
    }

    private static string WordsOf(Kind kind, in DeviceTelemetry now)
    {
        double? degrees = now.HotspotC >= HotspotHotC - MarginC ? now.HotspotC : now.TemperatureC;
        string at = degrees is double c ? string.Create(CultureInfo.InvariantCulture, $" at {c:0} °C") : "";
        return kind switch
        {
            Kind.Heat => $"too hot{at}: it lowers its clock",
            Kind.Hardware => $"held back by its hardware{at}: the power supply is too weak, or it is too hot",
            Kind.Hot => $"hot{at}",
            _ => "",
        };
    }
}
