using System.Net;
using Otedama.Asic;

namespace Otedama;

/// <summary>The drivers of one program over one transport.</summary>
internal sealed class FleetKit : IDisposable
{
    private readonly FleetTransport _transport;

    public FleetKit(TimeProvider clock)
    {
        _transport = new FleetTransport(clock);
        Drivers =
        [
            new NerdQaxeDriver(_transport), new AxeosDriver(_transport), new WhatsminerV3Driver(_transport), new WhatsminerV2Driver(_transport),
            new AvalonDriver(_transport), new CgminerDriver(_transport),
        ];
    }

    public static IReadOnlyList<string> DriverNames { get; } = Names();

    public IReadOnlyList<IFleetDriver> Drivers { get; }

    public IFleetDriver? Find(string name) => Drivers.FirstOrDefault(driver => driver.Name == name);

    public void Dispose() => _transport.Dispose();

    private static string[] Names()
    {
        using FleetKit kit = new(TimeProvider.System);
        return [.. kit.Drivers.Select(static driver => driver.Name)];
    }
}
