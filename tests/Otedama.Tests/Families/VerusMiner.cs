using System.Text.Json;
using Otedama.Core;
using Otedama.Interop;
using Xunit;

namespace Otedama.Tests.Families;

/// <summary>Mines a Verus job from its lines alone, as the miners in use do.</summary>
internal static class VerusMiner
{
    /// <summary>The 140 bytes of a notify, with a nonce of zeros.</summary>
    public static byte[] HeaderOf(JsonElement job) =>
        Hex.Decode(string.Concat(Enumerable.Range(1, 6).Select(i => job[i].GetString())) + new string('0', 64));

    /// <summary>
    /// Zeros in the bound fields; nonce 1 and zeros in the first 7 of the 15 bytes, the counter behind them. Returns the
    /// solution of a block.
    /// </summary>
    public static byte[] Solve(string nonce1, JsonElement job, uint bits)
    {
        byte[] solution = Hex.Decode(job[8].GetString()!);
        Hex.Decode(nonce1).CopyTo(solution, Verus.SolutionLength - Verus.NonceLength);
        byte[] header = [.. HeaderOf(job), 0xfd, 0x40, 0x05, .. solution];
        header.AsSpan(4, 96).Clear();
        header.AsSpan(104, 36).Clear();
        header.AsSpan(151, 64).Clear();
        using PowEngine engine = PowEngine.Create(Algorithm.VerusHash, new PowParameters(7, 0, false, 0, default));
        PowHit[] hits = new PowHit[1];
        PowWork work = new() { Data = header, NonceFirst = 1, NonceCount = 1UL << 32, Target = Target.FromCompact(bits) };
        Assert.Equal(1, engine.Scan([work], hits, Patience.Limit).HitCount);
        BitConverter.GetBytes(hits[0].Nonce).CopyTo(solution, Verus.SolutionLength - 8);
        return solution;
    }
}
