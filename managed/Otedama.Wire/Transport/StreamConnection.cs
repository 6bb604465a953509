using System.Net;

namespace Otedama.Wire;

/// <summary>
/// One connection over TCP, whatever engine moves its bytes: what comes before the first line, what waits to go out,
/// TLS (in a file of its own), the end.
/// </summary>
internal abstract partial class StreamConnection : TransportConnection
{
    private readonly long _startedAt;
    private Prelude _prelude;
    private bool _isPlain; // the prelude is over, and lines follow it
    private bool _accepted;
    private int _closed;
    private WireBuffer? _plain; // with TLS: written, and not encrypted yet

    protected StreamConnection(StreamTransport transport, IPEndPoint remote, int localPort, bool tlsOnly)
    {
        Transport = transport;
        _startedAt = transport.Time.GetTimestamp();
        Remote = remote.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(remote.Address.MapToIPv4(), remote.Port) : remote;
        LocalPort = localPort;
        _prelude = new Prelude(transport.IsProxy(Remote.Address), tlsOnly);
    }

    public override bool IsClosed => Volatile.Read(ref _closed) != 0;

    protected StreamTransport Transport { get; }

    /// <summary>Guards what waits to go out.</summary>
    protected Lock OutGate { get; } = new();

    /// <summary>For the kernel; under OutGate.</summary>
    protected WireBuffer Out { get; } = new();

    /// <summary>Something was written and not handed to the engine yet. A look without the gate.</summary>
    protected bool HasOutput => Out.Length > 0 || _plain is { Length: > 0 };

    /// <summary>Bytes that the engine has taken from Out and not sent; under OutGate.</summary>
    protected virtual int InFlightBytes => 0;

    public override bool Write(ReadOnlySpan<byte> bytes)
    {
        if (IsClosed)
        {
            return false;
        }
        lock (OutGate)
        {
            int waiting = Out.Length + InFlightBytes + (_plain?.Length ?? 0);
            if (waiting + bytes.Length <= Transport.Options.OutputBytesMax)
            {
                (_plain ?? Out).Append(bytes);
                if (Transport.Trace is { } trace)
                {
                    WireTrace.Sent(trace, Id, bytes);
                }
                return true;
            }
            ClearOutput(); // so that Close does not try to send what nobody reads
        }
        Close(CloseReason.SlowReader);
        return false;
    }

    /// <summary>Closes a connection that hangs before its first line. Called about once a second.</summary>
    public virtual void CheckTimeouts()
    {
        bool hangs = _prelude.AwaitsHeader || _tls is { IsOpen: false };
        if (hangs && Transport.Time.GetElapsedTime(_startedAt) > Transport.Options.PreludeTimeout)
        {
            Close(_prelude.AwaitsHeader ? CloseReason.BadProxyHeader : CloseReason.TlsFailed);
        }
    }

    public override void Close(CloseReason reason)
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
        {
            return;
        }
        Transport.Forget(this);
        Shut(reason);
        if (_accepted)
        {
            Transport.Handler.OnClosed(this, reason);
        }
    }

    /// <summary>The end: a last attempt for what was written, such as the error that explains the close.</summary>
    protected abstract void Shut(CloseReason reason);

    /// <summary>Begins, once the transport has it in its table. False when it is refused, and closed.</summary>
    protected bool Greet() => _prelude.AwaitsHeader || Announce();

    /// <summary>Bytes as they came from the socket.</summary>
    protected void Deliver(ReadOnlySpan<byte> bytes)
    {
        if (_isPlain)
        {
            Hand(bytes);
        }
        else if (_tls is not null)
        {
            DeliverTls(bytes);
        }
        else
        {
            PassPrelude(bytes);
        }
    }

    /// <summary>Under OutGate.</summary>
    protected void ClearOutput()
    {
        _plain?.Clear();
        Out.Clear();
    }

    private bool Announce()
    {
        _accepted = Transport.Handler.OnAccepted(this);
        if (!_accepted)
        {
            Close(CloseReason.Banned);
        }
        return _accepted;
    }

    private void Hand(ReadOnlySpan<byte> plain)
    {
        if (Transport.Trace is { } trace)
        {
            WireTrace.Received(trace, Id, plain);
        }
        Transport.Handler.OnReceived(this, plain);
        Flush();
    }

    private void PassPrelude(ReadOnlySpan<byte> bytes)
    {
        PreludeStep step = _prelude.Take(ref bytes);
        if (step == PreludeStep.HeaderEnded)
        {
            Remote = _prelude.Source ?? Remote;
            if (!Announce())
            {
                return;
            }
            step = _prelude.Take(ref bytes);
        }
        switch (step)
        {
            case PreludeStep.Plain:
                _isPlain = true;
                Hand(bytes);
                break;
            case PreludeStep.Tls: BeginTls(bytes); break;
            case PreludeStep.NotTls: Close(CloseReason.TlsRequired); break;
            case PreludeStep.BadHeader: Close(CloseReason.BadProxyHeader); break;
        }
    }
}
