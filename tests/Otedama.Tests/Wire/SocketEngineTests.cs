using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Wire;

/// <summary>The engine on .NET sockets does what every engine does, and what comes before the first line.</summary>
public sealed class SocketEngineTests : TransportConformance
{
    private static readonly IPNetwork[] s_loopback = [new IPNetwork(IPAddress.Parse("127.0.0.0"), 8)];

    protected override ITransportEngine Engine { get; } = new SocketEngine();

    protected override async Task<Stream> ConnectAsync(IPEndPoint endpoint)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endpoint);
        return new NetworkStream(socket, ownsSocket: true);
    }

    [Fact]
    public async Task Lines_go_through_tls_after_a_proxy_header_and_the_last_word_is_heard()
    {
        TlsIdentity identity = TestCertificate.Make();
        ITransport transport = Start(options => options with { Identity = identity, ProxySources = s_loopback });
        Stream raw = await ConnectAsync(transport.Endpoints[0]);
        await SendAsync(raw, "PROXY TCP4 203.0.113.7 10.0.0.1 4000 3333\r\n");
        await using SslStream client = new(raw, leaveInnerStreamOpen: false, (_, _, _, _) => true);
        await client.AuthenticateAsClientAsync("localhost").WaitAsync(Patience.Limit);
        await SendAsync(client, "secret\n");
        Assert.Equal("echo secret", await ReadLineAsync(client));
        TransportConnection connection = Assert.Single(Accepted);
        Assert.True(connection.IsTls);
        Assert.Equal(new IPEndPoint(IPAddress.Parse("203.0.113.7"), 4000), connection.Remote);
        connection.Write("closed: why\n"u8);
        connection.Close(CloseReason.RefusedWork);
        Assert.Equal("closed: why", await ReadLineAsync(client));
        Assert.Null(await ReadLineAsync(client));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_hangs_before_the_first_line_is_closed_after_the_timeout(bool proxied)
    {
        TlsIdentity identity = TestCertificate.Make();
        ITransport transport = Start(options => options with { Identity = identity, ProxySources = proxied ? s_loopback : [] });
        await using Stream client = await ConnectAsync(transport.Endpoints[0]);
        await SendAsync(client, proxied ? "PROXY TCP4 203" : "\u0016\u0003\u0001");
        await Patience.UntilAsync(() => transport.ConnectionCount == 1, "the connection");
        Clock.Advance(9);
        Assert.Equal(1, transport.ConnectionCount);
        Task<string?> end = ReadLineAsync(client);
        await Clock.UntilAsync(() => end.IsCompleted, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        Assert.Null(await end);
        Assert.Equal(proxied ? [] : ["closed TlsFailed"], Told); // nobody was told of one whose header never came
    }
}
