using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Peers;

/// <summary>Two of our own ends through memory, and foreign ones (openssl) through a socket.</summary>
public sealed class PeerTlsTests
{
    private readonly NodeIdentity _one = PeerSamples.Make(1), _two = PeerSamples.Make(2);

    [Fact]
    public void Both_ends_know_each_other_and_bytes_go_both_ways()
    {
        (TlsEnd dialler, TlsEnd server) = Join(_two.Id, null, null);
        Assert.Equal(_two.Id, dialler.Peer);
        Assert.Equal(_one.Id, server.Peer);
        byte[] much = new byte[100_000];
        new Random(3).NextBytes(much);
        Assert.True(dialler.Tls.TryEncrypt(much));
        Assert.True(server.Tls.TryEncrypt("hello"u8.ToArray()));
        TlsEnd.Pump(dialler, server);
        Assert.Equal(much, server.Plain.ToArray());
        Assert.Equal("hello"u8.ToArray(), dialler.Plain.ToArray());
        server.Tls.End();
        Assert.Equal(PeerRefusal.Closed, server.Ended);
    }

    [Fact]
    public void No_bytes_are_not_the_end()
    {
        TlsEnd dialler = TlsEnd.Dial(_one, _two.Id, null), server = TlsEnd.Accept(_two, null);
        server.Tls.Feed(default);
        dialler.Tls.Feed(default);
        Assert.Null(server.Ended);
        TlsEnd.Pump(dialler, server);
        server.Tls.Feed(default);
        Assert.True(dialler.Tls.TryEncrypt("hello"u8.ToArray()));
        TlsEnd.Pump(dialler, server);
        Assert.Equal("hello"u8.ToArray(), server.Plain.ToArray());
        Assert.Null(server.Ended);
    }

    [Fact]
    public void Another_node_than_the_one_dialled_is_refused()
    {
        (TlsEnd dialler, TlsEnd server) = Join(_one.Id, null, null);
        Assert.Equal(PeerRefusal.WrongNode, dialler.Ended);
        Assert.Null(dialler.Peer);
        Assert.Equal(_one.Id, server.Peer); // TLS 1.3 has told it before the dialler looks at the certificate
        server.Tls.End();
        Assert.Equal(PeerRefusal.Closed, server.Ended);
    }

    [Fact]
    public void Under_pressure_a_solved_puzzle_is_the_way_in()
    {
        HeldClock clock = new();
        PuzzleDoor door = new(_two.Id, clock);
        door.SetFullness(0.8);
        (TlsEnd refused, TlsEnd server) = Join(_two.Id, null, door);
        Assert.Equal((PeerRefusal.PuzzleWanted, PeerRefusal.PuzzleMissing), (refused.Ended, server.Ended));
        PeerPuzzle puzzle = new PeerPuzzle(PeerPuzzle.BucketOf(clock.GetUtcNow()), 9, 0).Search(_two.Id, 18, 1 << 24)!.Value;
        (TlsEnd dialler, server) = Join(_two.Id, puzzle.ToString(), door);
        Assert.Equal(_one.Id, server.Peer);
        Assert.Equal(_two.Id, dialler.Peer);
        (refused, server) = Join(_two.Id, puzzle.ToString(), door);
        Assert.Equal((PeerRefusal.PuzzleWanted, PeerRefusal.PuzzleUsed), (refused.Ended, server.Ended));
    }

    /// <summary>As bytes come one by one, and from nodes that do not say their id, or another word than the whole one.</summary>
    [Theory]
    [InlineData("15030300020231" + "1703030020", true, true)]
    [InlineData("15030300020231" + "1703030021", true, false)]
    [InlineData("15030300020231", false, false)]
    public void Who_wants_a_puzzle_solved_says_whose(string refusal, bool hasId, bool isTold)
    {
        byte[] id = new byte[NodeId.Size];
        _two.Id.CopyTo(id);
        TlsEnd dialler = TlsEnd.Dial(_one, null, null);
        foreach (byte one in (byte[])[.. Convert.FromHexString(refusal), .. hasId ? id : []])
        {
            Assert.Null(dialler.Ended);
            dialler.Tls.Feed(new byte[] { one });
        }
        dialler.Tls.End();
        Assert.Equal(PeerRefusal.PuzzleWanted, dialler.Ended);
        Assert.Equal(isTold ? _two.Id : null, dialler.Tls.Told);
    }

    [Fact]
    public void Another_alert_waits_for_nothing()
    {
        TlsEnd dialler = TlsEnd.Dial(_one, null, null);
        dialler.Tls.Feed(new byte[] { 21, 3, 3, 0, 2 });
        Assert.Null(dialler.Ended);
        dialler.Tls.Feed(new byte[] { 2, 40 });
        Assert.Equal(PeerRefusal.TlsFailed, dialler.Ended);
        Assert.Null(dialler.Tls.Told);
    }

    [Fact]
    public void What_is_no_tls_is_named()
    {
        TlsEnd server = TlsEnd.Accept(_two, null);
        server.Tls.Feed("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        Assert.Equal(PeerRefusal.NotTls, server.Ended);
        TlsEnd hangs = TlsEnd.Accept(_two, null);
        hangs.Tls.Feed(new byte[] { 22, 3, 1, 1, 0, 1 });
        Assert.Null(hangs.Ended);
        hangs.Tls.End();
        Assert.Equal(PeerRefusal.TlsFailed, hangs.Ended);
    }

    /// <summary>300 handshakes in which one byte of either side is another one, seed 4: each ends with a name or opens to the right node.</summary>
    [Fact]
    public void Damaged_handshakes_end_with_a_name()
    {
        Random random = new(4);
        int opened = 0;
        for (int round = 0; round < 300; round++)
        {
            TlsEnd dialler = TlsEnd.Dial(_one, _two.Id, null), server = TlsEnd.Accept(_two, null);
            (random.Next(2) == 0 ? dialler : server).Damage = (random.Next(1_500), (byte)(1 + random.Next(255)));
            TlsEnd.Pump(dialler, server);
            dialler.Tls.End();
            server.Tls.End();
            Assert.NotNull(dialler.Ended);
            Assert.NotNull(server.Ended);
            Assert.True(dialler.Peer is null || dialler.Peer == _two.Id);
            Assert.True(server.Peer is null || server.Peer == _one.Id);
            opened += server.Peer is null ? 0 : 1;
        }
        Assert.InRange(opened, 0, 200);
    }

    [Theory]
    [InlineData("-alpn otedama-p2p/1 -cert node.crt -key node.key", PeerRefusal.Closed)]
    [InlineData("-alpn otedama-p2p/1 -cert node.crt -key node.key -cert_chain rsa.crt", PeerRefusal.SeveralCertificates)]
    [InlineData("-alpn otedama-p2p/1 -cert rsa.crt -key rsa.key", PeerRefusal.KeyNotP256)]
    [InlineData("-alpn otedama-p2p/1 -cert p384.crt -key p384.key", PeerRefusal.KeyNotP256)]
    [InlineData("-alpn otedama-p2p/1 -cert long.crt -key long.key", PeerRefusal.CertificateTooLong)]
    [InlineData("-alpn otedama-p2p/1", PeerRefusal.NoCertificate)]
    [InlineData("-tls1_2 -alpn otedama-p2p/1 -cert node.crt -key node.key", PeerRefusal.OldTls)]
    [InlineData("-cert node.crt -key node.key", PeerRefusal.NoAlpn)]
    [InlineData("-alpn h2 -cert node.crt -key node.key", PeerRefusal.NoAlpn)]
    [InlineData("-alpn otedama-p2p/1 -ciphersuites TLS_AES_128_GCM_SHA256 -cert node.crt -key node.key", PeerRefusal.WrongCipherSuite)]
    public async Task A_foreign_client_is_let_in_or_refused_by_name(string arguments, PeerRefusal expected)
    {
        using TempFolder folder = new();
        NodeId id = OpenSsl.WriteKeys(folder.Path);
        byte[] frame = PeerFrameTests.Frame(PeerMessage.Hello, PeerFrameTests.Body(PeerMessage.Hello));
        (TlsEnd server, byte[] heard) = await ServeOpenSslAsync(folder.Path, arguments, frame);
        Assert.Equal(expected, server.Ended);
        if (expected == PeerRefusal.Closed)
        {
            Assert.Equal(id, server.Peer);
            Assert.Equal(frame, server.Plain.ToArray());
            Assert.Equal(frame, heard);
            return;
        }
        Assert.Null(server.Peer);
        Assert.Empty(server.Plain);
    }

    private (TlsEnd Dialler, TlsEnd Server) Join(NodeId expected, string? solution, PuzzleDoor? door)
    {
        TlsEnd dialler = TlsEnd.Dial(_one, expected, solution), server = TlsEnd.Accept(_two, door);
        TlsEnd.Pump(dialler, server);
        return (dialler, server);
    }

    /// <summary>openssl dials, says frame, and hears frame; the answer is what it printed.</summary>
    private async Task<(TlsEnd Server, byte[] Heard)> ServeOpenSslAsync(string folder, string arguments, byte[] frame)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        using Process client = OpenSsl.Start(folder, $"s_client -connect {listener.LocalEndpoint} -quiet {arguments}");
        using TcpClient accepted = await listener.AcceptTcpClientAsync().WaitAsync(Patience.Limit);
        NetworkStream stream = accepted.GetStream();
        TlsEnd server = TlsEnd.Accept(_two, null);
        client.StandardInput.BaseStream.Write(frame);
        client.StandardInput.BaseStream.Flush();
        byte[] buffer = new byte[4_096];
        bool isTold = false;
        while (server.Ended is null && server.Plain.Count < frame.Length)
        {
            int count = await stream.ReadAsync(buffer).AsTask().WaitAsync(Patience.Limit);
            if (count == 0)
            {
                break;
            }
            server.Tls.Feed(buffer.AsMemory(0, count));
            if (!isTold && server.Peer is not null)
            {
                isTold = server.Tls.TryEncrypt(frame);
            }
            byte[] cipher = server.TakeCipher();
            await stream.WriteAsync(cipher);
        }
        byte[] heard = new byte[isTold ? frame.Length : 0];
        await client.StandardOutput.BaseStream.ReadExactlyAsync(heard).AsTask().WaitAsync(Patience.Limit);
        accepted.Close();
        server.Tls.End();
        client.Kill();
        await client.WaitForExitAsync().WaitAsync(Patience.Limit);
        return (server, heard);
    }

    /// <summary>One end that keeps what it is told.</summary>
    private sealed class TlsEnd : IPeerTlsUser
    {
        private readonly List<byte> _cipher = [];
        private int _sent;

        public PeerTls Tls { get; private set; } = null!;

        public NodeId? Peer { get; private set; }

        public PeerRefusal? Ended { get; private set; }

        public List<byte> Plain { get; } = [];

        /// <summary>Changes one byte this end sends.</summary>
        public (int At, byte By)? Damage { get; set; }

        public static TlsEnd Dial(NodeIdentity own, NodeId? expected, string? solution) => Make(end => PeerTls.Dial(own, expected, solution, end));

        public static TlsEnd Accept(NodeIdentity own, PuzzleDoor? door) => Make(end => PeerTls.Accept(own, door, end));

        public static void Pump(TlsEnd one, TlsEnd other)
        {
            while (one._cipher.Count > 0 || other._cipher.Count > 0)
            {
                other.Tls.Feed(one.TakeCipher());
                one.Tls.Feed(other.TakeCipher());
            }
        }

        public byte[] TakeCipher()
        {
            byte[] taken = [.. _cipher];
            _cipher.Clear();
            if (Damage is { } damage && damage.At >= _sent && damage.At < _sent + taken.Length)
            {
                taken[damage.At - _sent] ^= damage.By;
            }
            _sent += taken.Length;
            return taken;
        }

        void IPeerTlsUser.OnOpen(NodeId peer) => Peer = peer;

        void IPeerTlsUser.OnPlain(ReadOnlySpan<byte> plain) => Plain.AddRange(plain);

        void IPeerTlsUser.OnCipher(ReadOnlySpan<byte> cipher) => _cipher.AddRange(cipher);

        void IPeerTlsUser.OnEnd(PeerRefusal reason)
        {
            Assert.Null(Ended);
            Ended = reason;
        }

        /// <summary>The pipe speaks while it is made: to a user that can hear already.</summary>
        private static TlsEnd Make(Func<TlsEnd, PeerTls> make)
        {
            TlsEnd end = new();
            end.Tls = make(end);
            return end;
        }
    }
}
