using System.Text.Json;

namespace Otedama.Wire;

/// <summary>Runs one call and writes exactly one json value as its result, or throws RpcFault.</summary>
public delegate ValueTask RpcHandler(RpcCall call, Utf8JsonWriter result, CancellationToken cancellation);

/// <summary>
/// One method. Parameters are named in order; the first Required of them must be given. The names serve calls with
/// named parameters and the usage text.
/// </summary>
public sealed record RpcMethod(string Name, IReadOnlyList<string> Parameters, int Required, RpcHandler Handler)
{
    public string Usage => string.Join(' ', Parameters.Select((name, index) => index < Required ? $"\"{name}\"" : $"( {name} )").Prepend(Name));
}
