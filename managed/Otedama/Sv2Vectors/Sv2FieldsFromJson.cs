using System.Text.Json;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama;

/// <summary>
/// Fills the fields of a message from a vector's, or compares them with a message that was decoded. A missing or
/// malformed value is a FormatException; Seen counts the fields, so that a vector with more of them is noticed.
/// </summary>
/// <param name="fields">The vector's.</param>
/// <param name="differences">Null = fill; else compare, and say here what differs.</param>
internal struct Sv2FieldsFromJson(JsonElement fields, List<string>? differences) : ISv2Fields
{
    private readonly JsonElement _fields = fields;
    private readonly List<string>? _differences = differences;

    public int Seen { get; private set; }

    public void U8(string name, ref byte value) => value = (byte)Number(name, byte.MaxValue, value);

    public void U16(string name, ref ushort value) => value = (ushort)Number(name, ushort.MaxValue, value);

    public void U32(string name, ref uint value) => value = (uint)Number(name, uint.MaxValue, value);

    public void U64(string name, ref ulong value) => value = Number(name, ulong.MaxValue, value);

    public void F32(string name, ref float value)
    {
        float expected = Sv2Text.Float(name, Take(name));
        Compare(name, BitConverter.SingleToUInt32Bits(expected) == BitConverter.SingleToUInt32Bits(value), expected, value);
        value = _differences is null ? expected : value;
    }

    public void Bool(string name, ref bool value)
    {
        JsonElement element = Take(name);
        bool expected = element.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? element.GetBoolean() : throw new FormatException($"\"{name}\" is neither true nor false");
        Compare(name, expected == value, expected, value);
        value = _differences is null ? expected : value;
    }

    public void Hash(string name, ref Hash256 value)
    {
        ReadOnlySpan<byte> bytes = value.ToArray();
        Run(name, Wide(name), ref bytes);
        value = new Hash256(bytes);
    }

    public void Target(string name, ref Target value)
    {
        byte[] own = new byte[Hash256.Size];
        value.Value.CopyTo(own);
        ReadOnlySpan<byte> bytes = own;
        Run(name, Wide(name), ref bytes);
        value = new Target(UInt256.FromLittleEndian(bytes));
    }

    public void Text(string name, ref ReadOnlySpan<byte> value) =>
        Run(name, System.Text.Encoding.UTF8.GetBytes(Sv2Text.Text(name, Take(name))), ref value);

    public void Code(string name, ref ReadOnlySpan<byte> value) => Text(name, ref value);

    public void Bytes(string name, ref ReadOnlySpan<byte> value, int max) =>
        Run(name, Sv2Text.Bytes(name, Take(name)), ref value);

    public void LongBytes(string name, ref ReadOnlySpan<byte> value) => Bytes(name, ref value, ushort.MaxValue);

    public void OptionalU32(string name, ref uint? value)
    {
        JsonElement element = Take(name);
        uint? expected = element.ValueKind == JsonValueKind.Null ? null : (uint)Sv2Text.Number(name, element, uint.MaxValue);
        Compare(name, expected == value, expected, value);
        value = _differences is null ? expected : value;
    }

    public void Hashes(string name, ref ReadOnlySpan<byte> value)
    {
        List<byte> all = [];
        foreach (JsonElement one in List(name))
        {
            all.AddRange(Sv2Text.Bytes(name, one));
        }
        Run(name, [.. all], ref value);
    }

    public void U16s(string name, ref ReadOnlySpan<byte> value) => Numbers(name, sizeof(ushort), ref value);

    public void U32s(string name, ref ReadOnlySpan<byte> value) => Numbers(name, sizeof(uint), ref value);

    private void Numbers(string name, int size, ref ReadOnlySpan<byte> value)
    {
        List<byte> all = [];
        foreach (JsonElement one in List(name))
        {
            ulong number = Sv2Text.Number(name, one, (1UL << (8 * size)) - 1);
            all.AddRange(BitConverter.GetBytes(number).AsSpan(0, size));
        }
        Run(name, [.. all], ref value);
    }

    private IEnumerable<JsonElement> List(string name)
    {
        JsonElement element = Take(name);
        return element.ValueKind == JsonValueKind.Array
            ? element.EnumerateArray() : throw new FormatException($"\"{name}\" is no list");
    }

    private byte[] Wide(string name)
    {
        byte[] bytes = Sv2Text.Bytes(name, Take(name));
        return bytes.Length == Hash256.Size
            ? bytes : throw new FormatException($"\"{name}\" has {bytes.Length} bytes, 32 are needed");
    }

    private ulong Number(string name, ulong max, ulong value)
    {
        ulong expected = Sv2Text.Number(name, Take(name), max);
        Compare(name, expected == value, expected, value);
        return _differences is null ? expected : value;
    }

    private readonly void Run(string name, byte[] expected, ref ReadOnlySpan<byte> value)
    {
        if (_differences is null)
        {
            value = expected;
        }
        else if (Sv2Text.Differs(name, expected, value) is { } difference)
        {
            _differences.Add(difference);
        }
    }

    private readonly void Compare<T>(string name, bool same, T expected, T got)
    {
        if (!same)
        {
            _differences?.Add(FormattableString.Invariant($"{name}: expected {expected}, got {got}"));
        }
    }

    private JsonElement Take(string name)
    {
        Seen++;
        return _fields.TryGetProperty(name, out JsonElement value)
            ? value : throw new FormatException($"the field \"{name}\" is missing");
    }
}
