using System.Net;
using System.Net.Http.Headers;

namespace Otedama.Wire;

/// <summary>A request body sent from its segments, with a known length because old nodes do not take chunks.</summary>
internal sealed class RpcContent : HttpContent
{
    private readonly ReadOnlyMemory<byte>[] _segments;

    public RpcContent(ReadOnlyMemory<byte>[] segments)
    {
        _segments = segments;
        Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        foreach (ReadOnlyMemory<byte> segment in _segments)
        {
            await stream.WriteAsync(segment, cancellationToken);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        foreach (ReadOnlyMemory<byte> segment in _segments)
        {
            length += segment.Length;
        }
        return true;
    }
}
