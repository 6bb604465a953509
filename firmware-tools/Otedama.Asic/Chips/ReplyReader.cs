namespace Otedama.Asic;

/// <summary>
/// Finds frames in what chips send: looks for AA 55, tests the CRC at the expected length, and on failure goes on one
/// byte further, so that no good frame behind rubbish is lost. Not even one that begins inside of rubbish whose five
/// CRC bits happen to be right: the inside of a good frame is looked through, too. Replies without a preamble are found
/// by their CRC alone, one behind the other.
/// </summary>
public sealed class ReplyReader
{
    /// <summary>Bytes of a reply without a preamble (BM1387).</summary>
    public const int BareLength = 7;

    /// <summary>Bytes of a reply before the version rolls in the chip, and of BM1397 always.</summary>
    public const int ShortLength = 9;

    /// <summary>Bytes of a reply after that.</summary>
    public const int LongLength = 11;

    /// <summary>Find out which of the two it is.</summary>
    public const int Learn = 0;

    internal const int RegisterType = 0, NonceType = 4;

    internal const byte First = 0xaa, Second = 0x55;

    /// <summary>More than a chain of 126 chips sends in 10 ms at 3.125 Mbaud; what is beyond waits in the
    /// link.</summary>
    private const int Capacity = 4096;

    private readonly byte[] _bytes = new byte[Capacity];
    private int _start, _end;
    private int _covered;   // bytes before it belong to a good frame
    private bool _isLost;   // without a preamble: the last byte belonged to no frame
    private int _length;

    /// <param name="length">ShortLength, LongLength, BareLength or Learn.</param>
    public ReplyReader(int length) => _length = length;

    public long Good { get; private set; }

    /// <summary>A preamble with a wrong CRC behind it.</summary>
    public long CrcErrors { get; private set; }

    /// <summary>Bytes that belonged to no good frame.</summary>
    public long ResyncBytes { get; private set; }

    /// <summary>Bytes that are no whole frame yet.</summary>
    public int Waiting => _end - Math.Max(_start, _covered);

    /// <summary>ShortLength, LongLength, BareLength, or Learn while it is not known.</summary>
    public int Length => _length;

    /// <summary>Replies have that length from here on.</summary>
    public void Expect(int length) => _length = length;

    /// <summary>Forgets what is not a whole frame yet.</summary>
    public void Clear() => (_start, _end, _covered, _isLost) = (0, 0, 0, false);

    /// <summary>Where to put what came next; never empty after TryRead gave nothing.</summary>
    public Span<byte> Room()
    {
        if (_start > 0)
        {
            _bytes.AsSpan(_start.._end).CopyTo(_bytes);
            _end -= _start;
            _covered = Math.Max(0, _covered - _start);
            _start = 0;
        }
        return _bytes.AsSpan(_end);
    }

    /// <summary>So many bytes were put into Room.</summary>
    public void Added(int count) => _end += count;

    /// <summary>
    /// The next good frame. isQuiet: nothing came for a while, which decides between 9 and 11 bytes while that is
    /// learnt.
    /// </summary>
    public bool TryRead(out ChipReply reply, bool isQuiet = false)
    {
        while (_length != BareLength)
        {
            int found = _bytes.AsSpan(_start.._end).IndexOf(First);
            if (found < 0)
            {
                SkipTo(_end);
                break;
            }
            SkipTo(_start + found);
            if (_start + 1 == _end)
            {
                break;
            }
            if (_bytes[_start + 1] != Second)
            {
                SkipTo(_start + 1);
                continue;
            }
            int length = Test(_bytes.AsSpan(_start.._end), isQuiet);
            if (length < 0)
            {
                break;
            }
            if (length == 0)
            {
                CrcErrors += _start >= _covered ? 1 : 0;
                SkipTo(_start + 1);
                continue;
            }
            reply = ChipReply.FromBody(_bytes.AsSpan(_start + 2, length - 2));
            Good++;
            _covered = Math.Max(_covered, _start + length);
            _start += 2;
            return true;
        }
        return TryReadBare(out reply);
    }

    /// <summary>What is in no good frame may be anything: a byte is dropped, and the next place tried.</summary>
    private bool TryReadBare(out ChipReply reply)
    {
        reply = default;
        while (_length == BareLength && _end - _start >= BareLength)
        {
            ReadOnlySpan<byte> bytes = _bytes.AsSpan(_start, BareLength);
            if (IsGoodBody(bytes))
            {
                reply = ChipReply.FromBody(bytes);
                Good++;
                (_start, _isLost) = (_start + BareLength, false);
                return true;
            }
            CrcErrors += _isLost ? 0 : 1;
            _isLost = true;
            SkipTo(_start + 1);
        }
        return false;
    }

    /// <summary>The length of the frame at the beginning, 0 = there is none, negative = too early to say.</summary>
    private int Test(ReadOnlySpan<byte> bytes, bool isQuiet)
    {
        if (_length != Learn)
        {
            return bytes.Length < _length ? -1 : IsGood(bytes[.._length]) ? _length : 0;
        }
        if (bytes.Length < ShortLength)
        {
            return -1;
        }
        bool isShort = IsGood(bytes[..ShortLength]);
        if (bytes.Length < LongLength)
        {
            return isShort && isQuiet ? _length = ShortLength : -1;
        }
        bool isFollowed = bytes[ShortLength] == First && bytes[ShortLength + 1] == Second;
        if (IsGood(bytes[..LongLength]) && !(isShort && isFollowed))
        {
            return _length = LongLength;
        }
        return isShort ? _length = ShortLength : 0;
    }

    private static bool IsGood(ReadOnlySpan<byte> frame) => IsGoodBody(frame[2..]);

    private static bool IsGoodBody(ReadOnlySpan<byte> bytes) =>
        bytes[^1] >> 5 is RegisterType or NonceType && Crc5.Compute(bytes) == 0;

    private void SkipTo(int end)
    {
        ResyncBytes += Math.Max(0, end - Math.Max(_start, _covered));
        _start = end;
    }
}
