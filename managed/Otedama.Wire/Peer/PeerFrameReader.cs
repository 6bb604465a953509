using System.Buffers.Binary;

namespace Otedama.Wire;

/// <summary>
/// Bytes of a peer in, frames out. A header is judged as soon as it is there, so a peer that lies about a length does
/// not get memory for it. Never throws on what a peer sent. One caller.
/// </summary>
public sealed class PeerFrameReader
{
    private readonly WireBuffer _bytes = new();
    private int _taken; // of the frame that was given out last
    private uint _skip; // bytes of a skippable frame still to come
    private long _skipped; // of all of them whose headers were seen, since somebody asked

    /// <summary>Bytes that were received and not given out.</summary>
    public int Buffered => _bytes.Length - _taken;

    /// <summary>A frame has begun and not ended.</summary>
    public bool IsInFrame => Buffered > 0 || _skip > 0;

    /// <summary>Bytes of frames that were skipped since the last call, from their headers on.</summary>
    public long TakeSkipped()
    {
        long skipped = _skipped;
        _skipped = 0;
        return skipped;
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        int skipped = (int)Math.Min(_skip, (uint)bytes.Length);
        _skip -= (uint)skipped;
        if (skipped < bytes.Length)
        {
            _bytes.Append(bytes[skipped..]);
        }
    }

    /// <summary>
    /// False when there is no whole frame yet or something is wrong, which fault then says; after a fault nothing that
    /// follows means anything.
    /// </summary>
    public bool TryNext(out PeerFrame frame, out PeerFault fault)
    {
        frame = default;
        fault = PeerFault.None;
        Forget();
        while (_bytes.Length >= PeerFrame.HeaderBytes)
        {
            ReadOnlySpan<byte> header = _bytes.Written[..PeerFrame.HeaderBytes];
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(header);
            ushort number = BinaryPrimitives.ReadUInt16LittleEndian(header[4..]);
            uint correlation = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
            bool flagged = BinaryPrimitives.ReadUInt16LittleEndian(header[6..]) != 0;
            if (number >= PeerFrame.SkippableFrom && !flagged && length <= PeerMessageRule.FrameBytesMax)
            {
                Skip(length);
                continue;
            }
            PeerMessageRule? rule = PeerMessageRule.Of((PeerMessage)number);
            fault = flagged ? PeerFault.Flags : Judge(rule, number, length, correlation);
            if (fault != PeerFault.None || _bytes.Length < PeerFrame.HeaderBytes + (int)length)
            {
                return false;
            }
            frame = new PeerFrame(rule!, correlation, _bytes.Written.Slice(PeerFrame.HeaderBytes, (int)length));
            fault = PeerBody.Check(frame);
            _taken = PeerFrame.HeaderBytes + (int)length;
            return fault == PeerFault.None;
        }
        return false;
    }

    /// <summary>Gives memory back; the link is gone.</summary>
    public void Clear()
    {
        _taken = 0;
        _bytes.Clear();
    }

    private static PeerFault Judge(PeerMessageRule? rule, ushort number, uint length, uint correlation)
    {
        if (rule is null)
        {
            return number >= PeerFrame.SkippableFrom ? PeerFault.TooLong : PeerFault.UnknownMessage;
        }
        if (length > rule.BytesMax)
        {
            return PeerFault.TooLong;
        }
        if (length < rule.BytesMin)
        {
            return PeerFault.TooShort;
        }
        bool fits = rule.Correlation == PeerCorrelation.Either
            || (rule.Correlation == PeerCorrelation.Paired) == (correlation != 0);
        return fits ? PeerFault.None : PeerFault.Correlation;
    }

    private void Skip(uint length)
    {
        _skipped += PeerFrame.HeaderBytes + length;
        _bytes.Consume(PeerFrame.HeaderBytes);
        int here = (int)Math.Min(length, (uint)_bytes.Length);
        _bytes.Consume(here);
        _skip = length - (uint)here;
    }

    private void Forget()
    {
        if (_taken > 0)
        {
            _bytes.Consume(_taken);
            _taken = 0;
        }
    }
}
