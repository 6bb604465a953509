using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>Devices that report themselves, over real sockets and the groups' own ports on the loopback, to the verb.</summary>
public sealed class ScanListenTests
{
    [Fact]
    public async Task A_device_behind_any_port_is_found_by_mdns()
    {
        await using AxeosServer axeos = new(new AxeosDevice(TimeProvider.System));
        using Socket responder = Join(IPAddress.Parse("224.0.0.251"), 5353);
        Task answers = AnswerAsync(responder, question => Encoding.ASCII.GetString(question).Contains("_axeos", StringComparison.Ordinal)
            ? FleetDiscoveryTests.Answer("bitaxe", IPAddress.Loopback, axeos.Port) : null);
        JsonElement found = await ScanAsync("127.0.0.1", 3);
        Assert.False(answers.IsCompleted, $"{answers.Exception}");
        Assert.Equal(("axeos", "aa:bb:cc:dd:ee:ff"), Device(found));
        Assert.Equal("mdns", found.GetProperty("heard")[0].GetProperty("source").GetString());
        responder.Dispose();
        await answers;
    }

    [Fact]
    public async Task A_cgminer_on_another_port_is_found_by_multicast()
    {
        await using CgminerServer server = new(new CgminerDevice());
        using Socket rig = Join(IPAddress.Parse("224.0.0.75"), 4028);
        Task answers = AnswerAsync(rig, question => Encoding.ASCII.GetString(question).StartsWith("cgminer-FTW-", StringComparison.Ordinal)
            ? Encoding.ASCII.GetBytes($"cgm-FTW-{server.Port}-rig in the shed\0") : null);
        JsonElement found = await ScanAsync("127.0.0.1", 3);
        Assert.Equal("cgminer", Device(found).Driver);
        Assert.Equal("rig in the shed", found.GetProperty("heard")[0].GetProperty("description").GetString());
        rig.Dispose();
        await answers;
    }

    [Fact]
    public async Task A_pressed_button_is_heard_and_one_outside_the_networks_is_not_asked()
    {
        using CancellationTokenSource end = new();
        Task presses = Task.Run(async () =>
        {
            using UdpClient button = new();
            while (!end.IsCancellationRequested)
            {
                button.Send("127.0.0.9,AA:BB:CC:DD:EE:FF"u8, new IPEndPoint(IPAddress.Loopback, 14235));
                button.Send("IP:127.0.0.9MAC:aa:bb:cc:dd:ee:ff\0"u8, new IPEndPoint(IPAddress.Loopback, 8888));
                button.Send("192.168.77.7,AA:BB:CC:DD:EE:FF"u8, new IPEndPoint(IPAddress.Loopback, 14235));
                await Task.Delay(100, CancellationToken.None);
            }
        }, CancellationToken.None);
        JsonElement found = await ScanAsync("127.0.0.9", 3);
        await end.CancelAsync();
        await presses;
        Assert.Equal(["antminer button", "whatsminer button"],
            found.GetProperty("heard").EnumerateArray().Select(static row => row.GetProperty("source").GetString()!).Order());
        Assert.Equal("127.0.0.9", found.GetProperty("unknown")[0].GetString()); // nobody listens there, and it is said
        Assert.True(found.GetProperty("outside").GetInt32() > 0);
    }

    private static (string? Driver, string? Mac) Device(JsonElement found) =>
        (found.GetProperty("devices")[0].GetProperty("driver").GetString(), found.GetProperty("devices")[0].GetProperty("mac").GetString());

    private static async Task<JsonElement> ScanAsync(string range, int seconds)
    {
        CliResult result = await Cli.RunAsync(["asic", "scan", range, "--listen", $"{seconds}", "--json"]);
        Assert.True(result.Code == 0, result.Error);
        Assert.Contains($"Listening for {seconds} s", result.Error, StringComparison.Ordinal);
        return JsonDocument.Parse(result.Out).RootElement;
    }

    private static Socket Join(IPAddress group, int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(new IPEndPoint(IPAddress.Any, port));
        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(group, IPAddress.Loopback));
        return socket;
    }

    private static async Task AnswerAsync(Socket socket, Func<byte[], byte[]?> answer)
    {
        byte[] buffer = new byte[2048];
        try
        {
            while (true)
            {
                SocketReceiveFromResult got = await socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0));
                if (answer(buffer[..got.ReceivedBytes]) is { } bytes)
                {
                    await socket.SendToAsync(bytes, got.RemoteEndPoint);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
