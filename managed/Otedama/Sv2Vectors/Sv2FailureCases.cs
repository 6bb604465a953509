using System.Text.Json;
using Otedama.Interop;
using Otedama.Wire;

namespace Otedama;

/// <summary>
/// Section handshake_failures: an answer that was changed, a clock that is off, another authority. The keys are those
/// of a case of section handshakes, of the same file or of the one built into this program.
/// </summary>
internal sealed class Sv2FailureCases(JsonElement file, JsonElement builtIn)
{
    private readonly Lazy<Dictionary<string, JsonElement>> _bases = new(() => Bases(file, builtIn), isThreadSafe: false);

    public string? Check(Sv2Case one)
    {
        string name = one.Text("base");
        if (!_bases.Value.TryGetValue(name, out JsonElement found))
        {
            throw new FormatException($"\"base\": there is no handshake {Sv2Text.Shown(name)}");
        }
        Sv2Case inputs = new Sv2Case(found).Inner("inputs");
        byte[] authority = (one.Has("authority_public_x") ? one : inputs).Bytes("authority_public_x", EllSwift.PointBytes);
        using NoiseInitiator initiator = new(Sv2HandshakeCases.Pair(inputs, "initiator_ephemeral"));
        NoiseFault fault = initiator.Finish(
            one.Bytes("act2"), authority, (long)one.Number("now", uint.MaxValue * 2UL), out NoiseKeys? keys);
        keys?.Dispose();
        string expected = one.Text("expect");
        return expected switch
        {
            "ok" => fault == NoiseFault.None ? null : $"expected ok, got {fault}",
            "fail" => fault != NoiseFault.None ? null : "expected fail, got ok",
            _ => throw new FormatException($"\"expect\": {Sv2Text.Shown(expected)} is neither ok nor fail"),
        };
    }

    /// <summary>Handshakes by their names; those of the file come before those of this program.</summary>
    private static Dictionary<string, JsonElement> Bases(params ReadOnlySpan<JsonElement> files)
    {
        Dictionary<string, JsonElement> bases = [];
        foreach (JsonElement one in files)
        {
            if (!one.TryGetProperty("handshakes", out JsonElement cases) || cases.ValueKind != JsonValueKind.Array)
            {
                continue;
            }
            foreach (JsonElement handshake in cases.EnumerateArray())
            {
                if (handshake.ValueKind == JsonValueKind.Object)
                {
                    bases.TryAdd(new Sv2Case(handshake).Name, handshake);
                }
            }
        }
        return bases;
    }
}
