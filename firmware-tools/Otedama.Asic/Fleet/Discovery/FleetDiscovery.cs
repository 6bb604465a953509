using System.Net;

namespace Otedama.Asic;

/// <summary>How a fleet is searched for.</summary>
public sealed record DiscoveryOptions
{
    /// <summary>Ports that are tried on each address; a device that opens none of them is not found.</summary>
    public FleetPorts Ports { get; init; } = new();

    /// <summary>How long reports and answers are waited for; zero = only the scan.</summary>
    public TimeSpan Listen { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Connect to every listed address; false = only who reports itself.</summary>
    public bool Scans { get; init; } = true;

    /// <summary>What opens a device, by its address; null = nothing.</summary>
    public Func<IPAddress, FleetCredentials?> Credentials { get; init; } = static _ => null;
}

/// <summary>What a search came to.</summary>
/// <param name="Searched">Addresses.</param>
/// <param name="Open">Those with an open port.</param>
/// <param name="Unknown">Of them those nobody recognised.</param>
/// <param name="Outside">Reports that pointed outside of the listed ranges.</param>
public sealed record DiscoveryResult(
    IReadOnlyList<FleetIdentity> Found, int Searched, int Open, IReadOnlyList<IPAddress> Unknown, int Outside,
        IReadOnlyList<string> Problems)
{
    /// <summary>Devices that spoke up themselves, each report once.</summary>
    public IReadOnlyList<DiscoveryReport> Reports { get; init; } = [];
}

/// <summary>Searches the listed ranges, and nothing else, for devices and identifies them.</summary>
public sealed class FleetDiscovery(FleetDrivers drivers)
{
    /// <summary>Identifications at one time: each holds up to three connections.</summary>
    private const int AtOnceMax = 64;

    private readonly TimeProvider _time = drivers.Transport.Clock;

    public async Task<DiscoveryResult> SearchAsync(
        AddressRanges ranges, DiscoveryOptions options, CancellationToken cancel)
    {
        FleetListener listener = new(ranges, _time);
        Task<IReadOnlyList<DiscoveryReport>> heard = options.Listen > TimeSpan.Zero
            ? listener.ListenAsync(options.Listen, asks: true, cancel)
                : Task.FromResult<IReadOnlyList<DiscoveryReport>>([]);
        HashSet<IPAddress> open = [];
        if (options.Scans)
        {
            IEnumerable<IPEndPoint> ports = ranges.Addresses().SelectMany(address => (IPEndPoint[])
                [new IPEndPoint(address, options.Ports.Api), new IPEndPoint(address, options.Ports.Web)]);
            await new PortScan(_time).RunAsync(ports, port => open.Add(port.Address), cancel);
        }
        IReadOnlyList<DiscoveryReport> reports = await heard;
        Dictionary<IPAddress, FleetPorts> said = [];
        foreach (DiscoveryReport report in reports)
        {
            open.Add(report.Address);
            FleetPorts known = said.GetValueOrDefault(report.Address, options.Ports);
            said[report.Address] = known with { Api = report.ApiPort ?? known.Api, Web = report.WebPort ?? known.Web };
        }
        FleetIdentifier identifier = new(drivers);
        List<FleetIdentity> found = [];
        List<IPAddress> unknown = [];
        using SemaphoreSlim room = new(AtOnceMax);
        await Task.WhenAll(open.Select(OneAsync));
        return new DiscoveryResult(
            [.. found.OrderBy(static one => one.Target.Address.ToString(), StringComparer.Ordinal)], ranges.Count,
                open.Count,
            unknown, listener.Outside, listener.Problems)
        { Reports = reports };

        async Task OneAsync(IPAddress address)
        {
            await room.WaitAsync(cancel);
            try
            {
                FleetTarget target = new(address)
                {
                    Ports = said.GetValueOrDefault(address, options.Ports),
                    Credentials = options.Credentials(address),
                };
                FleetSigns? known = listener.Txt.TryGetValue(address, out IReadOnlyDictionary<string, string>? txt)
                    ? new FleetSigns { Mdns = txt } : null;
                FleetIdentity? identity = await identifier.IdentifyAsync(target, known, cancel);
                lock (found)
                {
                    if (identity is null)
                    {
                        unknown.Add(address);
                    }
                    else
                    {
                        found.Add(identity);
                    }
                }
            }
            finally
            {
                room.Release();
            }
        }
    }
}
