using System.Net.Sockets;

namespace Otedama.Wire;

internal sealed partial class SocketConnection
{
    /// <summary>Receives in a row before other connections get the thread.</summary>
    private const int TurnsMax = 16;

    private readonly ReceiveArgs _receive;

    protected override void ResumeReceiving()
    {
        if (IsClosed)
        {
            EndReceiving();
            return;
        }
        StartReceiving();
    }

    private void StartReceiving()
    {
        try
        {
            if (!_socket.ReceiveAsync(_receive))
            {
                // Not here: the accepting thread has more to accept.
                ThreadPool.UnsafeQueueUserWorkItem(static connection => connection.ReceiveLoop(), this, preferLocal: false);
            }
        }
        catch (ObjectDisposedException)
        {
            EndReceiving();
        }
    }

    private void ReceiveLoop()
    {
        try
        {
            int turns = 0;
            do
            {
                if (!TakeReceived())
                {
                    EndReceiving();
                    return;
                }
                if (AwaitsTurn)
                {
                    _transport.Handshakes.Enqueue(this); // where receiving goes on
                    return;
                }
                if (++turns == TurnsMax)
                {
                    StartReceiving();
                    return;
                }
            }
            while (!_socket.ReceiveAsync(_receive));
        }
        catch (ObjectDisposedException)
        {
            EndReceiving();
        }
    }

    /// <summary>False when the connection has ended.</summary>
    private bool TakeReceived()
    {
        if (_receive.SocketError != SocketError.Success || _receive.BytesTransferred == 0)
        {
            Close(_receive.SocketError switch
            {
                SocketError.Success => CloseReason.PeerClosed,
                SocketError.TimedOut => CloseReason.SlowReader, // the kernel gave up waiting for its output to be taken
                _ => CloseReason.Error,
            });
            return false;
        }
        if (IsClosed)
        {
            return false;
        }
        Deliver(_receive.MemoryBuffer.Span[.._receive.BytesTransferred]);
        return !IsClosed;
    }

    /// <summary>Gives buffers back; only the receiving side calls it, so no receive is in flight.</summary>
    private void EndReceiving()
    {
        EndTls();
        _receive.Release(_transport.Slabs);
    }

    /// <summary>A completion object without the event's delegate and closure.</summary>
    private sealed class ReceiveArgs : SocketAsyncEventArgs
    {
        private readonly SocketConnection _connection;
        private int _released;

        public ReceiveArgs(SocketConnection connection)
            : base(true)
        {
            _connection = connection;
            SetBuffer(connection._transport.Slabs.Rent());
        }

        public void Release(ReceiveSlabs slabs)
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
            {
                slabs.Return(MemoryBuffer);
                Dispose();
            }
        }

        protected override void OnCompleted(SocketAsyncEventArgs e) => _connection.ReceiveLoop();
    }
}
