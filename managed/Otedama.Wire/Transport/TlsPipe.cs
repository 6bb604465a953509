using System.Net.Security;
using System.Security.Authentication;

namespace Otedama.Wire;

/// <summary>
/// TLS as bytes in and bytes out, whatever engine moves them. One thread at a time feeds,
/// another may encrypt meanwhile; neither waits. A handshake is a millisecond of arithmetic inside Feed.
/// </summary>
public sealed class TlsPipe
{
    private const int PlainBytes = 4_096;

    private readonly MemoryDuplex _wire;
    private readonly SslStream _stream;
    private readonly ITlsPipeUser _user;
    private volatile bool _isOpen;

    /// <summary>The server's side; who connects shows nothing.</summary>
    public TlsPipe(TlsIdentity identity, ITlsPipeUser user)
        : this(stream => stream.AuthenticateAsServerAsync(OptionsOf(identity)), user, PlainBytes)
    {
    }

    /// <summary>
    /// Whichever side shakeHands takes. It must await nothing but the stream, and may throw AuthenticationException
    /// after it, when what was agreed is not good enough. Plain bytes come in portions of at most plainBytes.
    /// </summary>
    internal TlsPipe(Func<SslStream, Task> shakeHands, ITlsPipeUser user, int plainBytes)
    {
        _user = user;
        _wire = new MemoryDuplex(user.OnTlsCipher);
        _stream = new SslStream(_wire);
        _ = RunAsync(shakeHands, plainBytes);
    }

    /// <summary>The handshake is done: plain bytes may go in and come out.</summary>
    public bool IsOpen => _isOpen;

    /// <summary>Bytes of the other end.</summary>
    public void Feed(ReadOnlySpan<byte> cipher) => _wire.Feed(cipher);

    /// <summary>As above, without a copy where they are read within the call, as they mostly are.</summary>
    public void Feed(ReadOnlyMemory<byte> cipher) => _wire.Feed(cipher);

    /// <summary>No more will come. Releases what the pipe holds.</summary>
    public void End() => _wire.End();

    /// <summary>
    /// Gives the user the records that carry these bytes. One caller at a time, when it is open; false when it is
    /// broken.
    /// </summary>
    public bool TryEncrypt(ReadOnlyMemory<byte> plain)
    {
        try
        {
            ValueTask written = _stream.WriteAsync(plain);
            written.GetAwaiter().GetResult(); // has completed: writing to memory never waits
            return true;
        }
        catch (Exception exception) when (IsPeersOrEnd(exception))
        {
            return false;
        }
    }

    private static bool IsPeersOrEnd(Exception exception) =>
        exception is IOException or AuthenticationException or ObjectDisposedException or InvalidOperationException;

    private static SslServerAuthenticationOptions OptionsOf(TlsIdentity identity) => new()
    {
        ServerCertificateContext = identity.Context,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        AllowRenegotiation = false, // its records would come from the feeding side, between those of Encrypt
    };

    /// <summary>Runs on the thread that feeds: what it awaits is completed there.</summary>
    private async Task RunAsync(Func<SslStream, Task> shakeHands, int plainBytes)
    {
        CloseReason reason = CloseReason.TlsFailed;
        try
        {
            await shakeHands(_stream);
            _isOpen = true;
            _user.OnTlsOpen();
            reason = CloseReason.Error;
            byte[] plain = new byte[plainBytes];
            int count;
            while ((count = await _stream.ReadAsync(plain)) > 0)
            {
                _user.OnTlsPlain(plain.AsSpan(0, count));
            }
            reason = CloseReason.PeerClosed;
        }
        catch (Exception exception) when (IsPeersOrEnd(exception))
        {
            // The reason says which side of the handshake it was; the peer's mistake needs no stack trace.
        }
        _user.OnTlsEnd(reason);
        await _stream.DisposeAsync();
    }
}
