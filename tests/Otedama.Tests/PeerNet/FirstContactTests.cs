using System.Net;
using Otedama.Pool;
using Otedama.Tests.Published;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.PeerNet;

/// <summary>When a PeerNode asks whom, before it knows anybody.</summary>
public sealed class FirstContactTests
{
    private readonly Hall _hall = new(4);
    private readonly DnsZone _zone = new();
    private readonly Names _names = new();

    [Fact]
    public void Name_servers_are_asked_after_half_a_minute_and_what_they_name_is_met()
    {
        HallNode one = new(_hall, "60.7.1.1"), other = new(_hall, "61.7.1.1");
        _zone.Service("_otedama._tcp.seeds.test", "one.seeds.test", HallNode.Port).Address("one.seeds.test", "60.7.1.1")
            .Address("seeds.test", "61.7.1.1").Address("seeds.test", "192.168.1.1").Address("seeds.test", "2001:4860::1");
        HallNode node = New("8.8.8.8", seeds: ["seeds.test"]);
        _hall.Run(29);
        Assert.Empty(_zone.Asked);
        _hall.Run(30);
        Assert.Equal(("_otedama._tcp.seeds.test", DnsType.Srv), _zone.Asked[0]);
        Assert.Equal(new[] { one, other }.Select(static each => each.Node.Id.ToString()).Order(), node.Peers.Select(static peer => peer.Id).Order());
        Assert.DoesNotContain(_hall.Dials, static dial => dial.To.Address.Equals(IPAddress.Parse("192.168.1.1")));
        int asked = _zone.Asked.Count;
        _hall.Run(3600);
        Assert.Equal(asked, _zone.Asked.Count);
    }

    [Fact]
    public void With_two_links_nobody_is_asked_and_without_ever_more_rarely()
    {
        HallNode[] others = [.. Enumerable.Range(0, 2).Select(i => new HallNode(_hall, $"{60 + i}.7.1.1"))];
        New("8.8.8.8", seeds: ["seeds.test"], bootstrap: [.. others.Select(static one => one.Named)]);
        _hall.Run(600);
        Assert.Empty(_zone.Asked);
        New("9.9.9.9", seeds: ["seeds.test"]);
        _hall.Run(24 * 3600);
        int lookups = _zone.Asked.Count(static one => one.Type == DnsType.Srv);
        Assert.InRange(lookups, 24 * 3600 / 1100, (24 * 3600 / 900) + 10);
    }

    [Fact]
    public void A_private_node_asks_nobody()
    {
        HallNode one = new(_hall, "60.7.1.1");
        New("8.8.8.8", seeds: ["seeds.test"], bootstrap: [one.Named], isPrivate: true);
        one.Kill();
        _hall.Run(3600);
        Assert.Empty(_zone.Asked);
    }

    [Fact]
    public void A_name_without_an_address_is_looked_for_until_it_has_one()
    {
        HallNode one = new(_hall, "60.7.1.1");
        Assert.True(PeerAddress.TryParse($"otp2p://{one.Node.Id}@one.example:{HallNode.Port}", out PeerAddress? named, out _));
        HallNode node = New("8.8.8.8", seeds: [], bootstrap: [named]);
        _hall.Run(300);
        Assert.Empty(node.Peers);
        Assert.InRange(_names.Asked, 4, 10);
        _names.Known["one.example"] = one.Address;
        _hall.Run(700);
        Assert.Single(node.Peers);
    }

    [Fact]
    public void The_systems_name_servers_are_those_of_its_file()
    {
        const string Configuration = "/etc/resolv.conf";
        Assert.SkipUnless(File.Exists(Configuration), $"this machine has no {Configuration}");
        string[] named = [.. File.ReadLines(Configuration).Select(static line => line.Split(' ', '\t'))
            .Where(static words => words is ["nameserver", ..]).Select(static words => words[1]).Distinct().Take(3)];
        Assert.Equal(named, SystemNameServers.Find().Select(static place => place.Address.ToString()));
        Assert.All(SystemNameServers.Find(), static place => Assert.Equal(53, place.Port));
    }

    /// <summary>Anchors and nodes that answered before come first and at once, then those configured.</summary>
    [Fact]
    public void What_is_configured_is_dialled_in_the_first_second()
    {
        HallNode[] others = [.. Enumerable.Range(0, 2).Select(i => new HallNode(_hall, $"{60 + i}.7.1.1"))];
        HallNode node = New("8.8.8.8", seeds: [], bootstrap: [.. others.Select(static one => one.Named)]);
        _hall.Run(1);
        Assert.Equal(others.Select(static one => one.Address), _hall.Dials.Where(dial => dial.From.Equals(node.Address))
            .Select(static dial => dial.To.Address));
    }

    private HallNode New(string address, string[] seeds, PeerAddress[]? bootstrap = null, bool isPrivate = false) => new(
        _hall, address,
        options => options with
        {
            DnsSeeds = seeds,
            Bootstrap = bootstrap ?? [],
            IsPrivate = isPrivate,
            NameServer = new IPEndPoint(IPAddress.Parse("192.0.2.53"), 53),
        },
        outside: world => world with { Gateway = new Server(_zone), Names = _names });

    private sealed class Names : INames
    {
        public Dictionary<string, IPAddress> Known { get; } = [];

        public int Asked { get; private set; }

        public Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken stop)
        {
            Asked++;
            return Task.FromResult<IReadOnlyList<IPAddress>>(Known.TryGetValue(host, out IPAddress? address) ? [address] : []);
        }
    }

    private sealed class Server(DnsZone zone) : INatWorld
    {
        public NatRoute? Route() => null;

        public Task<byte[]?> AskAsync(IPEndPoint to, ReadOnlyMemory<byte> request, TimeSpan patience, CancellationToken stop) =>
            Task.FromResult(to.Port == 53 ? zone.Answer(request.Span) : null);

        public Task<IReadOnlyList<(IPAddress From, byte[] Bytes)>> SearchAsync(
            IPEndPoint to, IReadOnlyList<byte[]> requests, TimeSpan patience, CancellationToken stop) =>
            Task.FromResult<IReadOnlyList<(IPAddress From, byte[] Bytes)>>([]);

        public Task<(int Status, string Text)?> HttpAsync(Uri uri, string? action, string? body, CancellationToken stop) =>
            Task.FromResult<(int Status, string Text)?>(null);
    }
}
