namespace Otedama.Asic;

/// <summary>
/// A file, a plan, a ledger or a device is not what flashing needs. The message is whole sentences for people: what
/// failed, the value found, what is allowed, and the next step.
/// </summary>
public sealed class FlashException(string sentence, Exception? inner = null) : Exception(sentence, inner)
{
    public FlashFault Fault { get; init; }
}

/// <summary>Whose fault it is, for the exit code.</summary>
public enum FlashFault
{
    /// <summary>The answer is bad: a device, an image or a plan is not as it must be.</summary>
    Answer,

    /// <summary>What was typed names nothing that is known or allowed.</summary>
    Named,

    /// <summary>The device that was named is not there.</summary>
    Absent,
}
