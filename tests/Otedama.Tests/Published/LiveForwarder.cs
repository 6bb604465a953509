using System.Net;
using System.Net.Sockets;

namespace Otedama.Tests.Published;

/// <summary>A wire between a node and the rest that can be cut.</summary>
internal sealed class LiveForwarder : IDisposable
{
    private readonly IPEndPoint _to;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Lock _gate = new();
    private readonly List<Socket> _open = [];
    private bool _isCut;

    public LiveForwarder(IPEndPoint to)
    {
        _to = to;
        _listener.Start();
        Place = (IPEndPoint)_listener.LocalEndpoint;
        _ = AcceptAsync();
    }

    public IPEndPoint Place { get; }

    /// <summary>Ends what goes through, and lets nothing through until Mend.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            _isCut = true;
            _open.ForEach(static socket => socket.Dispose());
            _open.Clear();
        }
    }

    public void Mend()
    {
        lock (_gate)
        {
            _isCut = false;
        }
    }

    public void Dispose()
    {
        Cut();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = JoinAsync(await _listener.AcceptSocketAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task JoinAsync(Socket near)
    {
        Socket far = new(SocketType.Stream, ProtocolType.Tcp);
        if (Keep(near, far))
        {
            try
            {
                await far.ConnectAsync(_to);
                await Task.WhenAny(CopyAsync(near, far), CopyAsync(far, near));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Nobody there, or cut.
            }
        }
        near.Dispose();
        far.Dispose();
    }

    private bool Keep(Socket near, Socket far)
    {
        lock (_gate)
        {
            if (!_isCut)
            {
                _open.Add(near);
                _open.Add(far);
            }
            return !_isCut;
        }
    }

    private static async Task CopyAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[16 << 10];
        try
        {
            while (await from.ReceiveAsync(buffer) is int count and > 0)
            {
                for (int sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Either end is gone; so is the other soon.
        }
    }
}
