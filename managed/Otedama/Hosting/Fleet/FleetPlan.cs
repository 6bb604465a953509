using Otedama.Asic;

namespace Otedama;

/// <summary>What of a fleet is watched and how, with every value checked. Made from the configuration.</summary>
internal sealed record FleetPlan
{
    public required IReadOnlyList<FleetDeviceChoice> Devices { get; init; }

    /// <summary>Null = nothing is searched.</summary>
    public required AddressRanges? Ranges { get; init; }

    /// <summary>By driver; a device of the list has its own.</summary>
    public required IReadOnlyDictionary<string, FleetCredentials> Credentials { get; init; }

    public required FleetWatchOptions Watch { get; init; }

    public required FleetPollOptions Poll { get; init; }

    public required IReadOnlyList<ActionRule> Actions { get; init; }

    public required ActionLimits Limits { get; init; }

    /// <summary>What restore_pools writes; empty = what was agreed to.</summary>
    public required IReadOnlyList<FleetPool> Pools { get; init; }

    /// <summary>Program to start for each alarm; empty = none.</summary>
    public required string Exec { get; init; }

    /// <summary>Folder of the plans by which firmware is written; null = none is looked at.</summary>
    public string? Flashes { get; init; }

    /// <summary>Null where no fleet is configured. Adds what is wrong to problems.</summary>
    /// <param name="root">Of the data directory; history, agreements and the audit log lie in fleet below it.</param>
    public static FleetPlan? Make(
        Configuration configuration, string root, IReadOnlyDictionary<string, string> environment,
            List<string> problems)
    {
        if (!FleetChoice.IsConfigured(configuration))
        {
            return null;
        }
        return new FleetPlan
        {
            Devices = FleetChoice.Devices(configuration, environment, problems),
            Ranges = FleetChoice.Ranges(configuration.Get(Settings.FleetRanges),
                configuration.Get(Settings.FleetAllowPublic),
                $"asic.fleet.ranges ({configuration.Of(Settings.FleetRanges).Place})", problems),
            Credentials = FleetChoice.Credentials(configuration, environment, problems),
            Watch = FleetChoice.Watch(configuration, FolderIn(root), problems),
            Poll = new FleetPollOptions { Interval = TimeSpan.FromSeconds(configuration.Get(Settings.FleetInterval)) },
            Actions = FleetChoice.Actions(configuration, problems),
            Limits = FleetChoice.Limits(configuration, problems),
            Pools = FleetChoice.Pools(configuration, environment, problems),
            Exec = configuration.Get(Settings.FleetExec),
            Flashes = AsicFlashing.FolderIn(root),
        };
    }

    public static string FolderIn(string root) => Path.Combine(root, "fleet");
}
