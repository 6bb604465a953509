using Otedama.Core;

namespace Otedama.Wire;

/// <summary>Params of mining.submit in the Bitcoin dialect, read in place.</summary>
public readonly ref struct SubmitRequest
{
    private SubmitRequest(JsonValue worker, JsonValue job, Extranonce extranonce2, uint time, uint nonce, uint? versionBits)
    {
        Worker = worker;
        Job = job;
        Extranonce2 = extranonce2;
        Time = time;
        Nonce = nonce;
        VersionBits = versionBits;
    }

    public JsonValue Worker { get; }

    /// <summary>The job id as sent; ours are 8 hex digits.</summary>
    public JsonValue Job { get; }

    public Extranonce Extranonce2 { get; }

    public uint Time { get; }

    public uint Nonce { get; }

    /// <summary>The sixth parameter; null when absent or null.</summary>
    public uint? VersionBits { get; }

    /// <summary>Checks count, types and hex lengths; extranonce 2 has to be exactly extranonce2Size bytes.</summary>
    public static bool TryParse(JsonValue parameters, int extranonce2Size, out SubmitRequest request, out string problem)
    {
        request = default;
        JsonElements elements = parameters.Elements();
        JsonValue worker = Take(ref elements), job = Take(ref elements), extranonce2 = Take(ref elements);
        JsonValue time = Take(ref elements), nonce = Take(ref elements), bits = Take(ref elements);
        if (nonce.IsAbsent)
        {
            return Fail("mining.submit needs worker, job, extranonce2, ntime, nonce", out problem);
        }
        if (!worker.IsString || !job.IsString)
        {
            return Fail("worker and job have to be strings", out problem);
        }
        Span<byte> bytes = stackalloc byte[Extranonce.MaxLength];
        if (!extranonce2.TryGetHex(bytes, out int written) || written != extranonce2Size)
        {
            return Fail("extranonce2 has the wrong length or is not hex", out problem);
        }
        if (!time.TryGetHexUInt32(out uint timeValue) || !nonce.TryGetHexUInt32(out uint nonceValue))
        {
            return Fail("ntime and nonce have to be 8 hex digits", out problem);
        }
        uint bitsValue = 0;
        if (!bits.IsAbsentOrNull && !bits.TryGetHexUInt32(out bitsValue))
        {
            return Fail("version bits have to be 8 hex digits", out problem);
        }
        problem = "";
        uint? versionBits = bits.IsAbsentOrNull ? null : bitsValue;
        request = new SubmitRequest(worker, job, new Extranonce(bytes[..written]), timeValue, nonceValue, versionBits);
        return true;
    }

    private static JsonValue Take(scoped ref JsonElements elements) => elements.MoveNext() ? elements.Current : default;

    private static bool Fail(string reason, out string problem)
    {
        problem = reason;
        return false;
    }
}
