using System.Net;
using Otedama.Pool;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Reachability;

public sealed class PortMapperTests
{
    private readonly HeldClock _time = new();
    private readonly ScriptedGateway _gateway = new();

    [Theory]
    [InlineData("pcp", true, true, true)]
    [InlineData("natpmp", false, true, true)]
    [InlineData("upnp", false, false, true)]
    public void Each_protocol_maps_both_transports_and_takes_them_back(string method, bool pcp, bool natPmp, bool upnp)
    {
        (_gateway.SpeaksPcp, _gateway.SpeaksNatPmp, _gateway.SpeaksUpnp) = (pcp, natPmp, upnp);
        PortMapper mapper = New();
        _time.Advance(1, mapper);
        Assert.Equal(new PortMapping(method, PeerEndpoint.Of(_gateway.Outside, 30303), ""), mapper.Mapping);
        Assert.Equal((30303, 7200), _gateway.Mappings[(NatTransport.Tcp, 30303)]);
        Assert.Equal((30303, 7200), _gateway.Mappings[(NatTransport.Udp, 30303)]);
        Assert.True(mapper.DeleteAsync(default).IsCompletedSuccessfully);
        Assert.Empty(_gateway.Mappings);
    }

    [Fact]
    public void The_order_is_pcp_then_nat_pmp_then_upnp()
    {
        PortMapper mapper = New();
        _time.Advance(1, mapper);
        Assert.Equal(["pcp", "natpmp", "ssdp"], _gateway.Asked.Distinct());
        Assert.Equal("gateway does not answer", mapper.Mapping.Reason);
    }

    [Fact]
    public void Only_the_chosen_protocol_is_spoken_and_none_when_off()
    {
        (_gateway.SpeaksPcp, _gateway.SpeaksNatPmp, _gateway.SpeaksUpnp) = (true, true, true);
        _time.Advance(1, New(NatChoice.NatPmp));
        Assert.Equal(["natpmp"], _gateway.Asked.Distinct());
        _gateway.Asked.Clear();
        PortMapper off = New(NatChoice.Off);
        _time.Advance(1, off);
        Assert.Empty(_gateway.Asked);
        Assert.Contains("p2p.nat", off.Mapping.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    public void A_refusal_is_said_as_one(bool pcp, bool natPmp, bool upnp)
    {
        (_gateway.SpeaksPcp, _gateway.SpeaksNatPmp, _gateway.SpeaksUpnp, _gateway.Refuses) = (pcp, natPmp, upnp, true);
        PortMapper mapper = New();
        _time.Advance(1, mapper);
        Assert.Equal(new PortMapping(null, null, "gateway refuses"), mapper.Mapping);
    }

    [Fact]
    public void A_taken_port_gets_a_neighbour_and_an_old_router_a_mapping_without_end()
    {
        (_gateway.SpeaksUpnp, _gateway.OnlyPermanent) = (true, true);
        _gateway.PortsOfOthers.Add(30303);
        PortMapper mapper = New();
        _time.Advance(1, mapper);
        Assert.Equal((ushort?)30304, mapper.Mapping.Outside?.Port);
        Assert.Equal((30303, 0), _gateway.Mappings[(NatTransport.Tcp, 30304)]);
    }

    [Fact]
    public void A_mapping_is_renewed_before_it_ends_and_after_the_gateway_forgot()
    {
        _gateway.SpeaksPcp = true;
        PortMapper mapper = New();
        _time.Advance(1, mapper);
        _gateway.Mappings.Clear();
        _time.Advance(21 * 60, mapper);
        Assert.Equal(2, _gateway.Mappings.Count);
    }

    [Fact]
    public void Another_gateway_is_asked_at_once()
    {
        PortMapper mapper = New();
        _gateway.Way = null;
        _time.Advance(1, mapper);
        Assert.Equal("this machine has no IPv4 gateway", mapper.Mapping.Reason);
        _gateway.SpeaksPcp = true;
        _gateway.Way = new NatRoute(IPAddress.Parse("192.168.1.1"), IPAddress.Parse("192.168.1.9"));
        _time.Advance(61, mapper);
        Assert.NotNull(mapper.Mapping.Outside);
    }

    [Fact]
    public void A_second_nat_is_named()
    {
        (_gateway.SpeaksPcp, _gateway.Outside) = (true, IPAddress.Parse("100.64.3.2"));
        PortMapper mapper = New();
        _time.Advance(1, mapper);
        Assert.Null(mapper.Mapping.Outside);
        Assert.Contains("100.64.3.2 is not on the internet", mapper.Mapping.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_peers_of_different_groups_prove_that_we_are_reached()
    {
        _gateway.SpeaksPcp = true;
        (PortMapper mapper, DialBackProof proof, Peers peers) = Proof();
        _time.Advance(1, mapper);
        _time.Advance(1, proof);
        Assert.Equal("not known yet: mapped by pcp, no peer has tried", proof.Report());
        Assert.Equal([(1L, (ushort)30303), (3L, (ushort)30303)], peers.Asked);
        proof.Answered(2, true);
        proof.Answered(1, true);
        _time.Advance(1, proof);
        Assert.False(proof.IsReachable);
        proof.Answered(3, true);
        _time.Advance(1, proof);
        Assert.True(proof.IsReachable);
        Assert.Equal("yes (pcp)", proof.Report());
        _gateway.Outside = IPAddress.Parse("44.200.0.10");
        _time.Advance(21 * 60, mapper);
        _time.Advance(1, proof);
        Assert.False(proof.IsReachable);
    }

    [Theory]
    [InlineData(true, "no: mapped by pcp, and peers could not connect")]
    [InlineData(false, "no: gateway refuses")]
    public void Without_both_answers_in_time_we_are_not_reachable(bool isMapped, string report)
    {
        (_gateway.SpeaksPcp, _gateway.Refuses) = (true, !isMapped);
        (PortMapper mapper, DialBackProof proof, Peers peers) = Proof();
        _time.Advance(1, mapper);
        _time.Advance(1, proof);
        proof.Answered(1, true);
        proof.Answered(1, false);
        _time.Advance(40, proof);
        Assert.Equal(report, proof.Report());
        Assert.Equal(2, peers.Asked.Count);
        _time.Advance(11 * 60, proof);
        Assert.Equal(4, peers.Asked.Count);
    }

    private (PortMapper Mapper, DialBackProof Proof, Peers Peers) Proof()
    {
        PortMapper mapper = New();
        Peers peers = new();
        return (mapper, new DialBackProof(mapper, peers, 30303, _time), peers);
    }

    private PortMapper New(NatChoice choice = NatChoice.Auto) =>
        new(_gateway, choice, 30303, _time, new SeededRandom(1));

    private sealed class Peers : IDialBackPeers
    {
        public List<(long, ushort)> Asked { get; } = [];

        IReadOnlyList<(long Number, AddressGroup Group)> IDialBackPeers.Peers() =>
            [(1, new AddressGroup(AddressGroupKind.V4, 1)), (2, new AddressGroup(AddressGroupKind.V4, 1)),
                (3, new AddressGroup(AddressGroupKind.V4, 2))];

        public void Ask(long number, ushort port) => Asked.Add((number, port));
    }
}
