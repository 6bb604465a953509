using System.Buffers;
using System.Buffers.Text;

namespace Otedama.Wire;

/// <summary>
/// Bytes on their way out: grows in pooled memory and gives it back when emptied. Not thread-safe.
/// </summary>
public sealed class WireBuffer : IBufferWriter<byte>
{
    private const int FirstBytes = 512;

    /// <summary>
    /// What is left when so many times as much has gone moves to the front, so that the same memory takes what comes; unless
    /// there is so much of it that it had better be given back.
    /// </summary>
    private const int GoneTimes = 8, ReusedBytes = 512 << 10;

    private byte[] _bytes = [];
    private int _start;

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(_start, Length);

    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(_start, Length);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        Advance(bytes.Length);
    }

    public void Append(byte value)
    {
        GetSpan(1)[0] = value;
        Advance(1);
    }

    public void AppendHex(ReadOnlySpan<byte> bytes)
    {
        _ = Convert.TryToHexStringLower(bytes, GetSpan(bytes.Length * 2), out int written);
        Advance(written);
    }

    /// <summary>8 lower-case hex digits, most significant first.</summary>
    public void AppendHex(uint number)
    {
        _ = Utf8Formatter.TryFormat(number, GetSpan(8), out int written, new StandardFormat('x', 8));
        Advance(written);
    }

    public void AppendNumber(long number)
    {
        _ = Utf8Formatter.TryFormat(number, GetSpan(20), out int written);
        Advance(written);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(1, sizeHint));
        return _bytes.AsSpan(_start + Length);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(1, sizeHint));
        return _bytes.AsMemory(_start + Length);
    }

    public void Advance(int count) => Length += count;

    /// <summary>Forgets the first count bytes, those that were sent.</summary>
    public void Consume(int count)
    {
        _start += count;
        Length -= count;
        if (Length == 0)
        {
            Clear();
        }
        else if (_start / GoneTimes >= Length && _bytes.Length <= ReusedBytes)
        {
            Written.CopyTo(_bytes);
            _start = 0;
        }
    }

    /// <summary>Empties the buffer but keeps its memory for the next message.</summary>
    public void Reset()
    {
        Length = 0;
        _start = 0;
    }

    /// <summary>Empties the buffer and returns its memory to the pool.</summary>
    public void Clear()
    {
        Length = 0;
        _start = 0;
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
        }
    }

    private void Reserve(int more)
    {
        int end = _start + Length;
        if (_bytes.Length - end >= more)
        {
            return;
        }
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(FirstBytes, checked((Length + more) * 3 / 2)));
        Written.CopyTo(larger);
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }
        _bytes = larger;
        _start = 0;
    }
}
