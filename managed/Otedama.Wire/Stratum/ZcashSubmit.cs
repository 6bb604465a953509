using Otedama.Core;

namespace Otedama.Wire;

/// <summary>Params of mining.submit of ZIP 301: worker, job, time, nonce 2, solution with its compactSize length.</summary>
public readonly ref struct ZcashSubmit
{
    private ZcashSubmit(JsonValue job, uint time, Extranonce nonce2, byte[] solution)
    {
        Job = job;
        Time = time;
        Nonce2 = nonce2;
        Solution = solution;
    }

    public JsonValue Job { get; }

    public uint Time { get; }

    public Extranonce Nonce2 { get; }

    /// <summary>Without its length.</summary>
    public byte[] Solution { get; }

    /// <summary>Checks types and lengths: nonce 2 has nonce2Length bytes, the solution solutionLength after its own length.</summary>
    public static bool TryParse(JsonValue parameters, int nonce2Length, int solutionLength, out ZcashSubmit submit, out string problem)
    {
        submit = default;
        JsonValue job = parameters.Element(1);
        if (!parameters.Element(0).IsString || !job.IsString)
        {
            return Fail("mining.submit needs worker, job, time, nonce2, solution", out problem);
        }
        if (!ZcashNotify.TryGetUInt32(parameters.Element(2), out uint time))
        {
            return Fail("time has to be 8 hex digits, as in the job", out problem);
        }
        Span<byte> nonce2 = stackalloc byte[Extranonce.MaxLength];
        if (!parameters.Element(3).TryGetHex(nonce2, out int length) || length != nonce2Length)
        {
            return Fail($"nonce2 has to be {2 * nonce2Length} hex digits", out problem);
        }
        int prefix = ByteWriter.CompactSizeLength((ulong)solutionLength);
        byte[] solution = new byte[prefix + solutionLength];
        if (!parameters.Element(4).TryGetHex(solution, out length) || length != solution.Length
            || !solution.AsSpan(0, prefix).SequenceEqual(new ByteWriter(4).CompactSize((ulong)solutionLength).Span))
        {
            return Fail($"the solution has to be {2 * solution.Length} hex digits, its length first", out problem);
        }
        submit = new ZcashSubmit(job, time, new Extranonce(nonce2[..nonce2Length]), solution[prefix..]);
        problem = "";
        return true;
    }

    private static bool Fail(string reason, out string problem)
    {
        problem = reason;
        return false;
    }
}
