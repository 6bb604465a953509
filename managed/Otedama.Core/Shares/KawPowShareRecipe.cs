using System.Buffers.Binary;

namespace Otedama.Core;

/// <summary>Header hash, nonce and claimed mix: 72 bytes.</summary>
internal sealed class KawPowShareRecipe : ShareRecipe
{
    /// <summary>Leading nonce bytes that tell connections apart.</summary>
    private const int PrefixLength = 2;

    public override int DataLengthMax => KawPow.DataSize;

    public override bool NonceIsTheWholeKey => true;

    public override Rejection Check(Job job, in Candidate candidate)
    {
        ReadOnlySpan<byte> prefix = candidate.Extranonce.Span;
        if (prefix.Length < PrefixLength || candidate.Nonce >> 48 != BinaryPrimitives.ReadUInt16BigEndian(prefix))
        {
            return Rejection.NotYours;
        }
        return candidate.Proof is { Length: KawPow.MixSize } ? Rejection.None : Rejection.BadProof;
    }

    public override int Build(
        Job job,
        ReadOnlySpan<Candidate> candidates,
        ReadOnlySpan<int> picks,
        Span<byte> data,
        Span<int> lengths)
    {
        var recipe = (KawPowRecipe)job.Recipe;
        for (int i = 0; i < picks.Length; i++)
        {
            ref readonly Candidate candidate = ref candidates[picks[i]];
            Span<byte> item = data.Slice(i * KawPow.DataSize, KawPow.DataSize);
            KawPow.WriteData(recipe.HeaderHash, new KawPowProof(candidate.Nonce, default), item);
            candidate.Proof.CopyTo(item[^KawPow.MixSize..]);
            lengths[i] = KawPow.DataSize;
        }
        return picks.Length * KawPow.DataSize;
    }
}
