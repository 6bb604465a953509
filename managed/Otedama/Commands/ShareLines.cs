using System.Buffers;

namespace Otedama;

/// <summary>
/// The lines of a chain in a file that say something: neither blank nor a comment. No line is read further than it may
/// be long.
/// </summary>
internal sealed class ShareLines(TextReader text)
{
    /// <summary>Hex digits of the longest share, 4,096 bytes; the line of parameters is shorter.</summary>
    public const int CharactersMax = 8_192;

    private const char Comment = '#';

    private static readonly SearchValues<char> s_ends = SearchValues.Create("\r\n");

    private readonly char[] _buffer = new char[1 << 16];
    private readonly char[] _line = new char[CharactersMax + 1];
    private int _at, _end;

    /// <summary>
    /// The next one, null at the end. One of CharactersMax + 1 characters is the beginning of a longer one, and nothing
    /// that follows means anything then.
    /// </summary>
    public string? Next()
    {
        while (Fill())
        {
            int blank = _buffer.AsSpan(_at, _end - _at).IndexOfAnyExcept(s_ends);
            if (blank < 0)
            {
                _at = _end;
                continue;
            }
            _at += blank;
            if (_buffer[_at] == Comment)
            {
                Pass();
                continue;
            }
            ReadOnlySpan<char> line = _line.AsSpan(0, Take());
            if (!line.IsWhiteSpace())
            {
                return line.ToString();
            }
        }
        return null;
    }

    /// <summary>The rest of the line, as far as it may go.</summary>
    private int Take()
    {
        int length = 0;
        while (length < _line.Length && Fill())
        {
            ReadOnlySpan<char> here = _buffer.AsSpan(_at, Math.Min(_end - _at, _line.Length - length));
            int end = here.IndexOfAny(s_ends);
            ReadOnlySpan<char> part = end < 0 ? here : here[..end];
            part.CopyTo(_line.AsSpan(length));
            (length, _at) = (length + part.Length, _at + part.Length);
            if (end >= 0)
            {
                break;
            }
        }
        return length;
    }

    private void Pass()
    {
        while (Fill())
        {
            int end = _buffer.AsSpan(_at, _end - _at).IndexOfAny(s_ends);
            _at = end < 0 ? _end : _at + end;
            if (end >= 0)
            {
                return;
            }
        }
    }

    /// <summary>False at the end of the text.</summary>
    private bool Fill()
    {
        if (_at == _end)
        {
            (_at, _end) = (0, text.Read(_buffer, 0, _buffer.Length));
        }
        return _end > 0;
    }
}
