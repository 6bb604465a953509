using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Otedama;

/// <summary>
/// Sends what Watch finds to the operator's addresses, as JSON by POST. Nothing waits for it: alerts queue up to a bound,
/// further ones are dropped and counted; each is tried three times.
/// </summary>
internal sealed class Webhooks : IAsyncDisposable
{
    private const int QueueMax = 256;

    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan[] s_waits = [TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10)];

    private readonly IInstance _instance;
    private readonly IReadOnlyList<Uri> _urls;
    private readonly IReadOnlyList<string> _events;
    private readonly Watch _watch;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<Alert> _queue = Channel.CreateBounded<Alert>(QueueMax);
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5) })
    {
        Timeout = TimeSpan.FromSeconds(10),
        MaxResponseContentBufferSize = 64 * 1024,
    };

    private readonly Task _looking;
    private readonly Task _sending;

    /// <summary>
    /// events: those of AlertKind that are sent; empty = all. patience: how long something lacks before it is told.
    /// </summary>
    public Webhooks(IReadOnlyList<Uri> urls, IReadOnlyList<string> events, TimeSpan patience, IInstance instance, TimeProvider clock, ILogger logger)
    {
        (_instance, _urls, _events, _watch, _time, _logger) = (instance, urls, events.Count > 0 ? events : AlertKind.All, new Watch(patience), clock, logger);
        _looking = LookAsync(_stop.Token);
        _sending = SendAsync(_stop.Token);
    }

    /// <summary>Sends an alert that somebody else found, where it is one of those that are sent. Any thread.</summary>
    public void Offer(Alert alert)
    {
        if (_events.Contains(alert.Event) && !_queue.Writer.TryWrite(alert))
        {
            WebhookLog.Dropped(_logger, alert.Event, QueueMax);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _looking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task LookAsync(CancellationToken stop)
    {
        using PeriodicTimer timer = new(s_lookEvery, _time);
        do
        {
            long now = _time.GetUtcNow().ToUnixTimeSeconds();
            foreach (Alert alert in _watch.Look(
                _instance.Status(), [.. _instance.PoolNames.Select(_instance.Miners)], [.. _instance.PoolNames.Select(_instance.Blocks)], now))
            {
                Offer(alert);
            }
        }
        while (await timer.WaitForNextTickAsync(stop));
    }

    private async Task SendAsync(CancellationToken stop)
    {
        await foreach (Alert alert in _queue.Reader.ReadAllAsync(stop))
        {
            byte[] body = JsonSerializer.SerializeToUtf8Bytes(alert, AnswerJson.Default.Alert);
            await Task.WhenAll(_urls.Select(url => DeliverAsync(url, alert, body, stop)));
        }
    }

    private async Task DeliverAsync(Uri url, Alert alert, byte[] body, CancellationToken stop)
    {
        string problem = "";
        for (int attempt = 0; attempt <= s_waits.Length; attempt++)
        {
            if (attempt > 0)
            {
                await Task.Delay(s_waits[attempt - 1], _time, stop);
            }
            try
            {
                using ByteArrayContent content = new(body);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                using HttpResponseMessage answer = await _http.PostAsync(url, content, stop);
                if (answer.IsSuccessStatusCode)
                {
                    WebhookLog.Delivered(_logger, alert.Event, url.Host);
                    return;
                }
                problem = $"it answered {(int)answer.StatusCode}";
                if (answer.StatusCode < HttpStatusCode.InternalServerError && answer.StatusCode != HttpStatusCode.TooManyRequests)
                {
                    break; // it will not like it better the second time
                }
            }
            catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !stop.IsCancellationRequested))
            {
                problem = e.Message;
            }
        }
        WebhookLog.Failed(_logger, alert.Event, url.Host, problem);
    }
}

internal static partial class WebhookLog
{
    [LoggerMessage(Level = LogLevel.Debug, EventName = "alert_delivered",
        Message = "{Event} was delivered to {Host}")]
    public static partial void Delivered(ILogger logger, string @event, string host);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "alert_failed",
        Message = "{Event} could not be delivered to {Host}: {Problem}")]
    public static partial void Failed(ILogger logger, string @event, string host, string problem);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "alert_dropped",
        Message = "{Event} is not sent: {Max} alerts wait already")]
    public static partial void Dropped(ILogger logger, string @event, int max);
}
