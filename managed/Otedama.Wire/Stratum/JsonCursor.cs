namespace Otedama.Wire;

/// <summary>
/// Walks one JSON text without allocating and without throwing: bad input is a false return. Strict about the grammar
/// of RFC 8259, with a nesting limit; text outside strings is ASCII by that grammar.
/// </summary>
public ref struct JsonCursor
{
    /// <summary>Deepest nesting accepted. The deepest real message, a subscribe result, needs 4.</summary>
    public const int DepthMax = 16;

    private readonly ReadOnlySpan<byte> _text;
    private int _at;

    public JsonCursor(ReadOnlySpan<byte> utf8)
    {
        _text = utf8;
        _at = 0;
    }

    /// <summary>True when the text is exactly one JSON value, white space around it allowed.</summary>
    public static bool IsComplete(ReadOnlySpan<byte> utf8)
    {
        JsonCursor cursor = new(utf8);
        return cursor.TryReadValue(out _) && cursor.AtEnd();
    }

    /// <summary>True when only white space is left.</summary>
    public bool AtEnd()
    {
        SkipSpace();
        return _at == _text.Length;
    }

    /// <summary>Consumes one punctuation byte, white space before it skipped.</summary>
    public bool TryTake(byte punctuation)
    {
        SkipSpace();
        if (_at < _text.Length && _text[_at] == punctuation)
        {
            _at++;
            return true;
        }
        return false;
    }

    /// <summary>Consumes one complete value and returns its raw text, quotes and brackets included.</summary>
    public bool TryReadValue(out JsonValue value)
    {
        SkipSpace();
        int start = _at;
        bool good = SkipValue(0);
        value = new JsonValue(good ? _text[start.._at] : default);
        return good;
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && _text[_at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            _at++;
        }
    }

    private bool SkipValue(int depth)
    {
        if (_at >= _text.Length)
        {
            return false;
        }
        switch (_text[_at])
        {
            case (byte)'"': return SkipString();
            case (byte)'{': return depth < DepthMax && SkipContainer((byte)'}', depth);
            case (byte)'[': return depth < DepthMax && SkipContainer((byte)']', depth);
            case (byte)'t': return SkipWord("true"u8);
            case (byte)'f': return SkipWord("false"u8);
            case (byte)'n': return SkipWord("null"u8);
            default: return SkipNumber();
        }
    }

    private bool SkipContainer(byte close, int depth)
    {
        _at++;
        SkipSpace();
        if (TryTake(close))
        {
            return true;
        }
        while (true)
        {
            SkipSpace();
            if (close == '}' && !(SkipKey() && TryTake((byte)':')))
            {
                return false;
            }
            SkipSpace();
            if (!SkipValue(depth + 1))
            {
                return false;
            }
            if (TryTake(close))
            {
                return true;
            }
            if (!TryTake((byte)','))
            {
                return false;
            }
        }
    }

    private bool SkipKey() => _at < _text.Length && _text[_at] == '"' && SkipString();

    private bool SkipString()
    {
        _at++;
        while (true)
        {
            int stop = _text[_at..].IndexOfAny((byte)'"', (byte)'\\');
            if (stop < 0 || _text.Slice(_at, stop).ContainsAnyInRange((byte)0, (byte)0x1f))
            {
                return false;
            }
            _at += stop + 1;
            if (_text[_at - 1] == '"')
            {
                return true;
            }
            if (!SkipEscape())
            {
                return false;
            }
        }
    }

    private bool SkipEscape()
    {
        if (_at >= _text.Length)
        {
            return false;
        }
        byte kind = _text[_at++];
        if (kind != 'u')
        {
            return "\"\\/bfnrt"u8.Contains(kind);
        }
        if (_text.Length - _at < 4)
        {
            return false;
        }
        for (int i = 0; i < 4; i++)
        {
            if (!char.IsAsciiHexDigit((char)_text[_at++]))
            {
                return false;
            }
        }
        return true;
    }

    private bool SkipWord(ReadOnlySpan<byte> word)
    {
        if (!_text[_at..].StartsWith(word))
        {
            return false;
        }
        _at += word.Length;
        return true;
    }

    private bool SkipNumber()
    {
        if (_text[_at] == '-')
        {
            _at++;
        }
        int start = _at;
        int digits = SkipDigits();
        if (digits == 0 || (digits > 1 && _text[start] == '0'))
        {
            return false;
        }
        if (_at < _text.Length && _text[_at] == '.')
        {
            _at++;
            if (SkipDigits() == 0)
            {
                return false;
            }
        }
        return SkipExponent();
    }

    private bool SkipExponent()
    {
        if (_at >= _text.Length || (_text[_at] | 0x20) != 'e')
        {
            return true;
        }
        _at++;
        if (_at < _text.Length && _text[_at] is (byte)'+' or (byte)'-')
        {
            _at++;
        }
        return SkipDigits() > 0;
    }

    private int SkipDigits()
    {
        int start = _at;
        while (_at < _text.Length && char.IsAsciiDigit((char)_text[_at]))
        {
            _at++;
        }
        return _at - start;
    }
}
