using System.Net;
using System.Net.Sockets;
using Otedama.Pool;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Peers;

/// <summary>Who gets a link over real sockets, who does not, and what it costs; the clock is held.</summary>
public sealed class PeerDoorTests
{
    private const int SecondsOfHandshake = 5;

    private readonly HeldClock _time = new();

    [Fact]
    public async Task A_link_is_counted_when_it_is_made_and_gone_when_it_ends()
    {
        using SocketNode one = new(1, _time), two = new(2, _time);
        RawLine line = await one.LinkAsync(two);
        await two.UntilAsync(PeerRefusal.None, 1);
        Assert.Equal((two.Id, true), (line.Link.Peer, line.Link.IsInitiator));
        Assert.Equal((one.Id, false), (two.Lines.Single().Link.Peer, two.Lines.Single().Link.IsInitiator));
        Assert.Equal((1, 1), (one.Network.OpenCount, two.Network.OpenCount));
        Assert.Equal(((0, 0), (0, 0)), (one.Network.Shaking, two.Network.Shaking));
        line.Say("hello"u8.ToArray());
        await Patience.UntilAsync(() => two.Lines.Single().Heard.Length == 5);
        line.Link.Close(CloseReason.ServerStopping);
        await Patience.UntilAsync(() => one.Network.OpenCount == 0 && two.Network.OpenCount == 0);
        Assert.True(line.IsClosed && two.Lines.Single().IsClosed);
        Assert.Empty(two.Refused);
    }

    [Fact]
    public async Task An_address_begins_four_handshakes_in_ten_seconds_and_an_allowed_one_more()
    {
        using SocketNode node = new(2, _time);
        List<Socket> sockets = [.. Enumerable.Range(0, 4).Select(_ => node.Connect())];
        await Patience.UntilAsync(() => node.Network.Shaking.In == 4);
        sockets.Add(node.Connect());
        await node.UntilAsync(PeerRefusal.TooManyFromAddress, 1);
        Assert.Equal(0, await ReceiveAsync(sockets[4]));
        sockets.Add(node.Connect("127.0.0.2"));
        await Patience.UntilAsync(() => node.Network.Shaking.In == 5);
        node.Allows = static address => address.Equals(IPAddress.Loopback);
        sockets.Add(node.Connect());
        await Patience.UntilAsync(() => node.Network.Shaking.In == 6);
        node.Allows = static _ => false;
        await ExpireAsync(node, 6);
        _time.Advance(10);
        sockets.Add(node.Connect());
        await Patience.UntilAsync(() => node.Network.Shaking.In == 1);
        Assert.Equal(1, node.Network.Count(PeerRefusal.TooManyFromAddress));
        sockets.ForEach(static socket => socket.Dispose());
    }

    [Fact]
    public async Task A_byte_a_second_does_not_make_a_handshake_longer()
    {
        using SocketNode node = new(2, _time);
        using Socket slow = node.Connect();
        byte[] hello = [22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3];
        await Patience.UntilAsync(() => node.Network.Shaking.In == 1);
        int sent = 0;
        while (node.Network.Count(PeerRefusal.HandshakeTimeout) == 0)
        {
            Assert.InRange(sent, 0, SecondsOfHandshake + 2);
            await slow.SendAsync(hello.AsMemory(sent++, 1));
            await Task.Delay(20); // for it to be received
            _time.Advance(1);
        }
        await Patience.UntilAsync(() => node.Refused.Contains((0, PeerRefusal.HandshakeTimeout)));
    }

    [Fact]
    public async Task More_than_the_table_holds_are_refused()
    {
        using SocketNode node = new(2, _time, inboundMax: 1), one = new(1, _time), three = new(3, _time);
        node.Allows = static _ => true;
        RawLine line = await one.LinkAsync(node);
        three.Network.Dial(node.Place, node.Id, 1, three);
        await node.UntilAsync(PeerRefusal.TableFull, 1);
        await Patience.UntilAsync(() => three.Refused.Contains((1, PeerRefusal.TlsFailed)));
        line.Link.Close(CloseReason.ServerStopping);
        await Patience.UntilAsync(() => node.Network.OpenCount == 0);
    }

    /// <summary>
    /// Eight of ten places are taken, which asks for 18 bits; who is refused solves 20. Whose puzzle it is, who does not
    /// know it is told with the refusal.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_is_refused_under_pressure_solves_a_puzzle_and_gets_in(bool knowsId)
    {
        using SocketNode node = new(2, _time, inboundMax: 10), honest = new(1, _time, draws: [PeerSamples.Solved20]);
        await FillAsync(node, 8);
        honest.Network.Dial(node.Place, node.Id, -1, honest); // not worth it
        await Patience.UntilAsync(() => honest.Refused.Contains((-1, PeerRefusal.PuzzleWanted)));
        await node.UntilAsync(PeerRefusal.PuzzleMissing, 1);
        RawLine line = await honest.LinkAsync(node, knowsId ? node.Id : null);
        Assert.Equal(node.Id, line.Link.Peer);
        await node.UntilAsync(PeerRefusal.None, 9);
        node.Allows = static _ => true;
        honest.Network.Dial(node.Place, node.Id, -2, honest);
        await node.UntilAsync(PeerRefusal.None, 10);
        Assert.Equal(2, node.Network.Count(PeerRefusal.PuzzleMissing));
        await honest.UntilAsync(PeerRefusal.None, 2);
        Assert.Equal((2, 2), (honest.Network.Count(PeerRefusal.PuzzleWanted), honest.Network.Count(PeerRefusal.None)));
    }

    [Fact]
    public void A_port_that_is_taken_is_said_with_what_helps()
    {
        using SocketNode node = new(2, _time), other = new(3, _time);
        string words = Assert.Throws<IOException>(() => other.Network.Listen([node.Place], other)).Message;
        Assert.StartsWith($"other nodes cannot connect to {node.Place}: ", words, StringComparison.Ordinal);
        Assert.EndsWith(". Stop what listens there, or choose another p2p.port or p2p.listen", words, StringComparison.Ordinal);
    }

    /// <summary>
    /// Four may come in, and more until it is known who goes for them: the puzzle goes by the four. The fourth finds a
    /// place free and is asked for nothing.
    /// </summary>
    [Fact]
    public async Task A_small_table_that_is_full_asks_for_a_puzzle()
    {
        using SocketNode node = new(2, _time, inboundMax: 4, atTheDoor: 16), late = new(9, _time);
        await FillAsync(node, 3);
        await late.LinkAsync(node);
        await node.UntilAsync(PeerRefusal.None, 4);
        Assert.Equal(0, node.Network.Count(PeerRefusal.PuzzleMissing));
        late.Network.Dial(node.Place, node.Id, -1, late);
        await Patience.UntilAsync(() => late.Refused.Contains((-1, PeerRefusal.PuzzleWanted)));
        await node.UntilAsync(PeerRefusal.PuzzleMissing, 1);
        Assert.Equal(4, node.Network.OpenCount);
    }

    /// <summary>Turns of handshakes seem to take three quarters of a core: 24 bits, of which 20 are too few.</summary>
    [Fact]
    public async Task The_puzzle_is_solved_twice_where_the_first_solution_is_too_easy()
    {
        using SocketNode node = new(2, _time, stopwatch: new JumpingClock());
        using SocketNode honest = new(1, _time, draws: [PeerSamples.Solved20, PeerSamples.Solved24]);
        await FillAsync(node, 6);
        RawLine line = await honest.LinkAsync(node);
        Assert.Equal(node.Id, line.Link.Peer);
        await node.UntilAsync(PeerRefusal.None, 7);
        Assert.Equal((1, 1), (node.Network.Count(PeerRefusal.PuzzleMissing), node.Network.Count(PeerRefusal.PuzzleTooEasy)));
    }

    /// <summary>Its id is told and not proved, and ten seconds are too much for that.</summary>
    [Fact]
    public async Task Who_does_not_know_the_id_solves_one_puzzle_and_says_what_helps()
    {
        using SocketNode node = new(2, _time, stopwatch: new JumpingClock());
        using SocketNode stranger = new(4, _time, draws: [PeerSamples.Solved20]);
        await FillAsync(node, 6);
        stranger.Network.Dial(node.Place, null, 1, stranger);
        await Patience.UntilAsync(() => stranger.Refused.Contains((1, PeerRefusal.PuzzleWanted)));
        await node.UntilAsync(PeerRefusal.PuzzleTooEasy, 1);
        Assert.Equal((1, 1), (node.Network.Count(PeerRefusal.PuzzleMissing), node.Network.Count(PeerRefusal.PuzzleTooEasy)));
        Assert.Contains("otp2p://ID@host:port", stranger.Details.Single());
    }

    /// <summary>Each turn of a handshake seems to take 0.65 s: after two of them more than a quarter of ten seconds is spent.</summary>
    [Fact]
    public async Task Handshakes_that_keep_a_core_busy_bring_the_puzzle()
    {
        using SocketNode node = new(2, _time, stopwatch: new JumpingClock()), one = new(1, _time), three = new(3, _time);
        await one.LinkAsync(node);
        await three.LinkAsync(node);
        await node.UntilAsync(PeerRefusal.None, 2);
        Assert.Equal(0, node.Network.Count(PeerRefusal.PuzzleMissing));
        await one.LinkAsync(node);
        Assert.Equal(1, node.Network.Count(PeerRefusal.PuzzleMissing));
        _time.Advance(21);
        await three.LinkAsync(node);
        Assert.Equal(1, node.Network.Count(PeerRefusal.PuzzleMissing));
    }

    [Fact]
    public async Task Handshakes_leave_half_of_the_processors_alone()
    {
        TurnsClock turns = new();
        using SocketNode node = new(2, _time, stopwatch: turns), other = new(1, _time);
        node.Allows = static _ => true;
        for (int i = 0; i < 40; i++)
        {
            other.Network.Dial(node.Place, node.Id, 1, other);
        }
        await node.UntilAsync(PeerRefusal.None, 40);
        Assert.True(turns.Count >= 80, $"{turns.Count} turns");
        Assert.InRange(turns.Most, 1, HandshakeLane.Most);
    }

    [Fact]
    public void The_kernel_ends_a_link_that_acknowledges_nothing_for_thirty_seconds()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "TCP_USER_TIMEOUT is of Linux");
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        SocketPeerNetwork.Prepare(socket);
        byte[] value = new byte[sizeof(int)];
        socket.GetRawSocketOption(6, 18, value);
        Assert.Equal(30_000, BitConverter.ToInt32(value));
        Assert.True(socket.NoDelay);
    }

    [Theory]
    [InlineData("-alpn otedama-p2p/1 -cert node.crt -key node.key", PeerRefusal.None)]
    [InlineData("-alpn otedama-p2p/1 -cert node.crt -key node.key -cert_chain rsa.crt", PeerRefusal.SeveralCertificates)]
    [InlineData("-alpn otedama-p2p/1 -cert rsa.crt -key rsa.key", PeerRefusal.KeyNotP256)]
    [InlineData("-alpn otedama-p2p/1", PeerRefusal.NoCertificate)]
    [InlineData("-tls1_2 -alpn otedama-p2p/1 -cert node.crt -key node.key", PeerRefusal.OldTls)]
    [InlineData("-cert node.crt -key node.key", PeerRefusal.NoAlpn)]
    [InlineData("-alpn otedama-p2p/1 -ciphersuites TLS_AES_128_GCM_SHA256 -cert node.crt -key node.key", PeerRefusal.WrongCipherSuite)]
    public async Task A_foreign_client_is_counted_by_what_is_wrong_with_it(string arguments, PeerRefusal expected)
    {
        using TempFolder folder = new();
        OpenSsl.WriteKeys(folder.Path);
        using SocketNode node = new(2, _time);
        using System.Diagnostics.Process client = OpenSsl.Start(folder.Path, $"s_client -connect {node.Place} -quiet {arguments}");
        await node.UntilAsync(expected, 1);
        Assert.Equal(1, Enum.GetValues<PeerRefusal>().Sum(node.Network.Count));
        client.Kill();
        await client.WaitForExitAsync().WaitAsync(Patience.Limit);
    }

    [Fact]
    public async Task What_is_no_tls_is_counted()
    {
        using SocketNode node = new(2, _time);
        using Socket browser = node.Connect();
        await browser.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        await node.UntilAsync(PeerRefusal.NotTls, 1);
    }

    [Fact]
    public async Task Who_says_no_hello_after_the_handshake_is_told_so_after_ten_seconds()
    {
        using SocketNode node = new(2, _time, hasSessions: true), silent = new(1, _time);
        RawLine line = await silent.LinkAsync(node);
        await Patience.UntilAsync(() => node.Peer.Sessions.Greeting == (1, 0));
        _time.Advance(9);
        node.Peer.Sessions.Tick();
        Assert.False(line.IsClosed);
        _time.Advance(2);
        node.Peer.Sessions.Tick();
        await Patience.UntilAsync(() => line.IsClosed && node.Network.OpenCount == 0);
        Assert.Equal(new PeerBye(PeerByeCode.TooSlow, "no HELLO within 10 seconds"), line.Bye);
        Assert.Equal((0, 0), node.Peer.Sessions.Greeting);
    }

    [Theory]
    [InlineData("a frame of more than its message may have", "ffffff0010000000" + "00000000", "a frame is longer than its message may be")]
    [InlineData("a reserved number", "040000000a000000" + "00000000", "a message of this number does not exist")]
    [InlineData("flags", "0800000003000100" + "01000000", "flags of a frame are not zero")]
    [InlineData("something else than HELLO first", "0800000003000000" + "01000000" + "0000000000000000", "something else came before HELLO")]
    [InlineData("a frame of the future before HELLO", "0400000009800000" + "00000000" + "01020304", "something else came before HELLO")]
    public async Task A_broken_frame_costs_the_link_and_its_sender_hears_why(string what, string bytes, string fault)
    {
        using SocketNode node = new(2, _time, hasSessions: true), foe = new(1, _time);
        RawLine line = await foe.LinkAsync(node);
        line.Say(Convert.FromHexString(bytes));
        await Patience.UntilAsync(() => line.IsClosed && node.Network.OpenCount == 0, what);
        Assert.Equal(new PeerBye(PeerByeCode.Protocol, $"protocol error: {fault}"), line.Bye);
        Assert.Equal((100, $"protocol error: {fault}"), Assert.Single(node.Peer.Reports));
    }

    [Fact]
    public async Task Half_a_frame_is_nothing()
    {
        using SocketNode node = new(2, _time, hasSessions: true), foe = new(1, _time);
        RawLine line = await foe.LinkAsync(node);
        await Patience.UntilAsync(() => line.Heard.Length >= 216);
        line.Say([200, 0, 0, 0, 1, 0, 0]);
        await Patience.UntilAsync(() => node.Peer.Sessions.Greeting == (1, 0));
        line.Link.Close(CloseReason.ServerStopping);
        await Patience.UntilAsync(() => node.Network.OpenCount == 0);
        Assert.Empty(node.Peer.Reports);
        Assert.Null(line.Bye);
    }

    /// <summary>Nothing of it depends on the other end: after the last words' time the socket is closed.</summary>
    [Fact]
    public async Task Who_never_reads_costs_no_more_than_its_queue_and_is_cut_off()
    {
        using SocketNode node = new(2, _time, hasSessions: true), deaf = new(1, _time, hasSessions: true);
        deaf.Network.Dial(node.Place, node.Id, 1, deaf);
        await Patience.UntilAsync(() => node.Peer.Open.Count == 1 && deaf.Peer.Open.Count == 1);
        PeerSession session = node.Peer.Open[0];
        deaf.Peer.Stalls = new ManualResetEventSlim(); // its thread stands still at the next message
        byte[] share = new byte[60_000];
        int refused = 0;
        while (refused < 20)
        {
            refused += session.Send(PeerMessage.Share, share) ? 0 : 1;
        }
        Assert.InRange(session.BufferedBytes, 8 << 20, 9 << 20);
        Assert.InRange(node.Peer.Sessions.Memory.Of(PeerPriority.Share), 8_000_000, 8 << 20);
        _time.Advance(11);
        session.Send(PeerMessage.Share, share);
        node.Peer.Sessions.Tick();
        Assert.True(session.IsEnded);
        Assert.InRange(session.BufferedBytes, 0, 1 << 20);
        await _time.UntilAsync(() => node.Network.OpenCount == 0, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
        await Patience.UntilAsync(() => node.Peer.Closed.Count == 1);
        Assert.Equal(PeerByeCode.TooSlow, node.Peer.Closed[0].Code);
        Assert.Equal(0, node.Peer.Sessions.Memory.Queued);
        deaf.Peer.Stalls.Set();
    }

    /// <summary>So many links from where they are not counted.</summary>
    private async Task FillAsync(SocketNode node, int links)
    {
        using SocketNode others = new(3, _time);
        node.Allows = static _ => true;
        for (int i = 0; i < links; i++)
        {
            await others.LinkAsync(node);
        }
        await node.UntilAsync(PeerRefusal.None, links);
        node.Allows = static _ => false;
    }

    /// <summary>A clock that moved before a timer began moves once more for it.</summary>
    private Task ExpireAsync(SocketNode node, int count) => _time.UntilAsync(
        () => node.Network.Count(PeerRefusal.HandshakeTimeout) >= count, TimeSpan.FromSeconds(1),
        TimeSpan.FromSeconds(2 * SecondsOfHandshake));

    private static async Task<int> ReceiveAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[64]).WaitAsync(Patience.Limit);
        }
        catch (SocketException)
        {
            return 0; // reset
        }
    }

    /// <summary>Every second look is 0.65 s after the one before.</summary>
    private sealed class JumpingClock : TimeProvider
    {
        private long _looks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Increment(ref _looks) * TimeSpan.FromSeconds(0.65).Ticks;
    }

    /// <summary>Sees how many turns are under way: a thread looks once at the beginning of one, and once at its end.</summary>
    private sealed class TurnsClock : TimeProvider
    {
        [ThreadStatic]
        private static bool s_isInside;

        private readonly Lock _gate = new();
        private int _inside;

        public int Most { get; private set; }

        public int Count { get; private set; }

        public override long GetTimestamp()
        {
            lock (_gate)
            {
                s_isInside = !s_isInside;
                _inside += s_isInside ? 1 : -1;
                Most = Math.Max(Most, _inside);
                Count += s_isInside ? 1 : 0;
            }
            return 0;
        }
    }
}
