using System.Text.Json;

namespace Otedama.Wire;

/// <summary>The parameters of one call, in the method's order. A missing one and null are the same.</summary>
public sealed class RpcCall
{
    private readonly JsonElement[] _values;
    private readonly RpcMethod _method;

    private RpcCall(RpcMethod method, JsonElement[] values) => (_method, _values) = (method, values);

    /// <summary>Puts positional or named parameters into order. Throws RpcFault for wrong counts or names.</summary>
    public static RpcCall Bind(RpcMethod method, JsonElement parameters)
    {
        JsonElement[] values = new JsonElement[method.Parameters.Count];
        int given = 0;
        if (parameters.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in parameters.EnumerateObject())
            {
                int index = IndexOf(method, property.Name);
                values[index] = property.Value;
                given = Math.Max(given, index + 1);
            }
        }
        else if (parameters.ValueKind == JsonValueKind.Array)
        {
            given = parameters.GetArrayLength();
            for (int i = 0; i < Math.Min(given, values.Length); i++)
            {
                values[i] = parameters[i];
            }
        }
        RpcCall call = new(method, values);
        bool complete = Enumerable.Range(0, method.Required).All(call.Has);
        return complete && given <= values.Length ? call : throw new RpcFault(RpcFaultCode.Misc, method.Usage);
    }

    public bool Has(int index) => _values[index].ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    /// <summary>The raw value; only meaningful when Has.</summary>
    public JsonElement Value(int index) => _values[index];

    public string Text(int index) => Expect(index, JsonValueKind.String).GetString()!;

    public string Text(int index, string otherwise) => Has(index) ? Text(index) : otherwise;

    public int Int(int index) => Expect(index, JsonValueKind.Number).TryGetInt32(out int value)
        ? value
        : throw new RpcFault(RpcFaultCode.Misc, $"JSON integer out of range: {_values[index].GetRawText()} for {_method.Parameters[index]}");

    public int Int(int index, int otherwise) => Has(index) ? Int(index) : otherwise;

    public bool Flag(int index, bool otherwise) => !Has(index) ? otherwise : _values[index].ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw WrongType(index, "bool"),
    };

    /// <summary>An amount or rate as its decimal text, from a number or a string.</summary>
    public string DecimalText(int index) => _values[index].ValueKind == JsonValueKind.String
        ? _values[index].GetString()!
        : Expect(index, JsonValueKind.Number).GetRawText();

    public JsonElement Object(int index) => Expect(index, JsonValueKind.Object);

    private JsonElement Expect(int index, JsonValueKind kind) =>
        _values[index].ValueKind == kind ? _values[index] : throw WrongType(index, KindName(kind));

    private RpcFault WrongType(int index, string expected) => new(
        RpcFaultCode.WrongType,
        $"Wrong type passed: {_method.Parameters[index]}: JSON value of type {KindName(_values[index].ValueKind)} is not of expected type {expected}");

    private static string KindName(JsonValueKind kind) => kind switch
    {
        JsonValueKind.True or JsonValueKind.False => "bool",
        JsonValueKind.Undefined => "null",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private static int IndexOf(RpcMethod method, string name)
    {
        for (int i = 0; i < method.Parameters.Count; i++)
        {
            if (method.Parameters[i] == name)
            {
                return i;
            }
        }
        throw new RpcFault(RpcFaultCode.InvalidParameter, $"Unknown named parameter {name}");
    }
}
