using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;

namespace Otedama.Pool;

/// <summary>The machine's own network: its routing table, UDP, and HTTP to what was found on the link.</summary>
public sealed class SocketNatWorld(TimeProvider time) : INatWorld, IDisposable
{
    private const string RouteFile = "/proc/net/route";
    private const int BytesMax = 2_048, AnswersMax = 32, HttpBytesMax = 64 << 10;
    private const int RouteIsGateway = 2;

    private static readonly TimeSpan s_httpPatience = TimeSpan.FromSeconds(3);

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ConnectTimeout = s_httpPatience,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
    })
    {
        MaxResponseContentBufferSize = HttpBytesMax,
        Timeout = s_httpPatience,
    };

    public NatRoute? Route()
    {
        try
        {
            IPAddress? gateway = OperatingSystem.IsLinux() ? DefaultGateway(File.ReadLines(RouteFile)) : AnyGateway();
            return gateway is null ? null : new NatRoute(gateway, LocalTowards(gateway));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SocketException
            or NetworkInformationException)
        {
            return null;
        }
    }

    public async Task<byte[]?> AskAsync(
        IPEndPoint to, ReadOnlyMemory<byte> request, TimeSpan patience, CancellationToken stop)
    {
        using Socket socket = new(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        using CancellationTokenSource limit = new(patience, time);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            // Connected: what comes from anywhere else is not received.
            await socket.ConnectAsync(to, both.Token);
            await socket.SendAsync(request, SocketFlags.None, both.Token);
            byte[] buffer = new byte[BytesMax];
            int length = await socket.ReceiveAsync(buffer, SocketFlags.None, both.Token);
            return buffer[..length];
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            stop.ThrowIfCancellationRequested();
            return null;
        }
    }

    public async Task<IReadOnlyList<(IPAddress From, byte[] Bytes)>> SearchAsync(
        IPEndPoint to, IReadOnlyList<byte[]> requests, TimeSpan patience, CancellationToken stop)
    {
        List<(IPAddress From, byte[] Bytes)> answers = [];
        using Socket socket = new(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        using CancellationTokenSource limit = new(patience, time);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            socket.Bind(new IPEndPoint(Route()?.Local ?? IPAddress.Any, 0));
            foreach (byte[] request in requests)
            {
                await socket.SendToAsync(request, SocketFlags.None, to, both.Token);
            }
            byte[] buffer = new byte[BytesMax];
            while (answers.Count < AnswersMax)
            {
                SocketReceiveFromResult got = await socket.ReceiveFromAsync(
                    buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), both.Token);
                answers.Add((((IPEndPoint)got.RemoteEndPoint).Address, buffer[..got.ReceivedBytes]));
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            stop.ThrowIfCancellationRequested();
        }
        return answers;
    }

    public async Task<(int Status, string Text)?> HttpAsync(
        Uri uri, string? action, string? body, CancellationToken stop)
    {
        using HttpRequestMessage request = new(body is null ? HttpMethod.Get : HttpMethod.Post, uri);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "text/xml");
            request.Headers.TryAddWithoutValidation("SOAPAction", action);
        }
        try
        {
            using HttpResponseMessage answer = await _http.SendAsync(request, stop);
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(stop));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidOperationException
            or OperationCanceledException)
        {
            stop.ThrowIfCancellationRequested();
            return null;
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>
    /// Of the kernel's table (a line each: interface, destination, gateway, flags, two counts, metric, mask; addresses
    /// are hexadecimal, little-endian as a whole) the default route with the lowest metric.
    /// </summary>
    internal static IPAddress? DefaultGateway(IEnumerable<string> lines)
    {
        IPAddress? best = null;
        uint bestMetric = uint.MaxValue;
        foreach (string line in lines.Skip(1))
        {
            if (line.Split('\t', StringSplitOptions.TrimEntries) is
                    [_, "00000000", string gateway, string flags, _, _, string metric, "00000000", ..]
                && TryHex(gateway, out uint address) && TryHex(flags, out uint bits) && (bits & RouteIsGateway) != 0
                && uint.TryParse(metric, CultureInfo.InvariantCulture, out uint cost) && cost < bestMetric)
            {
                (best, bestMetric) = (new IPAddress(address), cost);
            }
        }
        return best;
    }

    private static bool TryHex(string text, out uint value) =>
        uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);

    private static IPAddress? AnyGateway() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(static one => one.OperationalStatus == OperationalStatus.Up)
        .SelectMany(static one => one.GetIPProperties().GatewayAddresses)
        .Select(static gateway => gateway.Address)
        .FirstOrDefault(static address =>
            address.AddressFamily == AddressFamily.InterNetwork && !address.Equals(IPAddress.Any));

    /// <summary>This machine's address on the way there; nothing is sent.</summary>
    private static IPAddress LocalTowards(IPAddress gateway)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(new IPEndPoint(gateway, 9));
        return ((IPEndPoint)socket.LocalEndPoint!).Address;
    }
}
