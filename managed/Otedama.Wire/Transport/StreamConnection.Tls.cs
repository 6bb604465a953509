namespace Otedama.Wire;

/// <summary>
/// TLS on the same port. Costs a stream and a 4 KiB buffer per connection; plain connections pay nothing for it.
/// </summary>
internal abstract partial class StreamConnection : ITlsPipeUser
{
    private TlsPipe? _tls;
    private byte[]? _handshake; // what waits for a turn in the lane; the receiving side waits with it

    /// <summary>What came waits for a turn in the lane of handshakes, which the engine is to ask for.</summary>
    protected bool AwaitsTurn => _handshake is not null;

    /// <summary>A turn in the lane: looks at what came, then goes on receiving.</summary>
    public void ContinueHandshake()
    {
        byte[] bytes = _handshake!;
        _handshake = null;
        _tls!.Feed(bytes);
        Flush();
        ResumeReceiving();
    }

    public void OnTlsPlain(ReadOnlySpan<byte> plain)
    {
        if (!IsClosed)
        {
            Hand(plain);
        }
    }

    public void OnTlsCipher(ReadOnlySpan<byte> cipher)
    {
        lock (OutGate)
        {
            Out.Append(cipher);
        }
    }

    public void OnTlsEnd(CloseReason reason) => Close(reason);

    /// <summary>The lane's turn is over.</summary>
    protected abstract void ResumeReceiving();

    /// <summary>No bytes are delivered any more, and none are being looked at.</summary>
    protected void EndTls() => _tls?.End();

    private void BeginTls(ReadOnlySpan<byte> first)
    {
        if (Transport.Identity is not { } identity)
        {
            Close(CloseReason.TlsNotConfigured);
            return;
        }
        IsTls = true;
        _plain = new WireBuffer();
        _tls = new TlsPipe(identity, this);
        _handshake = first.ToArray();
    }

    private void DeliverTls(ReadOnlySpan<byte> bytes)
    {
        if (_tls!.IsOpen)
        {
            _tls.Feed(bytes);
            Flush();
        }
        else
        {
            _handshake = bytes.ToArray();
        }
    }

    /// <summary>Under OutGate: what was written becomes records in Out. False when the pipe is broken.</summary>
    protected bool Encrypt()
    {
        if (_tls is not { IsOpen: true } || _plain!.Length == 0)
        {
            return true;
        }
        bool encrypted = _tls.TryEncrypt(_plain.WrittenMemory);
        _plain.Clear();
        return encrypted;
    }
}
