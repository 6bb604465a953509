namespace Otedama.Interop;

/// <summary>
/// A serial port or a USB device refused. The message is the system's own words about it, without the name: whoever
/// catches it knows what was asked of which device, and makes the sentence.
/// </summary>
public sealed class PortException(PortFault fault, string detail) : IOException(detail)
{
    public PortFault Fault { get; } = fault;
}
