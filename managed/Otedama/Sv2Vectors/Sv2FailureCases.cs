using System.Text.Json;
using Otedama.Interop;
using Otedama.Wire;

namespace Otedama;

/// <summary>
/// Section handshake_failures: an answer that was changed, a clock that is off, another authority. The keys are those of a
/// case of section handshakes, of the same file or of the one built into this program.
/// </summary>
internal sealed class Sv2FailureCases
{
    private readonly Dictionary<string, JsonElement> _bases = [];

    public Sv2FailureCases(params ReadOnlySpan<JsonElement> files)
    {
        foreach (JsonElement file in files)
        {
            if (file.ValueKind != JsonValueKind.Object || !file.TryGetProperty("handshakes", out JsonElement cases)
                || cases.ValueKind != JsonValueKind.Array)
            {
                continue;
            }
            foreach (JsonElement one in cases.EnumerateArray())
            {
                if (one.ValueKind == JsonValueKind.Object)
                {
                    _bases.TryAdd(new Sv2Case(one).Name, one);
                }
            }
        }
    }

    public string? Check(Sv2Case one)
    {
        string name = one.Text("base");
        if (!_bases.TryGetValue(name, out JsonElement found))
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
}
