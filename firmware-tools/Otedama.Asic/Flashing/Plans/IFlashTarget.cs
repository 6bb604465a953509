namespace Otedama.Asic;

/// <summary>
/// A device that plans are carried out on, by one protocol. It does one step when it is told to and decides nothing
/// about order, confirmation or the way back. One call at a time. Throws FlashException or LinkException.
/// </summary>
public interface IFlashTarget : IDisposable
{
    /// <summary>Protocol and address, as people would find it: esp-serial /dev/ttyACM0.</summary>
    string Name { get; }

    /// <summary>Looks; changes nothing that lasts.</summary>
    ValueTask<FlashDevice> ReadAsync(CancellationToken stop);

    /// <summary>
    /// The steps that bring this image onto the device that was read, and the way back, in the order in which a cut
    /// anywhere leaves something that boots. Throws FlashException when this protocol cannot bring it there.
    /// </summary>
    FlashProgram Program(FlashDevice device, ImageReport image, ReadOnlyMemory<byte> bytes, FlashOptions options);

    /// <summary>
    /// Does it. Failed with a sentence where the device said no or cannot be reached any more; a step that was
    /// done before may be done again.
    /// </summary>
    ValueTask<FlashStepResult> DoAsync(FlashStep step, FlashMaterial material, CancellationToken stop);

    /// <summary>What starts, or runs, as the device is now.</summary>
    ValueTask<FlashBoots> LookAsync(FlashPlan plan, CancellationToken stop);

    /// <summary>A run ends between two steps: the device goes on with what it did before, as far as it can.</summary>
    ValueTask LetGoAsync(FlashPlan plan, CancellationToken stop) => default;
}

public sealed record FlashProgram(IReadOnlyList<FlashStep> Steps, IReadOnlyList<FlashStep> WayBack);

/// <summary>Which firmware a device starts.</summary>
public enum FlashBoots
{
    /// <summary>It cannot be seen now.</summary>
    Unknown,
    Old,
    New,

    /// <summary>Neither; the loader still answers, and the plan can be carried out again.</summary>
    Neither,
}
