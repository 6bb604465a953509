namespace Otedama.Mining;

/// <summary>Cuts a stream into lines (LF or CRLF). A line over the limit ends the connection: no pool needs one.</summary>
internal sealed class LineReader(Stream stream)
{
    /// <summary>A notify with a 16 KiB coinbase and 32 branches is 35 KiB of hex; the rest is tolerance.</summary>
    public const int LineBytesMax = 256 * 1024;

    private byte[] _buffer = new byte[8192];
    private int _start;
    private int _end;
    private int _scanned;

    /// <summary>The next complete line already received, without its end. Valid until the next call.</summary>
    public bool TryReadLine(out ReadOnlyMemory<byte> line)
    {
        int at = _buffer.AsSpan(_scanned, _end - _scanned).IndexOf((byte)'\n');
        if (at < 0)
        {
            _scanned = _end;
            line = default;
            return false;
        }
        int length = _scanned + at - _start;
        line = _buffer.AsMemory(_start, length > 0 && _buffer[_start + length - 1] == '\r' ? length - 1 : length);
        _start += length + 1;
        _scanned = _start;
        return true;
    }

    /// <summary>Receives more. False at the end of the stream. Throws UpstreamException when a line is too long.</summary>
    public async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _scanned -= _start;
            _start = 0;
        }
        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= LineBytesMax)
            {
                throw new UpstreamException($"the pool sent a line of more than {LineBytesMax} bytes: this is not Stratum");
            }
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        }
        int read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellation).ConfigureAwait(false);
        _end += read;
        return read > 0;
    }
}
