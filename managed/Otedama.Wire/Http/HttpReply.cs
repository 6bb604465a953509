using System.Text;
using Microsoft.AspNetCore.Http;

namespace Otedama.Wire;

/// <summary>Whole answers in one write.</summary>
public static class HttpReply
{
    public static Task TextAsync(HttpContext context, int status, string text) =>
        BytesAsync(context, status, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text));

    public static Task JsonAsync(HttpContext context, int status, ReadOnlyMemory<byte> json) =>
        BytesAsync(context, status, "application/json", json);

    public static async Task BytesAsync(HttpContext context, int status, string contentType, ReadOnlyMemory<byte> body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }
    }

    /// <summary>
    /// Reads the whole body. The host's BodyBytesMax holds; beyond it Kestrel throws and the client gets 413.
    /// </summary>
    public static async Task<byte[]> ReadBodyAsync(HttpContext context, CancellationToken cancellation)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body, cancellation);
        return body.ToArray();
    }
}
