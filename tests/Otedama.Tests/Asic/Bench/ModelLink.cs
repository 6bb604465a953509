using Otedama.Asic;

namespace Otedama.Tests.Asic;

/// <summary>
/// A link straight into a model, in this process. What the model has not now comes only when time passes: a wait calls
/// pass in steps, with which a test moves the clock it holds. Without it a wait for nothing is over at once.
/// </summary>
internal sealed class ModelLink(ISimulatedDevice device, Action<TimeSpan>? pass = null, int rate = 115_200) : ILink
{
    /// <summary>Steps of one wait, so that what a model says in its midst is read then and not at its end.</summary>
    private const int Steps = 20;

    private readonly Lock _gate = new();
    private int _rate = rate;
    private volatile bool _disposed;

    public string Name => "model";

    public bool HasLines { get; init; } = true;

    public int Rate => _rate;

    public int Read(Span<byte> into, TimeSpan wait)
    {
        int count = Take(into);
        for (int i = 0; i < Steps && count == 0 && pass is not null && wait > TimeSpan.Zero; i++)
        {
            pass(wait / Steps);
            count = Take(into);
        }
        return count;
    }

    public void Write(ReadOnlySpan<byte> bytes, TimeSpan wait)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            device.Receive(bytes, _rate);
        }
    }

    public void Drain(TimeSpan wait) => ThrowIfDisposed();

    public void Discard()
    {
        Span<byte> away = stackalloc byte[256];
        while (Take(away) > 0)
        {
        }
    }

    public void SetRate(int bitsPerSecond)
    {
        ThrowIfDisposed();
        _rate = bitsPerSecond;
    }

    public bool SetLines(bool dataTerminalReady, bool requestToSend)
    {
        ThrowIfDisposed();
        if (HasLines)
        {
            device.SetLines(dataTerminalReady, requestToSend);
        }
        return HasLines;
    }

    public void Dispose() => _disposed = true;

    private int Take(Span<byte> into)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            return device.Take(into, _rate);
        }
    }

    private void ThrowIfDisposed()
    {
        if (_disposed)
        {
            throw new LinkException(LinkFault.Gone, Name, "model: it was closed.");
        }
    }
}
