using Otedama.Asic;

namespace Otedama;

/// <summary>The fleet as the local API and the verbs see it. Every member is safe to call from any thread.</summary>
internal interface IFleetView
{
    FleetAnswer Fleet(FleetPage page);

    /// <summary>By id, address or host name; null = none, or several.</summary>
    FleetDeviceAnswer? Device(string name);

    /// <summary>Why Device or History had none of that name, in a sentence.</summary>
    CommandException Unknown(string name);

    FleetHistoryAnswer? History(string name, TimeSpan span);

    /// <summary>For the metrics.</summary>
    FleetSnapshot Snapshot();

    (long Answers, long Misses) Polls { get; }

    /// <summary>Throws CommandException over an order or a device that is none.</summary>
    Task<FleetOrderAnswer> OrderAsync(FleetOrderRequest request, CancellationToken cancel);

    /// <summary>Pools and firmware of a device are as they should be. Throws CommandException.</summary>
    FleetOrderAnswer Agree(string name);

    /// <summary>goal: energy, rate or stop. Throws CommandException.</summary>
    Task<FleetOrderAnswer> TuneAsync(string name, string goal, CancellationToken cancel);

    /// <summary>At most so many watts; 0 = all paused, null = all resumed. Throws CommandException.</summary>
    /// <param name="skipUnknown">Devices that do not say what they take are left as they are.</param>
    FleetOrderAnswer Curtail(double? watts, string? group, bool skipUnknown);
}
