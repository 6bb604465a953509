using System.Buffers;

namespace Otedama.Wire;

/// <summary>
/// Sealed bytes of a peer in, frames out, opened in place. A header is judged before memory is given to its payload.
/// Never throws on what was sent; after a fault nothing that follows means anything. One caller.
/// </summary>
/// <param name="cipher">Of this direction; disposed with the reader.</param>
/// <param name="payloadMax">Longest payload taken, bytes.</param>
public sealed class NoiseReader(NoiseCipher cipher, int payloadMax) : IDisposable
{
    private byte[] _bytes = [];
    private int _start;
    private int _end;
    private bool _hasHeader;
    private Sv2Header _header;

    /// <summary>Bytes received of a frame that is not whole yet.</summary>
    public int Buffered => _end - _start;

    public void Append(ReadOnlySpan<byte> received)
    {
        Reserve(received.Length);
        received.CopyTo(_bytes.AsSpan(_end));
        _end += received.Length;
    }

    /// <summary>
    /// The next whole frame; false when there is none yet, or when fault says what is wrong. The payload is valid
    /// until the next call.
    /// </summary>
    public bool TryNext(out Sv2Header header, out ReadOnlySpan<byte> payload, out Sv2Fault fault)
    {
        payload = default;
        fault = Sv2Fault.None;
        if (!_hasHeader && !TryOpenHeader(out fault))
        {
            header = default;
            return false;
        }
        header = _header;
        int body = NoiseFrames.BodyBytes(header.Length);
        if (Buffered < body)
        {
            return false;
        }
        Span<byte> opened = _bytes.AsSpan(_start, body);
        if (!NoiseFrames.TryOpenBody(cipher, opened, header.Length))
        {
            fault = Sv2Fault.Seal;
            return false;
        }
        payload = opened[..header.Length];
        _start += body;
        _hasHeader = false;
        return true;
    }

    public void Dispose()
    {
        cipher.Dispose();
        GiveBack();
    }

    private bool TryOpenHeader(out Sv2Fault fault)
    {
        fault = Sv2Fault.None;
        if (Buffered < NoiseFrames.HeaderBytes)
        {
            return false;
        }
        Span<byte> opened = _bytes.AsSpan(_start, NoiseFrames.HeaderBytes);
        if (!cipher.TryOpen(opened, opened))
        {
            fault = Sv2Fault.Seal;
            return false;
        }
        _header = Sv2Header.Read(opened);
        _start += NoiseFrames.HeaderBytes;
        fault = _header.Length > payloadMax ? Sv2Fault.Length : Sv2Fault.None;
        _hasHeader = fault == Sv2Fault.None;
        return _hasHeader;
    }

    /// <summary>Moves what is left to the front, and into a larger buffer when it has to.</summary>
    private void Reserve(int more)
    {
        int held = Buffered;
        if (held == 0)
        {
            (_start, _end) = (0, 0);
        }
        if (_bytes.Length - _end >= more)
        {
            return;
        }
        byte[] target = _bytes.Length >= held + more ? _bytes : ArrayPool<byte>.Shared.Rent(held + more);
        _bytes.AsSpan(_start, held).CopyTo(target);
        if (target != _bytes)
        {
            GiveBack();
            _bytes = target;
        }
        (_start, _end) = (0, held);
    }

    private void GiveBack()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
        }
    }
}
