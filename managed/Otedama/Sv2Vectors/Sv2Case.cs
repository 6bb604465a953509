using System.Text.Json;

namespace Otedama;

/// <summary>
/// One case of a vector file, or an object inside it. Getters throw FormatException with a sentence that names the key.
/// </summary>
internal readonly struct Sv2Case(JsonElement element)
{
    public JsonElement Element { get; } = element.ValueKind == JsonValueKind.Object
        ? element : throw new FormatException($"a case is an object, this is {Sv2Text.Kind(element)}");

    public bool Has(string key) => Element.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    public JsonElement Value(string key) => Element.TryGetProperty(key, out JsonElement value)
        ? value : throw new FormatException($"\"{key}\" is missing");

    public Sv2Case Inner(string key) => new(Value(key));

    public string Text(string key) => Sv2Text.Text(key, Value(key));

    public byte[] Bytes(string key) => Sv2Text.Bytes(key, Value(key));

    public byte[] Bytes(string key, int length)
    {
        byte[] bytes = Bytes(key);
        return bytes.Length == length ? bytes
            : throw new FormatException($"\"{key}\" has {bytes.Length} bytes, {length} are needed");
    }

    public ulong Number(string key, ulong max) => Sv2Text.Number(key, Value(key), max);

    public bool Flag(string key) => Value(key).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new FormatException($"\"{key}\" is neither true nor false"),
    };

    /// <summary>The name= or message= of the case, for a report.</summary>
    public string Name => Named("name") ?? Named("message") ?? Named("note") ?? "";

    public IEnumerable<JsonElement> Items(string key) => Value(key).ValueKind == JsonValueKind.Array
        ? Value(key).EnumerateArray() : throw new FormatException($"\"{key}\" is no list");

    private string? Named(string key) =>
        Element.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
