using System.Net.Sockets;

namespace Otedama.Wire;

/// <summary>What Linux tells of a TCP connection (struct tcp_info of linux/tcp.h); elsewhere nothing.</summary>
internal static class TcpInfo
{
    private const int LinuxTcp = 6, LinuxTcpInfo = 11;

    /// <summary>tcpi_min_rtt, u32 microseconds in the machine's order; kernels before 4.9 have a shorter struct.</summary>
    private const int MinRttAt = 148, Bytes = 152;

    /// <summary>Null where the system does not tell, and once the connection is closed.</summary>
    public static TimeSpan? ShortestRoundTrip(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }
        try
        {
            Span<byte> info = stackalloc byte[Bytes];
            int count = socket.GetRawSocketOption(LinuxTcp, LinuxTcpInfo, info);
            uint us = BitConverter.ToUInt32(info[MinRttAt..]);
            return count == Bytes && us is > 0 and < uint.MaxValue ? TimeSpan.FromMicroseconds(us) : null;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }
}
