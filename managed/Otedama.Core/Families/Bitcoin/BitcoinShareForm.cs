using System.Buffers.Binary;

namespace Otedama.Core;

/// <summary>80-byte headers over a coinbase with the claimant's extranonce.</summary>
internal sealed class BitcoinShareForm : ShareForm
{
    private const int HeaderLength = 80;

    private readonly IMerkleRoots _merkle;
    private readonly int _extranonceLength;
    private readonly byte[] _extranonces;
    private readonly byte[] _roots = new byte[ShareValidator.BatchMax * Hash256.Size];

    public BitcoinShareForm(IMerkleRoots merkle, int extranonceLength)
    {
        _merkle = merkle;
        _extranonceLength = extranonceLength;
        _extranonces = new byte[ShareValidator.BatchMax * extranonceLength];
    }

    public override int DataLengthMax => HeaderLength;

    public override Rejection Check(Job job, in Candidate candidate)
    {
        BitcoinRecipe recipe = (BitcoinRecipe)job.Recipe;
        uint allowed = recipe.VersionMask & candidate.VersionMask;
        if (((candidate.Version ^ recipe.Version) & ~allowed) != 0)
        {
            return Rejection.VersionOutOfMask;
        }
        if (candidate.Extranonce.Length != _extranonceLength)
        {
            return Rejection.NotYours;
        }
        return candidate.Nonce > uint.MaxValue ? Rejection.BadProof : Rejection.None;
    }

    public override int Build(
        Job job,
        ReadOnlySpan<Candidate> candidates,
        ReadOnlySpan<int> picks,
        Span<byte> data,
        Span<int> lengths)
    {
        BitcoinRecipe recipe = (BitcoinRecipe)job.Recipe;
        for (int i = 0; i < picks.Length; i++)
        {
            candidates[picks[i]].Extranonce.Span.CopyTo(_extranonces.AsSpan(i * _extranonceLength));
        }
        Span<byte> roots = _roots.AsSpan(0, picks.Length * Hash256.Size);
        _merkle.Compute(recipe, _extranonces.AsSpan(0, picks.Length * _extranonceLength), _extranonceLength, roots);
        for (int i = 0; i < picks.Length; i++)
        {
            ref readonly Candidate candidate = ref candidates[picks[i]];
            Span<byte> header = data.Slice(i * HeaderLength, HeaderLength);
            BinaryPrimitives.WriteUInt32LittleEndian(header, candidate.Version);
            recipe.PreviousHash.CopyTo(header[4..]);
            roots.Slice(i * Hash256.Size, Hash256.Size).CopyTo(header[36..]);
            BinaryPrimitives.WriteUInt32LittleEndian(header[68..], candidate.Time);
            BinaryPrimitives.WriteUInt32LittleEndian(header[72..], recipe.Bits);
            BinaryPrimitives.WriteUInt32LittleEndian(header[76..], (uint)candidate.Nonce);
            lengths[i] = HeaderLength;
        }
        return picks.Length * HeaderLength;
    }
}
