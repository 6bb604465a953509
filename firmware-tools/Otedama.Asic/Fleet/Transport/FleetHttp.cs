using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Otedama.Asic;

/// <summary>One request to a device's web server.</summary>
/// <param name="Path">With its slash and query.</param>
public sealed record WebRequest(HttpMethod Method, string Path)
{
    /// <summary>Null = the target's web port.</summary>
    public int? Port { get; init; }

    public ReadOnlyMemory<byte>? Body { get; init; }

    public string ContentType { get; init; } = "application/json";

    /// <summary>Answer a digest challenge with the target's credentials.</summary>
    public bool Digest { get; init; }

    /// <summary>Such as Authorization; values are secrets to everybody but the device.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>For the whole exchange.</summary>
    public TimeSpan Within { get; init; } = TimeSpan.FromSeconds(5);

    public static WebRequest Get(string path) => new(HttpMethod.Get, path);

    public static WebRequest Json(HttpMethod method, string path, string json) =>
        new(method, path) { Body = Encoding.UTF8.GetBytes(json) };
}

/// <summary>What came back, whatever its status.</summary>
/// <param name="Realm">Of WWW-Authenticate.</param>
public sealed record WebReply(int Status, byte[] Body, string? ContentType, string? Location, string? Realm)
{
    public bool IsGood => Status is >= 200 and < 300;

    /// <summary>Of a 401 that asks for digest; null = none that can be answered.</summary>
    public HttpDigest? Challenge { get; init; }
}

/// <summary>
/// HTTP client of devices: no proxy, no redirects, no cookies, a connection a request (small controllers have few
/// sockets),
/// bounded bodies, one request at a time to each port, digest where asked for. Any thread.
/// </summary>
public sealed class FleetHttp : IDisposable
{
    /// <summary>
    /// Of a reply's body; the largest real one, statistics of AxeOS, is asked for by column and shorter.
    /// </summary>
    public const int BodyLimit = 256 * 1024;

    private const int HeadLimitKib = 16;

    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly DeviceGates _gates;
    private readonly HttpClient _http;

    public FleetHttp(TimeProvider clock, DeviceGates gates)
    {
        _time = clock;
        _gates = gates;
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = s_connect,
            MaxResponseHeadersLength = HeadLimitKib,
            PooledConnectionLifetime = TimeSpan.Zero,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan, // each request has its own
        };
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Throws FleetException when there is no reply; a reply of refusal is returned.</summary>
    public async Task<WebReply> SendAsync(FleetTarget target, WebRequest request, CancellationToken cancel)
    {
        IPEndPoint device = new(target.Address, request.Port ?? target.Ports.Web);
        using IDisposable turn = await _gates.EnterAsync(device, cancel);
        using CancellationTokenSource deadline = new(request.Within, _time);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        string at = device.ToString();
        try
        {
            (WebReply reply, HttpDigest? challenge) = await OnceAsync(target, device, request, null, both.Token);
            if (reply.Status == 401 && request.Digest && challenge is not null && target.Credentials is { } credentials)
            {
                string cnonce = RandomNumberGenerator.GetHexString(16, lowercase: true);
                string answer = challenge.Answer(credentials, request.Method.Method, request.Path, cnonce);
                (reply, _) = await OnceAsync(target, device, request, answer, both.Token);
            }
            return reply;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new FleetException(
                FleetFault.Timeout, at, $"{at}: {request.Method} {PathOnly(request.Path)} had no answer in "
                    + $"{request.Within.TotalSeconds:0} s.");
        }
        catch (HttpRequestException e)
        {
            bool connected = e.HttpRequestError is not (
                HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError);
            FleetFault fault = e.HttpRequestError is HttpRequestError.InvalidResponse ? FleetFault.Malformed
                : connected && request.Method != HttpMethod.Get ? FleetFault.Unknown : FleetFault.Unreachable;
            throw new FleetException(
                fault, at, $"{at}: {request.Method} {PathOnly(request.Path)}: "
                    + $"{(connected ? "the connection broke" : "cannot connect")} ({Why(e)}).", e);
        }
        catch (IOException e) when (e is not FleetException)
        {
            throw new FleetException(
                FleetFault.Truncated, at, $"{at}: {request.Method} {PathOnly(request.Path)}: the reply broke off.", e);
        }
    }

    private async Task<(WebReply Reply, HttpDigest? Challenge)> OnceAsync(
        FleetTarget target, IPEndPoint device, WebRequest request, string? authorization, CancellationToken cancel)
    {
        using HttpRequestMessage message = new(
            request.Method, new Uri($"http://{target.UrlHost}:{device.Port}{request.Path}"));
        message.Headers.ConnectionClose = true;
        foreach ((string name, string value) in request.Headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }
        if (authorization is not null)
        {
            message.Headers.TryAddWithoutValidation("Authorization", authorization);
        }
        if (request.Body is { } body)
        {
            message.Content = new ReadOnlyMemoryContent(body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(request.ContentType);
        }
        using HttpResponseMessage reply = await _http.SendAsync(
            message, HttpCompletionOption.ResponseHeadersRead, cancel);
        byte[] bytes = await BodyAsync(reply, device, cancel);
        string? challenge = reply.Headers.NonValidated.TryGetValues("WWW-Authenticate", out HeaderStringValues values)
            ? values.FirstOrDefault(static one =>
                one.TrimStart().StartsWith("Digest", StringComparison.OrdinalIgnoreCase)) ?? values.FirstOrDefault()
            : null;
        return (new WebReply(
            (int)reply.StatusCode, bytes, reply.Content.Headers.ContentType?.MediaType,
            reply.Headers.Location?.OriginalString, HttpDigest.RealmOf(challenge))
        { Challenge = HttpDigest.Parse(challenge) }, HttpDigest.Parse(challenge));
    }

    private static async Task<byte[]> BodyAsync(HttpResponseMessage reply, IPEndPoint device, CancellationToken cancel)
    {
        using Stream stream = await reply.Content.ReadAsStreamAsync(cancel);
        using MemoryStream all = new();
        byte[] buffer = new byte[8192];
        while (true)
        {
            int count = await stream.ReadAsync(buffer, cancel);
            if (count == 0)
            {
                return all.ToArray();
            }
            all.Write(buffer, 0, count);
            if (all.Length > BodyLimit)
            {
                throw new FleetException(
                    FleetFault.TooBig, device.ToString(),
                        $"{device}: the reply is longer than {BodyLimit} bytes and was not read further.");
            }
        }
    }

    private static string Why(HttpRequestException e) => e switch
    {
        { InnerException: SocketException socket } => SocketWords.Of(socket.SocketErrorCode),
        { InnerException: IOException { InnerException: SocketException socket } } =>
            SocketWords.Of(socket.SocketErrorCode),
        { HttpRequestError: HttpRequestError.InvalidResponse } => "what it said is no HTTP",
        { HttpRequestError: HttpRequestError.ResponseEnded } => "it closed in the middle of its answer",
        { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => "its answer is too long",
        { HttpRequestError: HttpRequestError.ConnectionError } => "no answer in 1 s",
        _ => "the exchange failed",
    };

    /// <summary>Queries may hold a session.</summary>
    private static string PathOnly(string path) => path.Split('?')[0];
}
