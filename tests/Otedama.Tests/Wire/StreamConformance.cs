using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Wire;

/// <summary>What every engine over TCP has to do besides: what comes before the first line, crowds, and slow readers.</summary>
public abstract class StreamConformance : TransportConformance
{
    private static readonly IPNetwork[] s_loopback = [new IPNetwork(IPAddress.Parse("127.0.0.0"), 8)];

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

    [Fact]
    public async Task Many_talk_at_once_and_each_hears_its_own_words()
    {
        Start();
        const int Crowd = 200;
        Stream[] clients = await Task.WhenAll(Enumerable.Range(0, Crowd).Select(_ => OpenAsync()));
        await Task.WhenAll(clients.Select(async (client, i) =>
        {
            for (int turn = 0; turn < 10; turn++)
            {
                await SendAsync(client, $"{i} says {turn}\n");
                Assert.Equal($"echo {i} says {turn}", await ReadLineAsync(client));
            }
        }));
        foreach (Stream client in clients)
        {
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_long_answer_comes_whole_to_who_reads_late()
    {
        await using Stream client = await OpenAsync(static options => options with { OutputBytesMax = 4 << 20 });
        TransportConnection connection = Assert.Single(Accepted);
        byte[] sent = new byte[3 << 20];
        new Random(1).NextBytes(sent);
        Assert.True(connection.Write(sent));
        connection.Flush();
        byte[] got = new byte[sent.Length];
        await client.ReadExactlyAsync(got).AsTask().WaitAsync(Patience.Limit);
        Assert.Equal(sent, got);
    }
}
