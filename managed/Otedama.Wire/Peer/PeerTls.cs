using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Otedama.Wire;

/// <summary>What a <see cref="PeerTls"/> tells the link it is part of; always from within one of its methods.</summary>
public interface IPeerTlsUser
{
    /// <summary>The handshake is done: the other end has the key of this node.</summary>
    void OnOpen(NodeId peer);

    void OnPlain(ReadOnlySpan<byte> plain);

    /// <summary>Bytes for the other end.</summary>
    void OnCipher(ReadOnlySpan<byte> cipher);

    /// <summary>The last call. The reason is that of a handshake; Closed when it was over.</summary>
    void OnEnd(PeerRefusal reason);
}

/// <summary>
/// TLS between two nodes as bytes in and bytes out, either side: 1.3, one cipher suite, a certificate from both, the
/// rules for certificates in place of chains of trust. One thread at a time feeds, another may encrypt meanwhile.
/// </summary>
public sealed class PeerTls : ITlsPipeUser
{
    /// <summary>A record has 16 KiB; read several at once when they are there.</summary>
    private const int PlainBytes = 32 * 1024;

    private const byte HandshakeRecord = 22;

    private const byte AlertRecord = 21;

    /// <summary>access_denied, fatal: what who wants a puzzle answers with before any work.</summary>
    private static readonly byte[] s_wanted = [AlertRecord, 3, 3, 0, 2, 2, 49];

    /// <summary>
    /// And then its node id, as a record that no TLS looks at after such an alert: who dialled an address without
    /// knowing whose it is cannot solve the puzzle otherwise. Nothing proves it; a wrong one costs what a puzzle costs.
    /// </summary>
    private static readonly byte[] s_told = [23, 3, 3, 0, NodeId.Size];

    private static readonly SslApplicationProtocol s_alpn = new("otedama-p2p/1");

    private readonly NodeIdentity _own;
    private readonly IPeerTlsUser _user;
    private readonly PuzzleDoor? _door;
    private readonly NodeId? _expected;
    private readonly string? _solution;
    private readonly bool _isInitiator;
    private readonly TlsPipe _pipe;
    private PeerRefusal _refusal = PeerRefusal.TlsFailed;
    private readonly List<byte> _alert = []; // of who was dialled, until it is whole
    private NodeId _peer;
    private bool _hasBytes;
    private bool _hasShaken;

    private PeerTls(
        NodeIdentity own, IPeerTlsUser user, bool isInitiator, NodeId? expected, string? solution, PuzzleDoor? door)
    {
        (_own, _user, _isInitiator, _expected, _solution, _door) = (own, user, isInitiator, expected, solution, door);
        _pipe = new TlsPipe(isInitiator ? DialAsync : AcceptAsync, this, PlainBytes);
    }

    public bool IsOpen => _pipe.IsOpen;

    /// <summary>Who wants a puzzle solved says so of itself; null where it does not, or wants none.</summary>
    public NodeId? Told { get; private set; }

    /// <summary>The side that dialled. Whoever answers must be the expected node, when there is one.</summary>
    public static PeerTls Dial(NodeIdentity own, NodeId? expected, string? solution, IPeerTlsUser user) =>
        new(own, user, isInitiator: true, expected, solution, door: null);

    /// <summary>The side that was dialled. The door asks for puzzles; null never asks.</summary>
    public static PeerTls Accept(NodeIdentity own, PuzzleDoor? door, IPeerTlsUser user) =>
        new(own, user, isInitiator: false, expected: null, solution: null, door);

    /// <summary>Bytes of the other end; none are nothing, not its end.</summary>
    public void Feed(ReadOnlyMemory<byte> cipher)
    {
        if (cipher.IsEmpty)
        {
            return; // an empty read would end the stream
        }
        if (_isInitiator && !_hasBytes && (_alert.Count > 0 || cipher.Span[0] == AlertRecord))
        {
            _alert.AddRange(cipher.Span);
            if (!MayBeWanted())
            {
                FeedAlert();
            }
            return;
        }
        FeedNow(cipher);
    }

    /// <summary>No more will come.</summary>
    public void End()
    {
        if (_alert.Count > 0)
        {
            FeedAlert();
        }
        _pipe.End();
    }

    /// <summary>Gives the user the records that carry these bytes. False when the pipe is broken.</summary>
    public bool TryEncrypt(ReadOnlyMemory<byte> plain) => _pipe.TryEncrypt(plain);

    void ITlsPipeUser.OnTlsOpen()
    {
        _hasShaken = true;
        _user.OnOpen(_peer);
    }

    void ITlsPipeUser.OnTlsPlain(ReadOnlySpan<byte> plain) => _user.OnPlain(plain);

    void ITlsPipeUser.OnTlsCipher(ReadOnlySpan<byte> cipher) => _user.OnCipher(cipher);

    void ITlsPipeUser.OnTlsEnd(CloseReason reason) => _user.OnEnd(_hasShaken ? PeerRefusal.Closed : _refusal);

    /// <summary>More of it has to come before it can be read.</summary>
    private bool MayBeWanted()
    {
        int wanted = s_wanted.Length + (_expected is null ? s_told.Length + NodeId.Size : 0);
        return _alert.Count < wanted && _alert.Take(s_wanted.Length).SequenceEqual(s_wanted.Take(_alert.Count));
    }

    private void FeedAlert()
    {
        byte[] bytes = [.. _alert];
        _alert.Clear();
        FeedNow(bytes);
    }

    private void FeedNow(ReadOnlyMemory<byte> cipher)
    {
        if (!_hasBytes)
        {
            _hasBytes = true;
            LookAtFirst(cipher.Span);
        }
        _pipe.Feed(cipher);
    }

    /// <summary>
    /// The kind of the first record tells strangers from nodes, and a wish for a puzzle from other alerts.
    /// </summary>
    private void LookAtFirst(ReadOnlySpan<byte> cipher)
    {
        if (_isInitiator && cipher.StartsWith(s_wanted))
        {
            _refusal = PeerRefusal.PuzzleWanted;
            ReadOnlySpan<byte> told = cipher[s_wanted.Length..];
            Told = told.StartsWith(s_told) && told.Length >= s_told.Length + NodeId.Size
                ? new NodeId(told.Slice(s_told.Length, NodeId.Size)) : null;
        }
        else if (!_isInitiator && cipher[0] != HandshakeRecord)
        {
            _refusal = PeerRefusal.NotTls;
        }
    }

    private async Task DialAsync(SslStream stream)
    {
        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = _solution ?? "", // empty: no server name is sent
                ClientCertificateContext = _own.Context,
                EnabledSslProtocols = SslProtocols.Tls13,
                CipherSuitesPolicy = PeerTlsRules.Suites,
                ApplicationProtocols = [s_alpn],
                AllowRenegotiation = false,
                AllowTlsResume = false,
                EncryptionPolicy = EncryptionPolicy.RequireEncryption,
                CertificateChainPolicy = PeerTlsRules.NoChain(),
                RemoteCertificateValidationCallback = OnCertificate,
            });
        }
        catch (AuthenticationException e)
        {
            Name(e);
            throw;
        }
        CheckAgreed(stream);
    }

    private async Task AcceptAsync(SslStream stream)
    {
        try
        {
            await stream.AuthenticateAsServerAsync(OnHello, null, CancellationToken.None);
        }
        catch (AuthenticationException e)
        {
            Name(e);
            throw;
        }
        CheckAgreed(stream);
    }

    private ValueTask<SslServerAuthenticationOptions> OnHello(
        SslStream stream, SslClientHelloInfo hello, object? state, CancellationToken stop)
    {
        PeerRefusal puzzle = _door?.Judge(hello.ServerName) ?? PeerRefusal.None;
        if (puzzle != PeerRefusal.None)
        {
            byte[] wanted = [.. s_wanted, .. s_told, .. new byte[NodeId.Size]];
            _own.Id.CopyTo(wanted.AsSpan(s_wanted.Length + s_told.Length));
            _user.OnCipher(wanted);
            throw Refuse(puzzle);
        }
        return ValueTask.FromResult(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = _own.Context,
            ClientCertificateRequired = true,
            EnabledSslProtocols = SslProtocols.Tls13,
            CipherSuitesPolicy = PeerTlsRules.Suites,
            ApplicationProtocols = [s_alpn],
            AllowRenegotiation = false,
            AllowTlsResume = false,
            EncryptionPolicy = EncryptionPolicy.RequireEncryption,
            CertificateChainPolicy = PeerTlsRules.NoChain(),
            RemoteCertificateValidationCallback = OnCertificate,
        });
    }

    private bool OnCertificate(object sender, X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors)
    {
        PeerRefusal found = PeerCertificate.Check(shown, PeerTlsRules.IsAlone(shown, chain, _isInitiator), out _peer);
        if (found == PeerRefusal.None && _expected is { } expected && !expected.FixedTimeEquals(_peer))
        {
            found = PeerRefusal.WrongNode;
        }
        if (found != PeerRefusal.None)
        {
            _refusal = found;
        }
        return found == PeerRefusal.None;
    }

    /// <summary>
    /// A library that does not obey the list of suites, or a peer that named no protocol, is seen here.
    /// </summary>
    private void CheckAgreed(SslStream stream)
    {
        if (stream.NegotiatedApplicationProtocol != s_alpn)
        {
            throw Refuse(PeerRefusal.NoAlpn);
        }
        if (stream.NegotiatedCipherSuite != TlsCipherSuite.TLS_AES_256_GCM_SHA384
            || stream.SslProtocol != SslProtocols.Tls13)
        {
            throw Refuse(PeerRefusal.WrongCipherSuite);
        }
    }

    private AuthenticationException Refuse(PeerRefusal reason)
    {
        _refusal = reason;
        return new AuthenticationException(reason.ToString());
    }

    /// <summary>What the library found before any of our rules was asked.</summary>
    private void Name(AuthenticationException exception)
    {
        if (_refusal == PeerRefusal.TlsFailed)
        {
            _refusal = PeerTlsRules.Named(exception);
        }
    }
}
