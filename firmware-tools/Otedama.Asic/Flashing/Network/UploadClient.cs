using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Otedama.Asic;

/// <summary>A firmware file to be sent to a device's web server.</summary>
/// <param name="Path">With its slash.</param>
/// <param name="Body">All of it; its length is told ahead, since devices take nothing otherwise.</param>
public sealed record Upload(string Path, ReadOnlyMemory<byte> Body)
{
    public string ContentType { get; init; } = "application/octet-stream";

    /// <summary>Such as Authorization; values are secrets to everybody but the device.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>From the last byte to the reply.</summary>
    public TimeSpan ReplyWithin { get; init; } = UploadClient.Stall;
}

/// <summary>How an upload ended.</summary>
public enum UploadEnd
{
    /// <summary>The device answered, with whatever status.</summary>
    Replied,

    /// <summary>Nobody listens: nothing was sent.</summary>
    NotConnected,

    /// <summary>The connection broke before all of it was sent.</summary>
    Broke,

    /// <summary>The device took nothing for too long, and the connection was closed by this side.</summary>
    Stalled,

    /// <summary>It took longer than all of it may, and the connection was closed by this side.</summary>
    TimedOut,

    /// <summary>All was sent and the answer was lost: what came of it is not known.</summary>
    NoReply,
}

/// <param name="Sent">Bytes handed to the network; the device may have taken fewer.</param>
/// <param name="Status">Of HTTP; null = no reply.</param>
/// <param name="Text">Start of the reply, cleaned.</param>
public sealed record UploadResult(UploadEnd End, long Sent, int? Status, string Text)
{
    public bool IsGood => Status is >= 200 and < 300;

    /// <summary>For people, as the start of a sentence.</summary>
    public string Words(long length) => End switch
    {
        UploadEnd.Replied => $"the device answered HTTP {Status}{(Text.Length > 0 ? $" ({Text})" : "")} after {Sent} of {length} bytes",
        UploadEnd.NotConnected => "the device does not take a connection",
        UploadEnd.Broke => $"the connection broke after {Sent} of {length} bytes",
        UploadEnd.Stalled => $"the device took nothing for {UploadClient.Stall.TotalSeconds:0} s after {Sent} of {length} bytes, and the connection was closed",
        UploadEnd.TimedOut => $"{Sent} of {length} bytes took more than {UploadClient.Total.TotalMinutes:0} min, and the connection was closed",
        _ => $"all {length} bytes were sent and the answer was lost",
    };
}

/// <summary>
/// Sends firmware over HTTP (rule 9): one stream without pauses, its length told ahead, 30 s for a stall, 10 min in all. Where it gives up, it closes the
/// connection: a device that waits for bytes waits for ever otherwise. Any thread.
/// </summary>
public sealed class UploadClient : IDisposable
{
    public static readonly TimeSpan Stall = TimeSpan.FromSeconds(30), Total = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(5);

    /// <summary>Bytes handed over at once.</summary>
    private const int ChunkMax = 4096;

    /// <summary>Bytes the system keeps unsent: few, so that what was handed over has nearly been taken.</summary>
    private const int SendBuffer = 16 << 10;

    /// <summary>Bytes of the reply that are read; a sentence.</summary>
    private const int ReplyMax = 4096;

    /// <summary>Letters of the reply that are shown.</summary>
    private const int TextMax = 200;

    private readonly FleetTransport _transport;
    private readonly HttpClient _http;

    public UploadClient(FleetTransport transport)
    {
        _transport = transport;
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = s_connect,
            PooledConnectionLifetime = TimeSpan.Zero,
            ConnectCallback = static async (context, cancel) =>
            {
                Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, SendBufferSize = SendBuffer };
                try
                {
                    await socket.ConnectAsync(context.DnsEndPoint, cancel).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        })
        {
            Timeout = Timeout.InfiniteTimeSpan, // stall and total are kept here
        };
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Throws only OperationCanceledException of the caller's.</summary>
    /// <param name="progress">Told the bytes handed over so far.</param>
    public async Task<UploadResult> SendAsync(FleetTarget target, Upload upload, Action<long>? progress, CancellationToken stop)
    {
        IPEndPoint device = new(target.Address, target.Ports.Web);
        using IDisposable turn = await _transport.Gates.EnterAsync(device, stop).ConfigureAwait(false);
        using CancellationTokenSource stall = new(Stall, _transport.Clock);
        using CancellationTokenSource total = new(Total, _transport.Clock);
        using CancellationTokenSource any = CancellationTokenSource.CreateLinkedTokenSource(stop, stall.Token, total.Token);
        using Content content = new(upload.Body, sent =>
        {
            stall.CancelAfter(sent == upload.Body.Length ? upload.ReplyWithin : Stall);
            progress?.Invoke(sent);
        });
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri($"http://{target.UrlHost}:{device.Port}{upload.Path}")) { Content = content };
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(upload.ContentType);
        request.Headers.ConnectionClose = true;
        foreach ((string name, string value) in upload.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        try
        {
            using HttpResponseMessage reply = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, any.Token).ConfigureAwait(false);
            return new(UploadEnd.Replied, content.Sent, (int)reply.StatusCode, await TextAsync(reply, target, any.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            bool sent = content.Sent == upload.Body.Length;
            return new(sent ? UploadEnd.NoReply : total.IsCancellationRequested ? UploadEnd.TimedOut : UploadEnd.Stalled, content.Sent, null, "");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            UploadEnd end = content.Sent == upload.Body.Length ? UploadEnd.NoReply
                : e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError } && content.Sent == 0 ? UploadEnd.NotConnected
                : UploadEnd.Broke;
            return new(end, content.Sent, null, "");
        }
    }

    /// <summary>A reply whose text breaks off is a reply all the same.</summary>
    private static async Task<string> TextAsync(HttpResponseMessage reply, FleetTarget target, CancellationToken cancel)
    {
        byte[] bytes = new byte[ReplyMax];
        try
        {
            using Stream stream = await reply.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
            int count = await stream.ReadAtLeastAsync(bytes, ReplyMax, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
            string text = SecretFilter.Clean(bytes[..count], target.Credentials?.Password, target.Credentials?.Totp);
            string plain = string.Concat(text.Where(static c => !char.IsControl(c))).Trim();
            return plain.Length > TextMax ? plain[..TextMax] : plain;
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return "";
        }
    }

    private sealed class Content(ReadOnlyMemory<byte> body, Action<long> tell) : HttpContent
    {
        private long _sent;

        public long Sent => Volatile.Read(ref _sent);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, default);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            for (int at = 0; at < body.Length;)
            {
                int length = Math.Min(ChunkMax, body.Length - at);
                await stream.WriteAsync(body.Slice(at, length), cancellationToken).ConfigureAwait(false);
                await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
                at += length;
                Volatile.Write(ref _sent, at);
                tell(at);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = body.Length;
            return true;
        }
    }
}
