using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using CsCheck;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>Listed ranges and nothing else; who a device is, by what it shows.</summary>
public sealed class FleetDiscoveryTests : IDisposable
{
    private readonly FleetDrivers _drivers = new(TimeProvider.System);

    public void Dispose() => _drivers.Dispose();

    [Theory]
    [InlineData("192.168.1.0/24", 254, "192.168.1.1", "192.168.1.254")]
    [InlineData("192.168.1.7/24", 254, "192.168.1.1", "192.168.1.254")]
    [InlineData("10.0.0.5", 1, "10.0.0.5", "10.0.0.5")]
    [InlineData("10.0.0.5-9", 5, "10.0.0.5", "10.0.0.9")]
    [InlineData("10.0.0.250-10.0.1.4", 11, "10.0.0.250", "10.0.1.4")]
    [InlineData("10.0.0.5/32, 10.0.0.5 10.0.0.4-6", 3, "10.0.0.4", "10.0.0.6")]
    [InlineData("172.16.0.0/16", 65534, "172.16.0.1", "172.16.255.254")]
    [InlineData("10.0.0.8/31", 2, "10.0.0.8", "10.0.0.9")]
    public void A_list_has_the_addresses_it_names(string text, int count, string first, string last)
    {
        AddressRanges ranges = AddressRanges.Parse([text], allowPublic: false);
        Assert.Equal((count, first, last), (ranges.Count, ranges.Addresses().First().ToString(), ranges.Addresses().Last().ToString()));
        Assert.True(ranges.Contains(IPAddress.Parse(last)));
        Assert.False(ranges.Contains(IPAddress.Parse("192.0.2.1")));
    }

    [Theory]
    [InlineData("10.0.0.0/8", "Did you mean a longer prefix")]
    [InlineData("10.0.0.0-10.255.255.255", "Did you mean a longer prefix")]
    [InlineData("10.0.0.0/16 10.1.0.0/16", "more than 65536")]
    [InlineData("8.8.8.0/24", "--allow-public")]
    [InlineData("192.167.255.0-192.168.0.5", "--allow-public")]
    [InlineData("127.255.255.250-128.0.0.1", "--allow-public")]
    [InlineData("10.0.0.9-5", "ends before")]
    [InlineData("010.0.0.1", "octal")]
    [InlineData("192.168.01.0/24", "octal")]
    [InlineData("10.0.0.1-010.0.0.9", "octal")]
    [InlineData("10.0.0.0/33", "prefix")]
    [InlineData("10.0.0", "Forms")]
    [InlineData("fe80::1", "Forms")]
    [InlineData("", "No range")]
    public void What_nobody_means_is_refused_with_a_sentence(string text, string why) =>
        Assert.Contains(why, Assert.Throws<AddressRangeException>(() => AddressRanges.Parse([text], allowPublic: false)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("0.0.0.5")]
    [InlineData("224.0.0.75")]
    [InlineData("255.255.255.255")]
    public void What_no_device_can_have_is_refused_whoever_allows_it(string text) =>
        Assert.Contains("no address that a device can have", Assert.Throws<AddressRangeException>(() => AddressRanges.Parse([text], allowPublic: true)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("169.254.7.0/24")] // a device plugged straight into this machine
    [InlineData("100.64.0.0/24")] // behind a provider's address translation, or an overlay network
    public void Ranges_that_nobody_reaches_from_outside_are_no_public_ones(string text) =>
        Assert.Equal(254, AddressRanges.Parse([text], allowPublic: false).Count);

    [Fact]
    public void Public_addresses_may_be_listed_by_who_says_so() => Assert.Equal(254, AddressRanges.Parse(["198.51.100.0/24"], allowPublic: true).Count);

    [Fact]
    public void Reports_of_the_vectors_are_understood()
    {
        JsonElement vectors = FleetVectors.Of("discovery_udp");
        DiscoveryReport antminer = DiscoveryReports.Antminer(Bytes(vectors[0], "payload"))!;
        Assert.Equal(("192.0.2.10", "aa:bb:cc:dd:ee:ff"), (antminer.Address.ToString(), antminer.Mac));
        DiscoveryReport whatsminer = DiscoveryReports.Whatsminer(Bytes(vectors[1], "payload"))!;
        Assert.Equal(("192.0.2.11", "aa:bb:cc:dd:ee:ff"), (whatsminer.Address.ToString(), whatsminer.Mac));
        Assert.Equal(Bytes(vectors[2], "payload"), DiscoveryReports.MulticastQuestion(4029));
        Assert.Equal(4028, DiscoveryReports.Multicast(Bytes(vectors[2], "reply"), IPAddress.Loopback)!.ApiPort);
        static byte[] Bytes(JsonElement vector, string name) => Encoding.UTF8.GetBytes(vector.GetProperty(name).GetString()!.Replace("\\0", "\0", StringComparison.Ordinal));
    }

    [Fact]
    public void Any_datagram_is_taken_without_throwing() => Gen.Byte.Array[0, 200].Sample(
        static bytes =>
        {
            _ = DiscoveryReports.Antminer(bytes);
            _ = DiscoveryReports.Whatsminer(bytes);
            _ = DiscoveryReports.Multicast(bytes, IPAddress.Loopback);
            _ = MdnsMessage.Read(bytes);
            byte[] answer = Answer("bitaxe", IPAddress.Loopback);
            if (bytes.Length > 1)
            {
                answer[bytes[0] % answer.Length] = bytes[1];
            }
            _ = MdnsMessage.Read(answer);
        },
        iter: 3000);

    [Fact]
    public void Names_answer_with_what_AxeOS_registers()
    {
        MdnsService service = Assert.Single(MdnsMessage.Read(Answer("bitaxe", IPAddress.Parse("192.168.1.9"))));
        Assert.Equal(("192.168.1.9", 80, "601", "v2.14.2"), (service.Address!.ToString(), service.Port, service.Txt["board"], service.Txt["fw_version"]));
        Assert.NotEmpty(MdnsMessage.Question(MdnsMessage.AxeosType));
    }

    [Fact]
    public async Task Buttons_may_only_point_into_the_list()
    {
        FleetListener listener = new(AddressRanges.Parse(["127.0.0.1-20"], allowPublic: false), TimeProvider.System) { ButtonPorts = (FreePort.Next(), FreePort.Next()) };
        using CancellationTokenSource enough = new();
        Task<IReadOnlyList<DiscoveryReport>> heard = listener.ListenAsync(Patience.Limit, asks: false, enough.Token);
        using UdpClient button = new();
        int port = listener.ButtonPorts.Antminer;
        await Patience.UntilAsync(() =>
        {
            button.Send("127.0.0.7,AA:BB:CC:DD:EE:FF"u8, new IPEndPoint(IPAddress.Loopback, port));
            button.Send("192.168.77.7,AA:BB:CC:DD:EE:FF"u8, new IPEndPoint(IPAddress.Loopback, port));
            button.Send("hello"u8, new IPEndPoint(IPAddress.Loopback, listener.ButtonPorts.Whatsminer));
            return listener.Outside > 0 && listener.Strange > 0;
        });
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => heard);
        FleetListener plain = new(AddressRanges.Parse(["127.0.0.1-20"], allowPublic: false), TimeProvider.System);
        plain.Take(DiscoveryReports.Antminer("127.0.0.7,AA:BB:CC:DD:EE:FF"u8));
        plain.Take(DiscoveryReports.Antminer("192.168.1.7,AA:BB:CC:DD:EE:FF"u8));
        Assert.Equal(1, plain.Outside);
    }

    [Fact]
    public async Task Closed_ports_are_passed_quickly_and_open_ones_found()
    {
        await using CgminerServer server = new(new CgminerDevice());
        PortScan scan = new(TimeProvider.System);
        List<IPEndPoint> open = [];
        long began = Stopwatch.GetTimestamp();
        await scan.RunAsync(
            AddressRanges.Parse(["127.0.0.0/24"], allowPublic: false).Addresses().Select(address => new IPEndPoint(address, server.Port)), open.Add, default);
        TestContext.Current.TestOutputHelper?.WriteLine($"/24 of closed ports: {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms, {scan.MostAtOnce} at once");
        Assert.Equal("127.0.0.1", Assert.Single(open).Address.ToString());
        Assert.InRange(scan.MostAtOnce, 1, 1024);
    }

    public static TheoryData<string, string, string> Signs => new()
    {
        { "axeos", "Bitaxe", """{"i":"{\"ASICModel\":\"BM1370\",\"deviceModel\":\"A model of tomorrow\"}","p":"<title>AxeOS</title>"}""" },
        { "nerdqaxe", "NerdQAxe", """{"i":"{\"ASICModel\":\"BM1370\",\"deviceModel\":\"NerdOCTAXE-Z\"}"}""" },
        { "antminer", "Antminer", """{"r":"antMiner Configuration","v":"{\"STATUS\":[{\"STATUS\":\"S\",\"Code\":22}],\"VERSION\":[{\"Type\":\"Antminer S99\"}]}"}""" },
        { "luxos", "Antminer", """{"r":"antMiner Configuration","v":"{\"STATUS\":[{\"STATUS\":\"S\",\"Description\":\"LUXminer 2024\"}],\"VERSION\":[{\"Type\":\"Antminer S19\"}]}"}""" },
        { "vnish", "Antminer", """{"p":"<title>AnthillOS</title>","v":"{\"STATUS\":[{\"STATUS\":\"S\"}],\"VERSION\":[{\"Type\":\"Antminer S19\"}]}"}""" },
        { "braiins", "Antminer", """{"v":"{\"STATUS\":[{\"STATUS\":\"S\",\"Description\":\"BOSer boser-openwrt\"}],\"VERSION\":[{\"BOSer\":\"0.1\"}]}"}""" },
        { "whatsminer-v2", "Whatsminer", """{"v":"{\"STATUS\":[{\"STATUS\":\"S\",\"Description\":\"btminer\"}],\"VERSION\":[{\"API\":\"2\"}]}"}""" },
        { "whatsminer-v2", "Whatsminer", """{"v":"{\"STATUS\":[{\"STATUS\":\"E\",\"Code\":14}]}","d":"{\"DEVDETAILS\":[{\"Driver\":\"bitmicro\"}]}"}""" },
        { "whatsminer-v3", "Whatsminer", """{"w":"{\"code\":0,\"msg\":{}}"}""" },
        { "avalon", "Avalon", """{"v":"{\"STATUS\":[{\"STATUS\":\"S\"}],\"VERSION\":[{\"PROD\":\"AvalonMiner 9999\"}]}"}""" },
        { "cgminer", "cgminer", """{"v":"STATUS=S,Code=22,Msg=x|VERSION,CGMiner=4.13.6,API=3.7|"}""" },
    };

    [Theory]
    [MemberData(nameof(Signs))]
    public void A_device_is_recognised_by_shape_whatever_its_model(string driver, string family, string signs)
    {
        JsonElement given = JsonElement.Parse(signs);
        (IFleetDriver Driver, FleetMatch Match)? found = _drivers.Recognise(new FleetSigns
        {
            SystemInfo = given.Text0("i"),
            WebText = given.Text0("p"),
            WebRealm = given.Text0("r"),
            Version = given.Text0("v"),
            DevDetails = given.Text0("d"),
            WhatsminerV3 = given.Text0("w"),
        });
        Assert.Equal((driver, family), (found!.Value.Driver.Name, found.Value.Match.Family));
        Assert.Null(_drivers.Recognise(new FleetSigns { WebText = "<title>router</title>", WebStatus = 200 }));
    }

    [Fact]
    public async Task Devices_are_identified_on_the_wire_and_what_is_none_is_not()
    {
        FleetIdentifier identifier = new(_drivers);
        await using AxeosServer axeos = new(new AxeosDevice(TimeProvider.System));
        await using AntminerServer antminer = new();
        await using WhatsminerV2Server two = new(new WhatsminerState());
        await using WhatsminerV3Server three = new(new WhatsminerState());
        await using BenchHttpServer router = new(static exchange => exchange.ReplyAsync(200, "<title>router</title>", "text/html"));
        int closed = FreePort.Next();
        Assert.Equal("axeos", await NameAsync(new FleetPorts { Web = axeos.Port, Api = closed, WhatsminerV3 = closed }));
        Assert.Equal("antminer", await NameAsync(new FleetPorts { Web = antminer.Port, Api = closed, WhatsminerV3 = closed }));
        Assert.Equal("whatsminer-v2", await NameAsync(new FleetPorts { Web = closed, Api = two.Port, WhatsminerV3 = closed }));
        Assert.Equal("whatsminer-v3", await NameAsync(new FleetPorts { Web = closed, Api = closed, WhatsminerV3 = three.Port }));
        Assert.Null(await NameAsync(new FleetPorts { Web = router.Port, Api = closed, WhatsminerV3 = closed }));
        Assert.Null(await NameAsync(new FleetPorts { Web = closed, Api = closed, WhatsminerV3 = closed }));
        async Task<string?> NameAsync(FleetPorts ports) =>
            (await identifier.IdentifyAsync(new FleetTarget(IPAddress.Loopback) { Ports = ports }, null, default))?.Driver.Name;
    }

    [Fact]
    public async Task A_search_finds_what_is_in_the_list()
    {
        await using CgminerServer cgminer = new(new CgminerDevice());
        await using AxeosServer axeos = new(new AxeosDevice(TimeProvider.System));
        DiscoveryResult result = await new FleetDiscovery(_drivers).SearchAsync(
            AddressRanges.Parse(["127.0.0.0/29"], allowPublic: false),
            new DiscoveryOptions { Ports = new FleetPorts { Web = axeos.Port, Api = cgminer.Port, WhatsminerV3 = FreePort.Next() }, Listen = TimeSpan.Zero }, default);
        Assert.Equal(("axeos", 6, 1), (Assert.Single(result.Found).Driver.Name, result.Searched, result.Open));
        DiscoveryResult none = await new FleetDiscovery(_drivers).SearchAsync(
            AddressRanges.Parse(["127.0.0.2-7"], allowPublic: false),
            new DiscoveryOptions { Ports = new FleetPorts { Web = axeos.Port, Api = cgminer.Port }, Listen = TimeSpan.Zero }, default);
        Assert.Empty(none.Found);
    }

    /// <summary>What ESP-Miner's responder sends: PTR of the subtype, SRV, TXT, A, with pointers.</summary>
    internal static byte[] Answer(string host, IPAddress address, int port = 80)
    {
        List<byte> bytes = [0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 3];
        byte[] type = Name("_axeos._sub._http._tcp.local");
        byte[] instance = Name($"{host}._http._tcp.local");
        byte[] target = Name($"{host}.local");
        Record(type, 12, instance);
        Record(instance, 33, [0, 0, 0, 0, (byte)(port >> 8), (byte)(port & 0xFF), .. target]);
        Record(instance, 16, [.. Txt("board=601"), .. Txt("family=Gamma"), .. Txt("asic=BM1370"), .. Txt("asic_count=1"), .. Txt("fw_version=v2.14.2")]);
        Record(target, 1, address.GetAddressBytes());
        return [.. bytes];

        void Record(byte[] name, int kind, byte[] data) => bytes.AddRange([.. name, 0, (byte)kind, 0, 1, 0, 0, 0, 120, (byte)(data.Length >> 8), (byte)data.Length, .. data]);
        static byte[] Txt(string text) => [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];
        static byte[] Name(string name) => [.. name.Split('.').SelectMany(static label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0];
    }
}

internal static class FleetTestJson
{
    /// <summary>A member's text at its full length.</summary>
    public static string? Text0(this JsonElement from, string name) => from.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
