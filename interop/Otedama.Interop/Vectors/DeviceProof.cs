using System.Buffers.Binary;
using System.Globalization;
using Otedama.Core;

namespace Otedama.Interop;

/// <summary>
/// Proof lines on another device than the processor. Where the device has a check of its own, that judges; elsewhere
/// the
/// nonce that stands in the data is searched there, and what comes out says what the proof is worth. Either has to
/// agree with the
/// processor, which judges first; what has a wrong form is not searched.
/// </summary>
internal sealed class DeviceProof(int device, VectorDatasets datasets)
{
    private const int HeaderLength = 80;
    private const int HeaderNonceAt = 76;
    private const int MixNonceAt = 32; // of the 72 bytes of otedama_algo.h
    private const int MixAt = 40;
    private const byte LongCompactSize = 0xfd; // two bytes follow it

    private readonly HashSet<Algorithm> _searched = []; // whose proofs the device has no check for
    private int _checks;
    private int _searches;
    private int _forms;

    /// <summary>How the proofs so far were judged; empty while there were none.</summary>
    public string Summary => _checks + _searches + _forms == 0 ? "" : string.Create(
        CultureInfo.InvariantCulture,
        $"proofs on the card: {_checks} by its own check, {_searches} by a search of their nonce; all by the "
            + $"processor too, "
            + $"and {_forms} of a wrong form by it alone");

    /// <summary>Null when the device agrees with the processor, which gave the result for this target.</summary>
    public string? Check(PowCase proof, ProofResult expected, CancellationToken cancellation)
    {
        if (Catalogue.Flavours(device, proof.Info.Algorithm).Count == 0)
        {
            throw new VectorSkippedException($"{proof.Info.Name} has no kernel for this device");
        }
        ProofResult? own = OwnCheck(proof, cancellation);
        if (own is null && expected.Verdict == ProofVerdict.Malformed)
        {
            _forms++;
            return null;
        }
        ProofResult found = own ?? Search(proof, cancellation);
        if (found.Verdict != expected.Verdict)
        {
            return $"verdict of the device is {found.Verdict}, of the processor {expected.Verdict}";
        }
        // Of a bad proof the hash is what was claimed, which a search does not see.
        return found.Verdict == ProofVerdict.BadProof || found.Hash == expected.Hash ? null
            : $"hash of the device is {Hex.Encode(found.Hash.ToArray())}, of the processor "
                + $"{Hex.Encode(expected.Hash.ToArray())}";
    }

    /// <summary>Null where the device has none.</summary>
    private ProofResult? OwnCheck(PowCase proof, CancellationToken cancellation)
    {
        if (_searched.Contains(proof.Info.Algorithm))
        {
            return null;
        }
        try
        {
            PowEngine engine = datasets.EngineOn(device, proof, true, cancellation);
            ProofItem item = new(0, proof.Data.Length, unchecked((int)proof.Height), proof.Target);
            ProofResult result = engine.Check(item, proof.Data);
            _checks++;
            return result;
        }
        catch (NativeException e) when (e.StatusName == "OTD_E_UNSUPPORTED")
        {
            _searched.Add(proof.Info.Algorithm);
            return null;
        }
    }

    private ProofResult Search(PowCase proof, CancellationToken cancellation)
    {
        (PowCase search, ulong nonce, byte[]? claimed) = Parts(proof);
        List<PowHit> open = Run(Target.Max);
        _searches++;
        PowHit[] same = [.. open.Where(hit => claimed is null || claimed.AsSpan().SequenceEqual(hit.Proof))];
        if (same.Length == 0)
        {
            // A nonce always has a hash under the easiest target; a solver may find none.
            return proof.Info.SlowScan || open.Count > 0
                ? new ProofResult(ProofVerdict.BadProof, default)
                : throw new FormatException($"nonce {nonce:x} is not found under the easiest target");
        }
        PowHit hit = same[0];
        bool isFound = Run(proof.Target).Any(other => other.Hash == hit.Hash);
        return new ProofResult(isFound ? ProofVerdict.Valid : ProofVerdict.AboveTarget, hit.Hash);

        List<PowHit> Run(Target target) =>
            new PowSearch(search with { Target = target }, datasets, device).Run(nonce, 1, [], cancellation);
    }

    /// <summary>
    /// What to search, the nonce in it, and the mix or solution that is claimed; null where the nonce is the whole
    /// proof.
    /// </summary>
    private static (PowCase Search, ulong Nonce, byte[]? Claimed) Parts(PowCase proof)
    {
        byte[] data = proof.Data;
        AlgorithmFacts facts = proof.Info.Algorithm.Facts;
        if (facts.HasMix)
        {
            ulong nonce = BinaryPrimitives.ReadUInt64LittleEndian(data.AsSpan(MixNonceAt));
            return (proof, nonce, data.Length > MixAt ? data[MixAt..] : null);
        }
        if (facts.Equihash is not null)
        {
            int header = PowData.EquihashHeaderLength;
            if (proof.Parameters.Variant != 0 || data.Length <= header)
            {
                throw new VectorSkippedException("only solutions of whole headers are searched");
            }
            int from = header + (data[header] == LongCompactSize ? 3 : 1);
            ulong nonce = BinaryPrimitives.ReadUInt64LittleEndian(data.AsSpan(header - sizeof(ulong)));
            return (proof with { Data = data[..header] }, nonce, data[from..]);
        }
        return data.Length == HeaderLength
            ? (proof, BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan(HeaderNonceAt)), null)
            : throw new VectorSkippedException("only headers of 80 bytes are searched at their own nonce");
    }
}
