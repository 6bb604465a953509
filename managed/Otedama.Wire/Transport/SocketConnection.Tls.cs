using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Otedama.Wire;

/// <summary>TLS on the same port. Costs a stream and a 4 KiB buffer per connection; plain connections pay nothing for it.</summary>
internal sealed partial class SocketConnection
{
    private const int TlsReadBytes = 4_096;

    private SslStream? _tls;

    private void BeginTls(ReadOnlySpan<byte> first)
    {
        if (_transport.Identity is not { } identity)
        {
            Close(CloseReason.TlsNotConfigured);
            return;
        }
        _phase = Phase.TlsHandshake;
        IsTls = true;
        _tls = new SslStream(new ReplayStream(_socket, first.ToArray()));
        _ = RunTlsAsync(_tls, identity);
    }

    private async Task RunTlsAsync(SslStream stream, TlsIdentity identity)
    {
        await Task.Yield(); // leaves the receive loop, which hands the socket over when this method returns to it
        CloseReason reason = CloseReason.TlsFailed;
        try
        {
            await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = identity.Context,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            });
            lock (_outGate)
            {
                _phase = Phase.Tls;
            }
            Flush();
            reason = CloseReason.Error;
            byte[] buffer = new byte[TlsReadBytes];
            int count;
            while ((count = await stream.ReadAsync(buffer)) > 0 && !IsClosed)
            {
                Hand(buffer.AsSpan(0, count));
            }
            reason = CloseReason.PeerClosed;
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException or SocketException
            or ObjectDisposedException or InvalidOperationException)
        {
            // The reason says which side of the handshake it was; the peer's mistake needs no stack trace.
        }
        Close(reason);
        ReleaseReceive();
    }

    /// <summary>Called under the gate with nothing in flight.</summary>
    private bool SendTls()
    {
        if (_out.Length == 0)
        {
            return true;
        }
        _inFlight ??= new WireBuffer();
        _inFlight.Append(_out.Written);
        _out.Clear();
        MarkSending();
        _ = WriteTlsAsync();
        return true;
    }

    private async Task WriteTlsAsync()
    {
        await Task.Yield(); // the caller holds the gate
        try
        {
            await _tls!.WriteAsync(_inFlight!.WrittenMemory);
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException
            or InvalidOperationException)
        {
            Close(CloseReason.Error);
            return;
        }
        lock (_outGate)
        {
            _inFlight.Clear();
            _ = SendNext();
        }
    }
}
