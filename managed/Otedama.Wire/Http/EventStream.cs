using System.Text;
using Microsoft.AspNetCore.Http;

namespace Otedama.Wire;

/// <summary>Server-sent events over one response. One writer; each send is flushed.</summary>
public sealed class EventStream
{
    private readonly HttpContext _context;

    private EventStream(HttpContext context) => _context = context;

    /// <summary>Sends the headers. Afterwards only SendAsync and PingAsync make sense on this context.</summary>
    public static async Task<EventStream> StartAsync(HttpContext context, CancellationToken cancellation)
    {
        context.Response.StatusCode = 200;
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.StartAsync(cancellation);
        await context.Response.Body.FlushAsync(cancellation);
        return new EventStream(context);
    }

    /// <summary>Sends one event; line breaks in data are kept as the format demands.</summary>
    public Task SendAsync(string name, string data, CancellationToken cancellation)
    {
        StringBuilder text = new("event: ");
        text.Append(name).Append('\n');
        foreach (string line in data.Split('\n'))
        {
            text.Append("data: ").Append(line).Append('\n');
        }
        return WriteAsync(text.Append('\n').ToString(), cancellation);
    }

    /// <summary>A comment that keeps intermediaries from closing an idle stream.</summary>
    public Task PingAsync(CancellationToken cancellation) => WriteAsync(": ping\n\n", cancellation);

    private async Task WriteAsync(string text, CancellationToken cancellation)
    {
        await _context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), cancellation);
        await _context.Response.Body.FlushAsync(cancellation);
    }
}
