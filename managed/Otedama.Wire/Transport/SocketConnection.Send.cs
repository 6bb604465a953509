using System.Net.Sockets;

namespace Otedama.Wire;

/// <summary>
/// Sending: writers append to a buffer; a flush hands it to the kernel directly. Only when the kernel's buffer is full
/// a completion object is made and the rest goes out in the background.
/// </summary>
internal sealed partial class SocketConnection
{
    private readonly Lock _outGate = new();
    private readonly WireBuffer _out = new(); // for the kernel
    private WireBuffer? _plain; // with TLS: written, and not encrypted yet
    private WireBuffer? _inFlight;
    private SendArgs? _send;
    private bool _sending;
    private long _sendingSince; // timestamp; 0 while nothing waits; written under the gate, read by the sweep

    public override bool Write(ReadOnlySpan<byte> bytes)
    {
        if (IsClosed)
        {
            return false;
        }
        lock (_outGate)
        {
            int waiting = _out.Length + (_inFlight?.Length ?? 0) + (_plain?.Length ?? 0);
            if (waiting + bytes.Length <= _transport.Options.OutputBytesMax)
            {
                (_plain ?? _out).Append(bytes);
                if (_transport.Trace is { } trace)
                {
                    WireTrace.Sent(trace, Id, bytes);
                }
                return true;
            }
            _plain?.Clear(); // so that Close does not try to send what nobody reads
            _out.Clear();
        }
        Close(CloseReason.SlowReader);
        return false;
    }

    public override void Flush()
    {
        if (_out.Length == 0 && _plain is not { Length: > 0 })
        {
            return;
        }
        bool failed;
        lock (_outGate)
        {
            failed = !_sending && !IsClosed && !SendSome();
        }
        if (failed)
        {
            Close(CloseReason.Error);
        }
    }

    /// <summary>Called under the gate with nothing in flight. False when the connection is broken.</summary>
    private bool SendSome()
    {
        if (!Encrypt())
        {
            return false;
        }
        while (_out.Length > 0)
        {
            int sent = _socket.Send(_out.Written, SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock)
            {
                return SendLater();
            }
            if (error != SocketError.Success)
            {
                return false;
            }
            _out.Consume(sent);
        }
        return true;
    }

    private bool SendLater()
    {
        _inFlight ??= new WireBuffer();
        _inFlight.Append(_out.Written);
        _out.Clear();
        _send ??= new SendArgs(this);
        MarkSending();
        return StartSend();
    }

    private void MarkSending()
    {
        _sending = true;
        Volatile.Write(ref _sendingSince, _transport.Time.GetTimestamp());
    }

    private bool StartSend()
    {
        try
        {
            _send!.SetBuffer(System.Runtime.InteropServices.MemoryMarshal.AsMemory(_inFlight!.WrittenMemory));
            if (!_socket.SendAsync(_send))
            {
                ThreadPool.UnsafeQueueUserWorkItem(static connection => connection.SendCompleted(), this, preferLocal: false);
            }
            return true;
        }
        catch (ObjectDisposedException)
        {
            _sending = false;
            Volatile.Write(ref _sendingSince, 0);
            return true; // closed meanwhile, nothing left to report
        }
    }

    private void SendCompleted()
    {
        bool failed;
        lock (_outGate)
        {
            failed = _send!.SocketError != SocketError.Success;
            if (!failed)
            {
                _inFlight!.Consume(_send.BytesTransferred);
                failed = !(_inFlight.Length > 0 ? StartSend() : SendNext());
            }
        }
        if (failed)
        {
            Close(CloseReason.Error);
        }
    }

    private bool SendNext()
    {
        _sending = false;
        Volatile.Write(ref _sendingSince, 0);
        return IsClosed || SendSome();
    }

    /// <summary>On close: a last attempt for what is buffered, such as the error that explains the close.</summary>
    private void FinishSending()
    {
        lock (_outGate)
        {
            if (!_sending && Encrypt() && _out.Length > 0)
            {
                _ = _socket.Send(_out.Written, SocketFlags.None, out _);
            }
            _plain?.Clear();
            _out.Clear();
        }
    }

    private sealed class SendArgs : SocketAsyncEventArgs
    {
        private readonly SocketConnection _connection;

        public SendArgs(SocketConnection connection)
            : base(true) => _connection = connection;

        protected override void OnCompleted(SocketAsyncEventArgs e) => _connection.SendCompleted();
    }
}
