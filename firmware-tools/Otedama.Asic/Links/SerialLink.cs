using Otedama.Interop;

namespace Otedama.Asic;

/// <summary>A serial port of this machine.</summary>
public sealed class SerialLink : ILink, ILinkParity
{
    private readonly SerialPort _port;

    private SerialLink(SerialPort port, string path)
    {
        _port = port;
        Name = path;
    }

    public string Name { get; }

    /// <summary>
    /// Opens it at that rate. LinkException: Missing, Busy, Permission (with the group and the rule to add),
    /// Unsupported.
    /// </summary>
    public static SerialLink Open(string path, int rate, PortFinder? finder = null)
    {
        try
        {
            return new SerialLink(SerialPort.Open(path, rate), path);
        }
        catch (PortException e)
        {
            PortAdvice advice = new(finder ?? new PortFinder());
            throw new LinkException(LinkErrors.FaultOf(e.Fault), path, advice.ForSerial(path, e), e);
        }
    }

    public int Read(Span<byte> into, TimeSpan wait)
    {
        try
        {
            return _port.Read(into, wait);
        }
        catch (PortException e)
        {
            throw LinkErrors.Of(e, Name, "read");
        }
    }

    public void Write(ReadOnlySpan<byte> bytes, TimeSpan wait)
    {
        int done;
        try
        {
            done = _port.Write(bytes, wait);
        }
        catch (PortException e)
        {
            throw LinkErrors.Of(e, Name, "write");
        }
        if (done < bytes.Length)
        {
            throw LinkErrors.TookTooLong(Name, done, bytes.Length, wait);
        }
    }

    public void Drain(TimeSpan wait)
    {
        int left;
        try
        {
            left = _port.Drain(wait);
        }
        catch (PortException e)
        {
            throw LinkErrors.Of(e, Name, "drain");
        }
        if (left > 0)
        {
            throw new LinkException(LinkFault.Timeout, Name, FormattableString.Invariant(
                $"{Name}: {left} bytes have not left in {wait.TotalMilliseconds:F0} ms. ")
                + LinkErrors.NextStep(LinkFault.Timeout));
        }
    }

    public void Discard()
    {
        try
        {
            _port.Discard();
        }
        catch (PortException e)
        {
            throw LinkErrors.Of(e, Name, "discard");
        }
    }

    public void SetRate(int bitsPerSecond)
    {
        try
        {
            _port.SetRate(bitsPerSecond);
        }
        catch (PortException e)
        {
            throw LinkErrors.Of(e, Name, "set rate");
        }
    }

    public bool SetLines(bool dataTerminalReady, bool requestToSend)
    {
        try
        {
            return _port.SetLines(dataTerminalReady, requestToSend);
        }
        catch (PortException e)
        {
            throw LinkErrors.Of(e, Name, "set modem lines");
        }
    }

    public bool SetEvenParity(bool on)
    {
        try
        {
            return _port.SetEvenParity(on);
        }
        catch (PortException e)
        {
            throw LinkErrors.Of(e, Name, "set parity");
        }
    }

    public void Dispose() => _port.Dispose();
}
