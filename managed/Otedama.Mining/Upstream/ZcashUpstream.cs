using System.Buffers.Binary;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Mining;

/// <summary>
/// The dialect of Equihash pools. The 32-byte nonce is the pool's bytes, a counter of ours, zeros, and the 8 bytes the
/// solver counts in.
/// </summary>
internal sealed class ZcashUpstream(EquihashRule rule) : Zip301Upstream
{
    /// <summary>Bytes at the end of the nonce that the solver counts in.</summary>
    private const int SearchedLength = sizeof(ulong);

    /// <summary>2^64 counts outlast any connection.</summary>
    private const int CounterLengthMax = 8;

    protected override int Nonce1LengthMax => Hash256.Size - SearchedLength - 1;

    public override void WriteSubmit(WireBuffer output, int id, string user, UpstreamJob job, in Candidate candidate)
    {
        Span<byte> nonce = stackalloc byte[Hash256.Size];
        nonce.Clear();
        candidate.Extranonce.Span.CopyTo(nonce);
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[^SearchedLength..], candidate.Nonce);
        ZcashWriter.Submit(output, id, user, job.WireId, candidate.Time, nonce[job.Space.Extranonce1.Length..], candidate.Proof);
    }

    protected override int CounterLength(int nonce1Length) =>
        Math.Min(CounterLengthMax, Hash256.Size - SearchedLength - nonce1Length);

    protected override UpstreamNotice? MakeNotice(ZcashNotify message, out string problem)
    {
        problem = "";
        return new Notice(message, rule.SolutionLength);
    }

    private sealed record Notice(ZcashNotify Message, int SolutionLength) : UpstreamNotice(
        Message.JobId, Message.Clean, Message.PreviousHash.ToString(), 0, Message.Bits, Message.Time, null)
    {
        public override HeaderRecipe MakeRecipe(uint versionMask) => new ZcashRecipe
        {
            Version = Message.Version,
            PreviousHash = Message.PreviousHash,
            MerkleRoot = Message.MerkleRoot,
            Reserved = Message.Reserved,
            Bits = Message.Bits,
            Time = Message.Time,
            SolutionLength = SolutionLength,
        };
    }
}
