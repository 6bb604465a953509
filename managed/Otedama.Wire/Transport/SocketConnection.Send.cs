using System.Net.Sockets;

namespace Otedama.Wire;

/// <summary>
/// Sending: writers append to a buffer; a flush hands it to the kernel directly. Only when the kernel's buffer is full
/// a completion object is made and the rest goes out in the background.
/// </summary>
internal sealed partial class SocketConnection
{
    private WireBuffer? _inFlight;
    private SendArgs? _send;
    private bool _sending;
    private long _sendingSince; // timestamp; 0 while nothing waits; written under the gate, read by the sweep

    protected override int InFlightBytes => _inFlight?.Length ?? 0;

    public override void Flush()
    {
        if (!HasOutput)
        {
            return;
        }
        bool failed;
        lock (OutGate)
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
        while (Out.Length > 0)
        {
            int sent = _socket.Send(Out.Written, SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock)
            {
                return SendLater();
            }
            if (error != SocketError.Success)
            {
                return false;
            }
            Out.Consume(sent);
        }
        return true;
    }

    private bool SendLater()
    {
        _inFlight ??= new WireBuffer();
        _inFlight.Append(Out.Written);
        Out.Clear();
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
        lock (OutGate)
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
        lock (OutGate)
        {
            if (!_sending && Encrypt() && Out.Length > 0)
            {
                _ = _socket.Send(Out.Written, SocketFlags.None, out _);
            }
            ClearOutput();
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
