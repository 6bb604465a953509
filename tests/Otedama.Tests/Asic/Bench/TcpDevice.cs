using System.Net;
using System.Net.Sockets;

namespace Otedama.Tests.Asic;

/// <summary>A model behind a socket of this machine, as a serial server offers it: one host at a time, no rate.</summary>
internal sealed class TcpDevice : IDisposable
{
    private const int BufferBytes = 4096;

    private readonly ISimulatedDevice _device;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Thread _serve;
    private volatile Socket? _host;
    private volatile bool _ending;

    public TcpDevice(ISimulatedDevice device)
    {
        _device = device;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(1);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _serve = new Thread(Serve) { IsBackground = true, Name = "tcp device" };
        _serve.Start();
    }

    public int Port { get; }

    /// <summary>Cuts the host off; the next may come.</summary>
    public void Cut() => _host?.Dispose();

    public void Dispose()
    {
        _ending = true;
        _listener.Dispose();
        _host?.Dispose();
        _serve.Join();
    }

    private void Serve()
    {
        while (!_ending)
        {
            try
            {
                using Socket host = _listener.Accept();
                host.NoDelay = true;
                _host = host;
                Serve(host);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // It went; the next one, or the end.
            }
        }
    }

    private void Serve(Socket host)
    {
        byte[] buffer = new byte[BufferBytes];
        while (!_ending)
        {
            if (host.Poll(1000, SelectMode.SelectRead))
            {
                int got = host.Receive(buffer);
                if (got == 0)
                {
                    return;
                }
                _device.Receive(buffer.AsSpan(0, got), 0);
            }
            int count = _device.Take(buffer, 0);
            if (count > 0)
            {
                _ = host.Send(buffer.AsSpan(0, count));
            }
        }
    }
}
