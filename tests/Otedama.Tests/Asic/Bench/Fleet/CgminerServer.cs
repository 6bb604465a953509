using System.Net.Sockets;
using System.Text;

namespace Otedama.Tests.Asic;

/// <summary>A CgminerDevice behind TCP: one recv of at most 4095 bytes is the request, one NUL ends the reply, then it closes.</summary>
internal sealed class CgminerServer : IAsyncDisposable
{
    private readonly BenchTcpServer _tcp;

    /// <param name="answer">Takes requests before the device does; null of it = the device's.</param>
    public CgminerServer(CgminerDevice device, Func<string, string?>? answer = null)
    {
        Device = device;
        Special = answer;
        _tcp = new BenchTcpServer(ServeAsync);
    }

    public CgminerDevice Device { get; }

    public Func<string, string?>? Special { get; }

    public int Port => _tcp.Port;

    public int Connections => _tcp.Connections;

    public ValueTask DisposeAsync() => _tcp.DisposeAsync();

    private async Task ServeAsync(Socket socket, CancellationToken end)
    {
        byte[] buffer = new byte[4095];
        int count = await socket.ReceiveAsync(buffer, end);
        CgminerQuirks quirks = Device.Quirks;
        if (count == 0 || quirks.ClosesAtOnce)
        {
            return;
        }
        if (quirks.Silent)
        {
            await UntilClosedAsync(socket, end);
            return;
        }
        string request = Encoding.UTF8.GetString(buffer, 0, count);
        byte[] reply = Encoding.UTF8.GetBytes((Special?.Invoke(request) ?? Device.Answer(request)) + (quirks.NoNul ? "" : "\0"));
        int size = quirks.Pieces ?? reply.Length;
        for (int at = 0; at < reply.Length; at += size)
        {
            await socket.SendAsync(reply.AsMemory(at, Math.Min(size, reply.Length - at)), end);
            if (quirks.Pieces is not null)
            {
                await Task.Delay(quirks.BetweenPieces, end);
            }
        }
        if (quirks.NoClose)
        {
            await UntilClosedAsync(socket, end);
        }
    }

    private static async Task UntilClosedAsync(Socket socket, CancellationToken end)
    {
        byte[] rest = new byte[16];
        while (await socket.ReceiveAsync(rest, end) > 0)
        {
            // Nothing more is answered on this connection.
        }
    }
}
