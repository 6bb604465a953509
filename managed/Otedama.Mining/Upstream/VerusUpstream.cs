using System.Buffers.Binary;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Mining;

/// <summary>
/// The dialect of Verus pools: ZIP 301 with the solution in the notify. The 15 free bytes at its end are the pool's bytes, a
/// counter of ours, and the 8 bytes the search counts in.
/// </summary>
internal sealed class VerusUpstream(AlgorithmFacts facts) : Zip301Upstream(facts)
{
    /// <summary>The bytes before the search counter, less one for a counter of ours.</summary>
    protected override int Nonce1LengthMax => Verus.CounterOffset - 1;

    protected override int CounterLength(int nonce1Length) => Verus.CounterOffset - nonce1Length;

    public override void WriteSubmit(WireBuffer output, int id, string user, UpstreamJob job, in Candidate candidate)
    {
        VerusRecipe recipe = (VerusRecipe)job.Job.Recipe;
        byte[] solution = recipe.Solution.ToArray();
        Span<byte> free = solution.AsSpan(^Verus.NonceLength..);
        free.Clear();
        candidate.Extranonce.Span.CopyTo(free);
        BinaryPrimitives.WriteUInt64LittleEndian(free[Verus.CounterOffset..], candidate.Nonce);
        Span<byte> nonce = stackalloc byte[Hash256.Size];
        nonce.Clear();
        candidate.Extranonce.Span.CopyTo(nonce); // as the header was hashed where it is not bound
        ZcashWriter.Submit(output, id, user, job.WireId, candidate.Time, nonce[job.Space.Extranonce1.Length..], solution);
    }

    public override string JobForm => JobForms.Verus;

    protected override UpstreamNotice? MakeNotice(ZcashNotify message, JsonValue parameters, out string problem)
    {
        byte[]? solution = ZcashNotify.ReadSolution(parameters);
        if (message.Version != Verus.HeaderVersion || solution is null)
        {
            problem = $"header version {message.Version:x8} {(solution is null ? "without" : "with")} a solution in hex; "
                + $"VerusHash 2 needs {Verus.HeaderVersion:x8} and a solution of at most {Verus.SolutionLength} bytes";
            return null;
        }
        problem = "";
        return new Notice(message, solution);
    }

    private sealed record Notice(ZcashNotify Message, byte[] Solution) : UpstreamNotice(
        Message.JobId, Message.Clean, Message.PreviousHash.ToString(), 0, Message.Bits, Message.Time, null)
    {
        public override HeaderRecipe MakeRecipe(uint versionMask) => new VerusRecipe
        {
            Version = Message.Version,
            PreviousHash = Message.PreviousHash,
            MerkleRoot = Message.MerkleRoot,
            Reserved = Message.Reserved,
            Bits = Message.Bits,
            Time = Message.Time,
            Solution = Solution,
        };
    }
}
