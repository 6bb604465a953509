using System.Buffers.Binary;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Mining;

/// <summary>
/// The dialect of Equihash pools. The 32-byte nonce is the pool's bytes, a counter of ours, zeros, and the 8 bytes the
/// solver counts in.
/// </summary>
internal sealed class ZcashUpstream(AlgorithmFacts facts) : Zip301Upstream(facts)
{
    private EquihashRule Rule => Facts.Equihash!;

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

    public override string JobForm => JobForms.Equihash;

    protected override UpstreamNotice? MakeNotice(ZcashNotify message, JsonValue parameters, out string problem)
    {
        problem = CompareParameters(parameters);
        if (message.Version == Verus.HeaderVersion && ZcashNotify.ReadSolution(parameters) is not null)
        {
            problem = "mining.notify is that of VerusHash: it brings a solution to begin with";
        }
        return problem.Length > 0 ? null : new Notice(message, Rule.SolutionLength);
    }

    /// <summary>
    /// Some pools name the parameters behind the eight fields, as "144_5" and a personalisation. What reads differently is
    /// not ours to judge. Empty when nothing contradicts the rule.
    /// </summary>
    private string CompareParameters(JsonValue parameters)
    {
        string[] pair = parameters.Element(8).GetText(16).Split('_');
        if (pair.Length != 2 || !int.TryParse(pair[0], out int n) || !int.TryParse(pair[1], out int k))
        {
            return "";
        }
        string personal = parameters.Element(9).GetText(16);
        bool same = (n, k) == (Rule.N, Rule.K) && (personal.Length is 0 or > 8 || personal == Rule.Personal);
        return same ? "" : $"mining.notify is of Equihash {n},{k} {personal}".TrimEnd() + $"; this rig mines {Rule}";
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
