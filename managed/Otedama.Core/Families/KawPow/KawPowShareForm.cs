using System.Buffers.Binary;

namespace Otedama.Core;

/// <summary>Header hash, nonce and claimed mix, 72 bytes; without the mix, 40, when the candidate has none.</summary>
internal sealed class KawPowShareForm : ShareForm
{
    public override int DataLengthMax => KawPow.DataSize;

    public override bool NonceIsTheWholeKey => true;

    public override Rejection Check(Job job, in Candidate candidate)
    {
        ReadOnlySpan<byte> prefix = candidate.Extranonce.Span;
        if (prefix.Length < KawPow.PrefixLength || candidate.Nonce >> 48 != BinaryPrimitives.ReadUInt16BigEndian(prefix))
        {
            return Rejection.NotYours;
        }
        return LacksProof(candidate) || candidate.Proof!.Length == KawPow.MixSize ? Rejection.None : Rejection.BadProof;
    }

    public override bool LacksProof(in Candidate candidate) => candidate.Proof is null;

    public override int Build(
        Job job,
        ReadOnlySpan<Candidate> candidates,
        ReadOnlySpan<int> picks,
        Span<byte> data,
        Span<int> lengths)
    {
        KawPowRecipe recipe = (KawPowRecipe)job.Recipe;
        int written = 0;
        for (int i = 0; i < picks.Length; i++)
        {
            ref readonly Candidate candidate = ref candidates[picks[i]];
            Span<byte> item = data.Slice(written, KawPow.DataSize);
            KawPow.WriteData(recipe.HeaderHash, new KawPowProof(candidate.Nonce, default), item);
            candidate.Proof?.CopyTo(item[^KawPow.MixSize..]);
            lengths[i] = candidate.Proof is null ? KawPow.DataSize - KawPow.MixSize : KawPow.DataSize;
            written += lengths[i];
        }
        return written;
    }
}
