namespace Otedama.Tests.Asic;

/// <summary>Between a device and its adapter: once armed, it is pulled out in the middle of the next thing the device says.</summary>
internal sealed class CutCable(ISimulatedDevice device) : ISimulatedDevice
{
    /// <summary>Less than any frame of a chip.</summary>
    private const int HalfFrame = 4;

    private volatile Action? _cut;
    private bool _said;

    /// <summary>Whether what was armed has happened.</summary>
    public bool IsCut { get; private set; }

    /// <summary>cut is called on the adapter's thread.</summary>
    public void Arm(Action cut) => _cut = cut;

    public void Receive(ReadOnlySpan<byte> bytes, int rate) => device.Receive(bytes, rate);

    public int Take(Span<byte> into, int rate)
    {
        if (_cut is not { } cut || into.Length < HalfFrame)
        {
            return device.Take(into, rate);
        }
        if (!_said)
        {
            int came = device.Take(into[..HalfFrame], rate);
            _said = came == HalfFrame;
            return came;
        }
        (_cut, _said) = (null, false);
        cut();
        IsCut = true;
        return 0;
    }

    public void SetLines(bool dataTerminalReady, bool requestToSend) => device.SetLines(dataTerminalReady, requestToSend);
}
