using System.Text;

namespace Otedama.Wire;

/// <summary>
/// One call, written once and sendable many times. Parameters are JSON text in UTF-8 segments, so that a block's hex is
/// neither copied nor escaped.
/// </summary>
public sealed class RpcRequest
{
    private RpcRequest(string method, ReadOnlyMemory<byte>[] segments)
    {
        Method = method;
        Segments = segments;
    }

    public string Method { get; }

    internal ReadOnlyMemory<byte>[] Segments { get; }

    /// <summary>The whole call as JSON text.</summary>
    public override string ToString() => string.Concat(Segments.Select(static part => Encoding.UTF8.GetString(part.Span)));

    /// <summary>parameters: JSON values separated by commas, without the array's brackets; empty for none.</summary>
    public static RpcRequest Create(string method, string parameters = "") =>
        Create(method, [Encoding.UTF8.GetBytes(parameters)]);

    /// <summary>As above; the segments together are the parameters. They must not change while the request is in use.</summary>
    public static RpcRequest Create(string method, ReadOnlySpan<ReadOnlyMemory<byte>> parameters)
    {
        byte[] head = Encoding.UTF8.GetBytes($"{{\"jsonrpc\":\"1.0\",\"id\":0,\"method\":\"{method}\",\"params\":[");
        return new RpcRequest(method, [head, .. parameters, "]}"u8.ToArray()]);
    }
}
