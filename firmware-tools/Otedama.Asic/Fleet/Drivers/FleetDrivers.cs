namespace Otedama.Asic;

/// <summary>All drivers over one transport. Any thread.</summary>
public sealed class FleetDrivers : IDisposable
{
    private readonly FleetTransport _transport;
    private readonly Dictionary<string, IFleetDriver> _byName;

    public FleetDrivers(TimeProvider clock)
    {
        _transport = new FleetTransport(clock);
        All =
        [
            new NerdQaxeDriver(_transport), new AxeosDriver(_transport), new WhatsminerV3Driver(_transport),
                new WhatsminerV2Driver(_transport),
            new BraiinsDriver(_transport), new LuxosDriver(_transport), new VnishDriver(_transport),
                new AvalonDriver(_transport),
            new AntminerDriver(_transport), new CgminerDriver(_transport),
        ];
        _byName = All.ToDictionary(static driver => driver.Name);
    }

    public IReadOnlyList<IFleetDriver> All { get; }

    public FleetTransport Transport => _transport;

    /// <summary>By FleetReading.Driver; null = there is none of that name.</summary>
    public IFleetDriver? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The strongest claim on such signs; null = nobody knows it.</summary>
    public (IFleetDriver Driver, FleetMatch Match)? Recognise(FleetSigns signs)
    {
        (IFleetDriver Driver, FleetMatch Match)? best = null;
        foreach (IFleetDriver driver in All)
        {
            if (driver.Recognise(signs) is { } match && !(match.Weight <= best?.Match.Weight))
            {
                best = (driver, match);
            }
        }
        return best;
    }

    public void Dispose() => _transport.Dispose();
}
