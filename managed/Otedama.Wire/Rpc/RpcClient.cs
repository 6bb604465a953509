using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Otedama.Core;

namespace Otedama.Wire;

/// <summary>
/// Calls a Bitcoin Core-like node. Every call has a time limit and every answer a size limit; every failure is an
/// RpcException. Safe from any thread; connections are kept and shared.
/// </summary>
public sealed class RpcClient : IRpcLink
{
    /// <summary>A template of a full 4 MB block as hex, with room for its other fields.</summary>
    public const int AnswerBytesMax = 32 * 1024 * 1024;

    /// <summary>A long poll, a health probe and a submission may be under way at once, several of each after a hang.</summary>
    private const int ConnectionsMax = 8;

    /// <summary>Below the 30 s after which nodes close idle connections, so that we never write into a closing one.</summary>
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http;
    private readonly RpcLogin _credentials;
    private readonly TimeProvider _time;
    private readonly int _answerBytesMax;

    public RpcClient(RpcEndpoint endpoint, TimeProvider time, int answerBytesMax = AnswerBytesMax)
    {
        Endpoint = endpoint;
        _time = time;
        _answerBytesMax = answerBytesMax;
        _credentials = new RpcLogin(endpoint);
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = s_connect,
            PooledConnectionIdleTimeout = s_idle,
            MaxConnectionsPerServer = ConnectionsMax,
            MaxResponseHeadersLength = 16, // KiB
            ConnectCallback = ConnectAsync,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public RpcEndpoint Endpoint { get; }

    public string Name => Endpoint.Name;

    public async Task<RpcAnswer> CallAsync(RpcRequest request, TimeSpan timeout, CancellationToken stop)
    {
        using CancellationTokenSource patience = new(timeout, _time);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stop);
        try
        {
            return await CallAsync(request, both.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested && patience.IsCancellationRequested)
        {
            throw Fail(RpcFailure.Timeout, request, $"no answer within {timeout.TotalSeconds:0.###} s. The node may be overloaded or stuck.");
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw Fail(RpcFailure.Unreachable, request, $"no connection within {s_connect.TotalSeconds} s. Check host, port and firewall.", inner: e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            throw Fail(
                RpcFailure.Unreachable,
                request,
                $"{Innermost(e)} Is the node running, with server=1 and this RPC port?",
                inner: e);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<RpcAnswer> CallAsync(RpcRequest request, CancellationToken stop)
    {
        for (int attempt = 0; ; attempt++)
        {
            using HttpRequestMessage message = new(HttpMethod.Post, Endpoint.Uri)
            {
                Content = new RpcContent(request.Segments),
                Version = HttpVersion.Version11,
            };
            message.Headers.Authorization = _credentials.Header;
            message.Headers.ExpectContinue = false;
            message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            using HttpResponseMessage response = await _http
                .SendAsync(message, HttpCompletionOption.ResponseHeadersRead, stop);
            if (response.StatusCode == HttpStatusCode.Unauthorized && attempt == 0 && _credentials.TryRenew())
            {
                continue;
            }
            CheckAccess(request, response.StatusCode);
            return await ReadAsync(request, response, stop);
        }
    }

    private void CheckAccess(RpcRequest request, HttpStatusCode status)
    {
        if (status == HttpStatusCode.Unauthorized)
        {
            string used = Endpoint.HasPassword ? $"user \"{Endpoint.User}\""
                : Endpoint.CookiePath is { } path ? $"the cookie in {path}" : "a call without a login";
            throw Fail(RpcFailure.Credentials, request, $"the node refused {used} (HTTP 401). Correct node.user and node.password, or node.cookie.");
        }
        if (status == HttpStatusCode.Forbidden)
        {
            throw Fail(RpcFailure.Credentials, request, "the node does not talk to this address (HTTP 403). Allow it with rpcallowip in the node's configuration.");
        }
        if (status == HttpStatusCode.ServiceUnavailable)
        {
            throw Fail(RpcFailure.Busy, request, "the node's work queue is full (HTTP 503). Raise rpcworkqueue in its configuration if this stays.");
        }
    }

    private async Task<RpcAnswer> ReadAsync(RpcRequest request, HttpResponseMessage response, CancellationToken stop)
    {
        (byte[] buffer, int length) = await ReadBodyAsync(request, response, stop);
        await Task.Yield(); // neither megabytes nor what the caller makes of them on a thread that serves sockets
        bool handedOver = false;
        try
        {
            if (!RpcEnvelope.TryRead(buffer.AsSpan(0, length), out RpcEnvelope envelope))
            {
                throw NotJsonRpc(request, response.StatusCode, buffer.AsSpan(0, length));
            }
            if (envelope.HasError)
            {
                throw Refused(request, envelope);
            }
            handedOver = true;
            return new RpcAnswer(buffer, envelope.Result);
        }
        finally
        {
            if (!handedOver)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>Reads the whole body into a rented buffer that the caller returns.</summary>
    private async Task<(byte[] Buffer, int Length)> ReadBodyAsync(
        RpcRequest request, HttpResponseMessage response, CancellationToken stop)
    {
        long announced = response.Content.Headers.ContentLength ?? 4_096;
        if (announced > _answerBytesMax)
        {
            throw TooLarge(request);
        }
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)announced + 1);
        int length = 0;
        try
        {
            using Stream body = await response.Content.ReadAsStreamAsync(stop);
            while (true)
            {
                int read = await body.ReadAsync(buffer.AsMemory(length), stop);
                length += read;
                if (length > _answerBytesMax)
                {
                    throw TooLarge(request);
                }
                if (read == 0)
                {
                    return (buffer, length);
                }
                if (length == buffer.Length)
                {
                    buffer = Enlarge(buffer);
                }
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    private static byte[] Enlarge(byte[] buffer)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private RpcException Refused(RpcRequest request, RpcEnvelope envelope)
    {
        RpcFailure failure = envelope.ErrorCode switch
        {
            -28 => RpcFailure.WarmingUp,
            -32601 => RpcFailure.NoSuchMethod,
            _ => RpcFailure.Refused,
        };
        string advice = failure switch
        {
            RpcFailure.WarmingUp => " It is starting; waiting.",
            RpcFailure.NoSuchMethod => " Is this the RPC port of a coin node?",
            _ => "",
        };
        return Fail(
            failure,
            request,
            $"the node answered error {envelope.ErrorCode}: {envelope.ErrorMessage}.{advice}",
            envelope.ErrorCode,
            envelope.ErrorMessage);
    }

    private RpcException NotJsonRpc(RpcRequest request, HttpStatusCode status, ReadOnlySpan<byte> body)
    {
        string start = Encoding.UTF8.GetString(body[..Math.Min(body.Length, 60)]);
        string printable = new([.. start.Select(static letter => char.IsControl(letter) ? ' ' : letter)]);
        return Fail(
            RpcFailure.NotJsonRpc,
            request,
            $"HTTP {(int)status} with {body.Length} bytes that are not a JSON-RPC answer: \"{printable}\". Is this the RPC port of a coin node?");
    }

    private RpcException TooLarge(RpcRequest request) =>
        Fail(RpcFailure.TooLarge, request, $"the answer is longer than {_answerBytesMax} bytes; it was not read.");

    private RpcException Fail(
        RpcFailure failure, RpcRequest request, string what, int code = 0, string nodeMessage = "", Exception? inner = null) =>
        new(failure, $"node {Endpoint.Name}, {request.Method}: {what}", code, inner) { NodeMessage = nodeMessage };

    private static string Innermost(Exception e)
    {
        while (e.InnerException is not null)
        {
            e = e.InnerException;
        }
        string text = e.Message.TrimEnd();
        return text.EndsWith('.') ? text : text + ".";
    }

    /// <summary>Probes an idle connection after 30 s, so that a long poll notices a peer that vanished.</summary>
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(context.DnsEndPoint, stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
