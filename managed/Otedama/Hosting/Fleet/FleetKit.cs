using System.Net;
using Otedama.Asic;

namespace Otedama;

/// <summary>Every driver over one transport, what finds devices with them, and what opens those.</summary>
internal sealed class FleetKit(IReadOnlyDictionary<string, FleetCredentials> credentials, TimeProvider clock)
    : IDisposable
{
    private readonly FleetDrivers _drivers = new(clock);

    public static IReadOnlyList<string> DriverNames { get; } = Names();

    public IFleetDriver? Find(string name) => _drivers.Find(name);

    /// <summary>What opens devices of a driver; null = nothing was configured.</summary>
    public FleetCredentials? CredentialsOf(string driver) => credentials.GetValueOrDefault(driver);

    public Task<DiscoveryResult> SearchAsync(
        AddressRanges ranges, DiscoveryOptions options, CancellationToken cancel) =>
        new FleetDiscovery(_drivers).SearchAsync(ranges, options, cancel);

    /// <summary>Null when nobody knows it. Nothing with a secret goes to what is not recognised.</summary>
    public async Task<FleetIdentity?> IdentifyAsync(FleetTarget target, CancellationToken cancel) =>
        await new FleetIdentifier(_drivers).IdentifyAsync(target, null, cancel) is { } found
            ? found with
            {
                Target =
            target with { Credentials = target.Credentials ?? CredentialsOf(found.Driver.Name) }
            }
            : null;

    public void Dispose() => _drivers.Dispose();

    private static string[] Names()
    {
        using FleetDrivers drivers = new(TimeProvider.System);
        return [.. drivers.All.Select(static driver => driver.Name)];
    }
}
