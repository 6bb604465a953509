namespace Otedama.Asic;

/// <summary>What a device showed when it was asked who it is; null = it did not answer there.</summary>
public sealed record FleetSigns
{
    /// <summary>HTTP status of GET /.</summary>
    public int? WebStatus { get; init; }

    /// <summary>Of WWW-Authenticate.</summary>
    public string? WebRealm { get; init; }

    /// <summary>Location of a redirect.</summary>
    public string? WebLocation { get; init; }

    /// <summary>Start of the page, at most 64 KiB.</summary>
    public string? WebText { get; init; }

    /// <summary>GET /api/system/info, where it was JSON.</summary>
    public string? SystemInfo { get; init; }

    /// <summary>Reply to version on the cgminer port, as text.</summary>
    public string? Version { get; init; }

    /// <summary>Reply to devdetails, as text.</summary>
    public string? DevDetails { get; init; }

    /// <summary>Reply of the Whatsminer v3 port to get.device.info.</summary>
    public string? WhatsminerV3 { get; init; }

    /// <summary>TXT of its mDNS service.</summary>
    public IReadOnlyDictionary<string, string> Mdns { get; init; } = new Dictionary<string, string>();

    public bool Any => WebStatus is not null || SystemInfo is not null || Version is not null || DevDetails is not null
        || WhatsminerV3 is not null || Mdns.Count > 0;
}

/// <summary>A driver's claim on a device; of several the highest counts.</summary>
/// <param name="Weight">
/// 100 = its own interface answered in its own shape; 80 = its own firmware's name; 60 = the vendor's name; 20 = the
/// generic interface answers.
/// </param>
/// <param name="Family">Such as Bitaxe, Antminer, Whatsminer; a model that is not known still has a family.</param>
/// <param name="Because">The sign, for people.</param>
public sealed record FleetMatch(int Weight, string Family, string Because)
{
    /// <summary>Such as stock, LuxOS, VNish, Braiins OS; null = not told.</summary>
    public string? Firmware { get; init; }
}
