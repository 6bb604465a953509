using Otedama.Core;

namespace Otedama.Wire;

/// <summary>Params of mining.submit of ZIP 301: worker, job, time, nonce 2, solution with its compactSize length.</summary>
public readonly ref struct ZcashSubmit
{
    /// <summary>Room for the longest solution there is, its length included.</summary>
    public const int RoomLength = 3 + Verus.SolutionLength;

    private ZcashSubmit(JsonValue job, uint time, Extranonce nonce2, ReadOnlySpan<byte> solution)
    {
        Job = job;
        Time = time;
        Nonce2 = nonce2;
        Solution = solution;
    }

    public JsonValue Job { get; }

    public uint Time { get; }

    public Extranonce Nonce2 { get; }

    /// <summary>Without its length; lies in the room that was given.</summary>
    public ReadOnlySpan<byte> Solution { get; }

    /// <summary>Checks types and lengths: nonce 2 has nonce2Length bytes, the solution solutionLength after its own length.</summary>
    /// <param name="room">RoomLength bytes for the solution.</param>
    public static bool TryParse(
        JsonValue parameters, int nonce2Length, int solutionLength, Span<byte> room, out ZcashSubmit submit, out string problem)
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
        Span<byte> own = stackalloc byte[3];
        int prefix = ByteWriter.WriteCompactSize((ushort)solutionLength, own);
        Span<byte> solution = room[..(prefix + solutionLength)];
        if (!parameters.Element(4).TryGetHex(solution, out length) || length != solution.Length
            || !solution[..prefix].SequenceEqual(own[..prefix]))
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
