namespace Otedama.Asic;

/// <summary>
/// How devices of one kind are recognised, read and told. Keeps no state of a device that matters: a restarted program
/// reads it again. Any thread; to one device at most one request is under way, whoever asks. Every call ends in
/// bounded time.
/// </summary>
public interface IFleetDriver
{
    /// <summary>
    /// As in FleetReading.Driver: axeos, nerdqaxe, cgminer, antminer, whatsminer-v2, whatsminer-v3, avalon, braiins,
    /// vnish, luxos.
    /// </summary>
    string Name { get; }

    /// <summary>What it can do at all; whether a device lets it is known after trying.</summary>
    FleetAbilities Abilities { get; }

    /// <summary>Pure: whether such signs come from a device of this kind; null = no.</summary>
    FleetMatch? Recognise(FleetSigns signs);

    /// <summary>One look. Throws FleetException; what the device does not say is null.</summary>
    Task<FleetReading> ReadAsync(FleetTarget target, CancellationToken cancel);

    /// <summary>What clocks, voltages, modes and powers the device lists. Throws FleetException.</summary>
    Task<FleetTuning> TuningAsync(FleetTarget target, CancellationToken cancel);

    /// <summary>Pure: why such an order would not be sent to that device; null = it would be.</summary>
    FleetOutcome? RefusalOf(FleetTarget target, FleetOrder order);

    /// <summary>
    /// Carries an order out. What goes wrong is in the outcome; throws only OperationCanceledException of the
    /// caller's.
    /// </summary>
    Task<FleetOutcome> DoAsync(FleetTarget target, FleetOrder order, CancellationToken cancel);
}
