using System.Net;
using System.Net.Sockets;

namespace Otedama.Tests;

/// <summary>
/// Ports for what has to be told one before it listens. They lie below those that the system gives to outgoing connections,
/// and no two tests get the same one, so that nobody takes it in between.
/// </summary>
internal static class FreePort
{
    private const int First = 12_000;
    private const int Count = 20_000;

    private static int s_next = Random.Shared.Next(Count);

    public static int Next()
    {
        while (true)
        {
            int port = First + (int)((uint)Interlocked.Increment(ref s_next) % Count);
            using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // In use; the next.
            }
        }
    }
}
