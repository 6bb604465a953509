using System.Net;
using System.Net.Sockets;

namespace Otedama.Tests.Asic;

/// <summary>One connection after the other on a port of 127.0.0.1, as cgminer's accept loop: who says nothing blocks everybody.</summary>
internal sealed class BenchTcpServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _end = new();
    private readonly Func<Socket, CancellationToken, Task> _serve;
    private readonly Task _loop;

    public BenchTcpServer(Func<Socket, CancellationToken, Task> serve)
    {
        _serve = serve;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, FreePort.Next()));
        _listener.Listen(64);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _loop = Task.Run(AcceptAsync);
    }

    public int Port { get; }

    public int Connections { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _loop;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                using Socket socket = await _listener.AcceptAsync(_end.Token);
                socket.NoDelay = true;
                Connections++;
                try
                {
                    await _serve(socket, _end.Token);
                }
                catch (Exception e) when (e is SocketException or IOException)
                {
                    // The other side left.
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
