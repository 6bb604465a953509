using System.Globalization;
using System.Net;
using System.Text;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// How far away places were when we measured, for choosing whom to dial: the place itself, else its group of networks,
/// else its country. Only our own measurements are in it. Any thread.
/// </summary>
/// <remarks>
/// Whoever connects, or is connected to, fills it: one place for each handshake. Full, the oldest places go, some 400
/// KiB; what is then not known is chosen by chance.
/// </remarks>
public sealed class WayBook(IAddressGroups groups, IAtlas atlas) : ILatencyGuess
{
    public const int PlacesMax = 4_096;

    /// <summary>An IPv6 address with its port and a way in milliseconds, and as much again.</summary>
    private const int BytesMax = PlacesMax * 128;

    private readonly Lock _gate = new();
    private readonly WayTable<PeerEndpoint> _places = new(PlacesMax);
    private readonly WayTable<AddressGroup> _groups = new(PlacesMax);
    private readonly WayTable<string> _countries = new(PlacesMax);

    /// <summary>A measured round trip.</summary>
    public void Note(PeerEndpoint place, double seconds)
    {
        AddressGroup group = groups.Of(place);
        string country = atlas.RegionOf(place.IP).Country;
        lock (_gate)
        {
            _places.Note(place, seconds);
            if (group.Kind != AddressGroupKind.Local)
            {
                _groups.Note(group, seconds);
            }
            if (country.Length > 0)
            {
                _countries.Note(country, seconds);
            }
        }
    }

    /// <summary>This very place was measured.</summary>
    public bool Knows(PeerEndpoint place)
    {
        lock (_gate)
        {
            return _places.Of(place) is not null;
        }
    }

    public double? Seconds(PeerEndpoint place)
    {
        AddressGroup group = groups.Of(place);
        string country = atlas.RegionOf(place.IP).Country;
        lock (_gate)
        {
            return _places.Of(place) ?? _groups.Of(group) ?? _countries.Of(country);
        }
    }

    /// <summary>One place a line: address with port, milliseconds.</summary>
    public void Save(IFiles files, string path)
    {
        StringBuilder text = new();
        lock (_gate)
        {
            foreach ((PeerEndpoint place, double seconds) in _places.All)
            {
                text.Append(CultureInfo.InvariantCulture, $"{place} {seconds * 1_000:0.###}\n");
            }
        }
        files.WriteWhole(path, Encoding.ASCII.GetBytes(text.ToString()));
    }

    /// <summary>Lines that are none are passed over: what is not known is measured again.</summary>
    public void Load(IFiles files, string path)
    {
        if (!files.Exists(path))
        {
            return;
        }
        foreach (string line in Encoding.ASCII.GetString(files.ReadWhole(path, BytesMax)).Split('\n'))
        {
            if (line.Split(' ') is [string place, string way]
                && IPEndPoint.TryParse(place, out IPEndPoint? at)
                && double.TryParse(way, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double ms)
                && ms > 0 && ms <= Coordinate.SecondsMax * 1_000)
            {
                Note(PeerEndpoint.Of(at.Address, at.Port), ms / 1_000);
            }
        }
    }
}
