using System.Net;
using System.Net.Sockets;

namespace Otedama.Asic;

/// <summary>Where one device is and what opens it. Everything a driver needs to talk to it.</summary>
/// <param name="Address">Of the device; AxeOS judges only IPv4 and is refused otherwise.</param>
public sealed record FleetTarget(IPAddress Address)
{
    public FleetPorts Ports { get; init; } = new();

    /// <summary>Null = nothing was configured; none is ever tried of ourselves.</summary>
    public FleetCredentials? Credentials { get; init; }

    /// <summary>The operator said that clock and voltage may leave the options the device lists.</summary>
    public bool Unlocked { get; init; }

    /// <summary>As a person writes it: 192.168.1.7, or 192.168.1.7:8080 for another port than the usual.</summary>
    public string At(int port) => new IPEndPoint(Address, port).ToString();

    /// <summary>For the URL of a request: brackets around IPv6.</summary>
    public string UrlHost =>
        Address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{Address}]" : Address.ToString();
}

/// <summary>TCP ports of a device; the usual ones unless somebody moved them.</summary>
public sealed record FleetPorts
{
    public int Web { get; init; } = 80;

    /// <summary>The cgminer API and Whatsminer v2.</summary>
    public int Api { get; init; } = 4028;

    public int WhatsminerV3 { get; init; } = 4433;

    public int Braiins { get; init; } = 50051;
}

/// <summary>What opens a device.</summary>
/// <param name="User">Such as root, super; empty where the device knows no users.</param>
public sealed record FleetCredentials(string User, FleetSecret Password)
{
    /// <summary>Base32 key of a NerdQAxe's second factor; null = it has none.</summary>
    public FleetSecret? Totp { get; init; }
}
