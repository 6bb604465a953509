namespace Otedama.Tests.Asic;

/// <summary>A control request that a model answers, and how many bytes came for one to the host.</summary>
internal delegate UsbReply ControlModel(ReadOnlySpan<byte> setup, ReadOnlySpan<byte> data, Span<byte> into, out int came);

/// <summary>
/// A device that is only spoken to on endpoint 0, such as a DFU loader (0483:DF11): its configuration as the model gives
/// it, and every request that is not a standard one goes to the model.
/// </summary>
internal sealed class LoaderModel : UsbModel
{
    private readonly byte[] _configuration;
    private readonly ControlModel _control;
    private readonly Action? _reset;

    /// <summary>configuration begins with its header; texts are those of index 1 and on.</summary>
    public LoaderModel(ushort vendorId, ushort productId, ushort release, byte[] configuration, IEnumerable<string> texts, ControlModel control, Action? reset = null)
    {
        (VendorId, ProductId, Release) = (vendorId, productId, release);
        _configuration = configuration;
        InterfaceCount = configuration[4];
        _control = control;
        _reset = reset;
        Texts.AddRange(texts);
    }

    protected override int InterfaceCount { get; }

    /// <summary>
    /// A simulated loader behind USB. Its texts are those of its alternate settings, from index 4 on as its descriptors
    /// say; one that left the bus stalls here, since nothing pulls the cable.
    /// </summary>
    public static LoaderModel Of(SimulatedDfu loader, string manufacturer, string product, string serial) => new(
        loader.Vendor, loader.Product, loader.Release, loader.Configuration(), [manufacturer, product, serial, .. loader.Texts],
        (ReadOnlySpan<byte> setup, ReadOnlySpan<byte> data, Span<byte> into, out int came) => loader.Control(setup, data, into, out came) switch
        {
            BenchReply.Done => UsbReply.Done,
            BenchReply.Silent => UsbReply.None,
            _ => UsbReply.Stall,
        },
        loader.Reset);

    public override void Reset()
    {
        base.Reset();
        _reset?.Invoke();
    }

    public override byte[] Configuration() => _configuration;

    protected override byte[] Interfaces() => _configuration[9..];

    protected override UsbReply Special(UsbRequest request, ReadOnlySpan<byte> data, Span<byte> into, out int came)
    {
        Span<byte> setup = [request.Type, request.Request, (byte)(request.Value & 0xFF), (byte)(request.Value >> 8), (byte)(request.Index & 0xFF),
            (byte)(request.Index >> 8), (byte)(request.Length & 0xFF), (byte)(request.Length >> 8)];
        return _control(setup, data, into, out came);
    }

    protected override UsbReply Receive(byte endpoint, ReadOnlySpan<byte> data) => UsbReply.Stall;

    protected override UsbReply Send(byte endpoint, Span<byte> into, TimeSpan waited, out int came)
    {
        came = 0;
        return UsbReply.Stall;
    }
}
