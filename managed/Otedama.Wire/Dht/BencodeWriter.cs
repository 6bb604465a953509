using System.Buffers.Text;
using System.Runtime.CompilerServices;

namespace Otedama.Wire;

/// <summary>
/// Writes bencoded values into a buffer, in the one canonical form: a key that does not come after the one before
/// it is a mistake of ours and an InvalidOperationException, a buffer too small an ArgumentException.
/// </summary>
public ref struct BencodeWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;
    private LastKeys _lastKeys;
    private int _depth;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    public readonly ReadOnlySpan<byte> Written => _destination[..Length];

    public void BeginDictionary() => Begin((byte)'d');

    public void BeginList() => Begin((byte)'l');

    public void End()
    {
        _depth--;
        Add("e"u8);
    }

    /// <summary>A key of the dictionary that was begun last; its value comes next.</summary>
    public void Key(scoped ReadOnlySpan<byte> key)
    {
        (int at, int length) = _lastKeys[_depth];
        if (at > 0 && key.SequenceCompareTo(_destination.Slice(at, length)) <= 0)
        {
            throw new InvalidOperationException("bencode: a key has to come after the one before it");
        }
        Text(key);
        _lastKeys[_depth] = (Length - key.Length, key.Length);
    }

    public void Text(scoped ReadOnlySpan<byte> bytes)
    {
        Number(bytes.Length);
        Add(":"u8);
        Add(bytes);
    }

    public void Integer(long number)
    {
        Add("i"u8);
        Number(number);
        Add("e"u8);
    }

    private void Begin(byte letter)
    {
        _depth++;
        if (_depth > Bencoded.DepthMax)
        {
            throw new InvalidOperationException($"bencode: more than {Bencoded.DepthMax} levels");
        }
        _lastKeys[_depth] = default;
        Add([letter]);
    }

    private void Number(long number)
    {
        if (!Utf8Formatter.TryFormat(number, _destination[Length..], out int written))
        {
            throw new ArgumentException($"bencode: the buffer of {_destination.Length} bytes is full");
        }
        Length += written;
    }

    private void Add(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_destination[Length..]);
        Length += bytes.Length;
    }

    /// <summary>Where the last key of each level stands; 0 = none yet.</summary>
    [InlineArray(Bencoded.DepthMax + 1)]
    private struct LastKeys
    {
        private (int At, int Length) _first;
    }
}
