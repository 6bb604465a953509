namespace Otedama.Asic;

/// <summary>
/// A file, a plan, a ledger or a device is not what flashing needs. The message is whole sentences for people: what
/// failed, the value found, what is allowed, and the next step.
/// </summary>
public sealed class FlashException(string sentence, Exception? inner = null) : Exception(sentence, inner);
