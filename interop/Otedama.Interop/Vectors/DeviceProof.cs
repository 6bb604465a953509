using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama.Interop;

/// <summary>
/// A proof line on a device that only searches: the nonce that stands in the data has to be found there under the line's
/// target, and with the line's hash.
/// </summary>
internal static class DeviceProof
{
    private const int HeaderLength = 80;
    private const int HeaderNonceAt = 76;
    private const int MixNonceAt = 32; // of the 72 bytes of otedama_algo.h
    private const int MixAt = 40;

    /// <summary>Null when the device agrees with the line.</summary>
    public static string? Check(
        VectorCase vector, ProofVerdict[] allowed, int device, VectorDatasets datasets, CancellationToken cancellation)
    {
        PowCase proof = PowCase.Read(vector, null);
        if (!allowed.Contains(ProofVerdict.Valid) && allowed is not [ProofVerdict.AboveTarget])
        {
            throw new VectorSkippedException("what is wrong with a proof is for the processor to say");
        }
        ulong nonce = NonceOf(proof);
        List<PowHit> open = Search(Target.Max);
        if (open.Count != 1)
        {
            return $"nonce {nonce:x} gives {open.Count} hits under the easiest target, expected 1";
        }
        PowHit hit = open[0];
        if (vector.WrongHash("hash", hit.Hash) is { } wrong)
        {
            return wrong;
        }
        if (proof.Data.Length > MixAt && hit.Proof.Length > 0 && !proof.Data.AsSpan(MixAt).SequenceEqual(hit.Proof))
        {
            return $"mix is {Hex.Encode(hit.Proof)}, expected {Hex.Encode(proof.Data.AsSpan(MixAt))}";
        }
        bool found = Search(proof.Target).Count == 1;
        return found == allowed.Contains(ProofVerdict.Valid) ? null
            : found ? "the device finds it, expected above the target" : "the device does not find it under the line's target";

        List<PowHit> Search(Target target) =>
            new PowSearch(proof with { Target = target }, datasets, device).Run(nonce, 1, [], cancellation);
    }

    private static ulong NonceOf(PowCase proof)
    {
        if (proof.Info.Algorithm.Facts.HasMix)
        {
            return proof.Data.Length >= MixAt
                ? BinaryPrimitives.ReadUInt64LittleEndian(proof.Data.AsSpan(MixNonceAt))
                : throw new VectorSkippedException("data that short has no nonce to search");
        }
        return proof.Data.Length == HeaderLength
            ? BinaryPrimitives.ReadUInt32LittleEndian(proof.Data.AsSpan(HeaderNonceAt))
            : throw new VectorSkippedException("only headers of 80 bytes are searched at their own nonce");
    }
}
