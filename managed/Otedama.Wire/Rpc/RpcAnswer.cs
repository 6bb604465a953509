using System.Buffers;

namespace Otedama.Wire;

/// <summary>A successful answer. Owns a rented buffer: dispose it, and use Result only before.</summary>
public sealed class RpcAnswer : IDisposable
{
    private readonly Range _result;
    private byte[]? _buffer;

    internal RpcAnswer(byte[] buffer, Range result)
    {
        _buffer = buffer;
        _result = result;
    }

    /// <summary>The answer of a node inside this process: result is the value of "result" as UTF-8 JSON.</summary>
    public static RpcAnswer Of(ReadOnlySpan<byte> result)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(result.Length);
        result.CopyTo(buffer);
        return new RpcAnswer(buffer, ..result.Length);
    }

    /// <summary>The value of "result" as UTF-8 JSON; "null" when it was null or missing.</summary>
    public ReadOnlySpan<byte> Result
    {
        get
        {
            ObjectDisposedException.ThrowIf(_buffer is null, this);
            return _result.Equals(default) ? "null"u8 : _buffer.AsSpan(_result);
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
