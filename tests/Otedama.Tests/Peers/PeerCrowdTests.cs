using System.Net;
using System.Net.Sockets;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Peers;

/// <summary>Many at the door at once, and who gets in nevertheless; the clock is held, so that nobody's time runs out.</summary>
public sealed class PeerCrowdTests
{
    private readonly HeldClock _time = new();

    /// <summary>
    /// From 250 networks, half of them with the beginning of a hello: they never have more than 256 sockets, and an
    /// honest node gets in without a moment passing.
    /// </summary>
    [Fact]
    public async Task A_thousand_that_say_nothing_keep_nobody_out()
    {
        using SocketNode node = new(2, _time, inboundMax: 20), honest = new(1, _time);
        List<Socket> silent = [];
        for (int i = 0; i < 1_000; i++)
        {
            silent.Add(node.Connect($"127.{1 + (i / 4)}.0.{1 + (i % 4)}"));
            await silent[^1].SendAsync(new byte[] { 22, 3, 1 }.AsMemory(0, i % 2 * 3));
        }
        await node.UntilAsync(PeerRefusal.GaveWay, 1_000 - HandshakeGate.SilentMax);
        Assert.Equal(HandshakeGate.SilentMax, node.Network.Shaking.In);
        RawLine line = await honest.LinkAsync(node);
        Assert.Equal(node.Id, line.Link.Peer);
        await node.UntilAsync(PeerRefusal.None, 1);
        Assert.Equal(1_000 - HandshakeGate.SilentMax + 1, node.Network.Count(PeerRefusal.GaveWay));
        Assert.Equal(0, node.Network.Count(PeerRefusal.PuzzleMissing)); // of 20 places they have none
        await _time.UntilAsync(
            () => node.Network.Shaking.In == 0, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
        Assert.Equal(HandshakeGate.SilentMax - 1, node.Network.Count(PeerRefusal.HandshakeTimeout));
        silent.ForEach(static socket => socket.Dispose());
    }

    /// <summary>
    /// They hold all places for handshakes: then a solved puzzle is wanted, and one of them goes for who solved it.
    /// </summary>
    [Fact]
    public async Task Who_says_hello_and_then_nothing_holds_a_place_for_two_seconds()
    {
        using SocketNode node = new(2, _time, inboundMax: 1_000), honest = new(1, _time, draws: [PeerSamples.Solved20]);
        List<Socket> stalled = await StallAsync(node, HandshakeGate.ConcurrentMax, node => node.Network.Shaking.In);
        _time.Advance(1.9);
        honest.Network.Dial(node.Place, node.Id, 1, honest);
        await node.UntilAsync(PeerRefusal.TooManyHandshakes, 1);
        _time.Advance(0.2);
        await honest.LinkAsync(node);
        await node.UntilAsync(PeerRefusal.None, 1);
        Assert.Equal((1, 1), (node.Network.Count(PeerRefusal.GaveWay), node.Network.Count(PeerRefusal.PuzzleMissing)));
        stalled.AddRange(await StallAsync(node, 20, node => (int)node.Network.Count(PeerRefusal.PuzzleMissing) - 1));
        Assert.Equal(0, node.Network.Count(PeerRefusal.HandshakeTimeout));
        stalled.ForEach(static socket => socket.Dispose());
    }

    /// <summary>
    /// Eight of ten places are taken; twenty that are refused for want of a puzzle do not close, and fill no table.
    /// </summary>
    [Fact]
    public async Task Who_was_refused_takes_no_place_of_the_table()
    {
        using SocketNode node = new(2, _time, inboundMax: 10), honest = new(1, _time, draws: [PeerSamples.Solved20]);
        node.Allows = static _ => true;
        for (int i = 0; i < 8; i++)
        {
            await honest.LinkAsync(node);
        }
        await node.UntilAsync(PeerRefusal.None, 8);
        node.Allows = static _ => false;
        List<Socket> refused = await StallAsync(node, 20, node => (int)node.Network.Count(PeerRefusal.PuzzleMissing));
        await honest.LinkAsync(node);
        await node.UntilAsync(PeerRefusal.None, 9);
        Assert.Equal(0, node.Network.Count(PeerRefusal.TableFull));
        refused.ForEach(static socket => socket.Dispose());
    }

    [Fact]
    public void Addresses_begin_four_handshakes_in_ten_seconds()
    {
        HandshakeGate gate = new(_time);
        Assert.Equal([PeerRefusal.None, PeerRefusal.None, PeerRefusal.None, PeerRefusal.None, PeerRefusal.TooManyFromAddress],
            Enumerable.Range(0, 5).Select(_ => gate.Enter(Guest("127.0.0.1"))));
        PeerRefusal[] one64 = [.. Enumerable.Range(1, 5).Select(i => gate.Enter(Guest($"2001:db8::{i}")))];
        Assert.Equal(PeerRefusal.TooManyFromAddress, one64[^1]);
        _time.Advance(6);
        Assert.Equal(PeerRefusal.TooManyFromAddress, gate.Enter(Guest("127.0.0.1")));
        _time.Advance(6);
        Assert.Equal(PeerRefusal.None, gate.Enter(Guest("127.0.0.1")));
    }

    /// <summary>A /16 with three goes before many with one each, its oldest first; an allowed one never.</summary>
    [Fact]
    public void Of_the_silent_ones_the_oldest_of_the_largest_network_goes()
    {
        HandshakeGate gate = new(_time);
        List<DoorGuest> guests = [Guest("10.0.0.1", isAllowed: true), Guest("10.1.0.1"), Guest("10.2.0.1"), Guest("10.2.0.2"), Guest("10.2.9.3")];
        guests.AddRange(Enumerable.Range(0, HandshakeGate.SilentMax - 5).Select(i => Guest($"11.{i}.0.1")));
        Assert.All(guests, guest => Assert.Equal(PeerRefusal.None, gate.Enter(guest)));
        int[] went = [.. Enumerable.Range(0, 5).Select(i =>
        {
            Assert.Equal(PeerRefusal.None, gate.Enter(Guest($"12.{i}.0.1")));
            int victim = guests.FindIndex(static guest => guest.IsPutOut);
            gate.Leave(guests[victim]);
            guests[victim] = Guest("13.0.0.1"); // is not looked at again
            return victim;
        })];
        Assert.Equal([2, 3, 1, 4, 5], went);
        Assert.Equal(HandshakeGate.SilentMax, gate.Count);
    }

    [Fact]
    public void Handshakes_are_bounded_together_and_go_for_others_after_two_seconds()
    {
        HandshakeGate gate = new(_time);
        List<DoorGuest> guests = [.. Enumerable.Range(0, HandshakeGate.ConcurrentMax).Select(i => Guest($"11.{i}.0.1"))];
        Assert.All(guests, guest => Assert.Equal((PeerRefusal.None, PeerRefusal.None), (gate.Enter(guest), gate.Begin(guest, false))));
        Assert.Equal(0, gate.Held);
        Assert.Equal(PeerRefusal.TooManyHandshakes, Come(gate, isTableFull: false));
        Assert.Equal(PeerRefusal.TableFull, Come(gate, isTableFull: true));
        _time.Advance(0.5);
        Assert.Equal(1, gate.Held);
        _time.Advance(1.6);
        Assert.Equal((PeerRefusal.None, PeerRefusal.None), (Come(gate, isTableFull: false), Come(gate, isTableFull: true)));
        Assert.Equal([true, true, false], guests.Take(3).Select(static guest => guest.IsPutOut));
        Assert.Equal(HandshakeGate.ConcurrentMax, gate.Count);
        guests.ForEach(gate.Leave);
        Assert.Equal(2, gate.Count);
    }

    private static PeerRefusal Come(HandshakeGate gate, bool isTableFull)
    {
        DoorGuest guest = Guest("12.0.0.1");
        Assert.Equal(PeerRefusal.None, gate.Enter(guest));
        PeerRefusal answer = gate.Begin(guest, isTableFull);
        if (answer != PeerRefusal.None)
        {
            gate.Leave(guest);
        }
        return answer;
    }

    private static DoorGuest Guest(string address, bool isAllowed = false) => new(IPAddress.Parse(address), isAllowed, static () => { });

    /// <summary>Connections from as many networks that say the hello of a node without a puzzle, and then nothing.</summary>
    private static async Task<List<Socket>> StallAsync(SocketNode node, int count, Func<SocketNode, int> seen)
    {
        using NodeIdentity own = PeerSamples.Make(9);
        HelloKeeper keeper = new();
        PeerTls.Dial(own, null, null, keeper);
        List<Socket> sockets = [];
        for (int i = 0; i < count; i++)
        {
            sockets.Add(node.Connect($"127.{1 + i}.0.9"));
            await sockets[^1].SendAsync(keeper.Bytes.ToArray());
            await Patience.UntilAsync(() => seen(node) > i, "the next one is seen");
        }
        return sockets;
    }

    private sealed class HelloKeeper : IPeerTlsUser
    {
        public List<byte> Bytes { get; } = [];

        public void OnOpen(NodeId peer)
        {
        }

        public void OnPlain(ReadOnlySpan<byte> plain)
        {
        }

        public void OnCipher(ReadOnlySpan<byte> cipher) => Bytes.AddRange(cipher);

        public void OnEnd(PeerRefusal reason)
        {
        }
    }
}
