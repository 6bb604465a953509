namespace Otedama.Wire;

/// <summary>Enumerates the elements of a JSON array that JsonCursor has already accepted; nothing for other values.</summary>
public ref struct JsonElements
{
    private JsonCursor _cursor;
    private JsonValue _current;
    private bool _first;
    private readonly bool _isArray;

    public JsonElements(ReadOnlySpan<byte> raw)
    {
        _cursor = new JsonCursor(raw);
        _isArray = _cursor.TryTake((byte)'[');
        _first = true;
    }

    public readonly JsonValue Current => _current;

    public readonly JsonElements GetEnumerator() => this;

    public bool MoveNext()
    {
        if (!_isArray || _cursor.TryTake((byte)']') || !(_first || _cursor.TryTake((byte)',')))
        {
            return false;
        }
        _first = false;
        return _cursor.TryReadValue(out _current);
    }
}
