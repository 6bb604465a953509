using System.Net.Sockets;

namespace Otedama.Wire;

/// <summary>
/// The transport engine on .NET sockets: portable, no thread of its own, one receive in flight per connection.
/// </summary>
public sealed class SocketTransport(TransportOptions options, TimeProvider time) : StreamTransport(options, time)
{
    internal ReceiveSlabs Slabs { get; } = new();

    private protected override void BeginAccepting()
    {
        foreach ((Socket listener, bool tlsOnly) in Listeners)
        {
            SocketAsyncEventArgs args = new() { UserToken = tlsOnly };
            // Never on the thread that polled: it serves other connections too, and accepting may go on or wait for long.
            args.Completed += (_, completed) => ThreadPool.UnsafeQueueUserWorkItem(_ => AcceptLoop(listener, completed), null);
            ThreadPool.UnsafeQueueUserWorkItem(_ => BeginAccept(listener, args), null);
        }
    }

    private protected override void EndAccepting()
    {
        foreach ((Socket listener, _) in Listeners)
        {
            listener.Dispose();
        }
    }

    private void BeginAccept(Socket listener, SocketAsyncEventArgs args)
    {
        args.AcceptSocket = null;
        try
        {
            if (!listener.AcceptAsync(args))
            {
                AcceptLoop(listener, args);
            }
        }
        catch (ObjectDisposedException)
        {
            args.Dispose();
        }
    }

    private void AcceptLoop(Socket listener, SocketAsyncEventArgs args)
    {
        try
        {
            do
            {
                if (args.SocketError == SocketError.Success)
                {
                    Accept(args.AcceptSocket!, args.UserToken is true);
                }
                else if (IsStopped)
                {
                    args.Dispose();
                    return;
                }
                else if (args.SocketError == SocketError.TooManyOpenSockets)
                {
                    CountRefused();
                    Thread.Sleep(10); // out of file descriptors: the kernel keeps the rest in its queue meanwhile
                }
                args.AcceptSocket = null;
            }
            while (!listener.AcceptAsync(args));
        }
        catch (ObjectDisposedException)
        {
            args.Dispose();
        }
    }

    private void Accept(Socket socket, bool tlsOnly)
    {
        if (!TryTakePlace())
        {
            socket.Dispose();
            return;
        }
        SocketConnection connection;
        try
        {
            Prepare(socket);
            socket.Blocking = false; // lets Send return at once; the async calls do not mind
            connection = new SocketConnection(this, socket, tlsOnly);
        }
        catch (SocketException)
        {
            GiveUpPlace(); // the peer was gone before we looked
            socket.Dispose();
            return;
        }
        Enter(connection);
        connection.Begin();
    }
}
