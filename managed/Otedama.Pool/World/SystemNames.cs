using System.Net;
using System.Net.Sockets;

namespace Otedama.Pool;

/// <summary>The system's resolver.</summary>
public sealed class SystemNames(TimeProvider time) : INames
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public async Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken stop)
    {
        try
        {
            return await Dns.GetHostAddressesAsync(host, stop).WaitAsync(s_patience, time, stop);
        }
        catch (Exception e) when (e is SocketException or TimeoutException or ArgumentException)
        {
            return [];
        }
    }
}
