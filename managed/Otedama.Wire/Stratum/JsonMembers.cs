namespace Otedama.Wire;

/// <summary>One name and value of a JSON object; the name as received, escapes not undone.</summary>
public readonly ref struct JsonMember
{
    public JsonMember(ReadOnlySpan<byte> name, JsonValue value)
    {
        Name = name;
        Value = value;
    }

    public ReadOnlySpan<byte> Name { get; }

    public JsonValue Value { get; }
}

/// <summary>Enumerates the members of a JSON object; stops at the first error, which <see cref="Failed"/> tells.</summary>
public ref struct JsonMembers
{
    private JsonCursor _cursor;
    private bool _first;
    private bool _done;
    private ReadOnlySpan<byte> _name;
    private JsonValue _value;

    public JsonMembers(ReadOnlySpan<byte> raw)
    {
        _cursor = new JsonCursor(raw);
        _first = true;
        Failed = !_cursor.TryTake((byte)'{');
        _done = Failed;
    }

    /// <summary>True when the text is not a well-formed object; reliable once MoveNext has returned false.</summary>
    public bool Failed { get; private set; }

    public readonly JsonMember Current => new(_name, _value);

    public readonly JsonMembers GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_done)
        {
            return false;
        }
        bool atClose = _cursor.TryTake((byte)'}');
        if (atClose)
        {
            _done = true;
            Failed = !_cursor.AtEnd();
            return false;
        }
        if (!(_first || _cursor.TryTake((byte)',')) || !TryReadMember())
        {
            _done = true;
            Failed = true;
            return false;
        }
        _first = false;
        return true;
    }

    private bool TryReadMember()
    {
        if (!_cursor.TryReadValue(out JsonValue name) || !name.IsString || !_cursor.TryTake((byte)':'))
        {
            return false;
        }
        _name = name.Inner;
        return _cursor.TryReadValue(out _value);
    }
}
