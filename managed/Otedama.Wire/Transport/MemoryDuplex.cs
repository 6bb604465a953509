using System.Threading.Tasks.Sources;

namespace Otedama.Wire;

/// <summary>
/// A stream between memory and memory: what is fed can be read, what is written goes to a delegate at once. A read
/// that waits is continued on the thread that feeds. One feeder and one reader.
/// </summary>
internal sealed class MemoryDuplex(MemoryDuplex.Sink written) : Stream, IValueTaskSource<int>
{
    private readonly WireBuffer _fed = new();
    private ManualResetValueTaskSourceCore<int> _read;
    private ReadOnlyMemory<byte> _lent; // by the Feed under way, behind what was fed before
    private Memory<byte> _target;
    private bool _isReading;
    private bool _isEnded;

    /// <summary>Takes what is written, before the write returns.</summary>
    public delegate void Sink(ReadOnlySpan<byte> bytes);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        _fed.Append(bytes);
        Continue();
    }

    /// <summary>As above; only what nobody has read within the call is copied.</summary>
    public void Feed(ReadOnlyMemory<byte> bytes)
    {
        _lent = bytes;
        Continue();
        if (_lent.Length > 0)
        {
            _fed.Append(_lent.Span);
            _lent = default;
        }
    }

    /// <summary>What was fed can still be read; after it comes the end of the stream.</summary>
    public void End()
    {
        _isEnded = true;
        Continue();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_fed.Length + _lent.Length > 0 || _isEnded)
        {
            return ValueTask.FromResult(Take(buffer));
        }
        (_target, _isReading) = (buffer, true);
        return new ValueTask<int>(this, _read.Version);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        written(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public int GetResult(short token)
    {
        int count = _read.GetResult(token);
        _read.Reset();
        return count;
    }

    public ValueTaskSourceStatus GetStatus(short token) => _read.GetStatus(token);

    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("read asynchronously");

    public override void Write(byte[] buffer, int offset, int count) => written(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Continue()
    {
        if (_isReading)
        {
            _isReading = false;
            _read.SetResult(Take(_target));
        }
    }

    /// <summary>A read of nothing asks whether there is something, and takes nothing.</summary>
    private int Take(Memory<byte> buffer)
    {
        if (_fed.Length == 0)
        {
            int lent = Math.Min(buffer.Length, _lent.Length);
            _lent[..lent].CopyTo(buffer);
            _lent = _lent[lent..];
            return lent;
        }
        int count = Math.Min(buffer.Length, _fed.Length);
        _fed.Written[..count].CopyTo(buffer.Span);
        _fed.Consume(count);
        return count;
    }
}
