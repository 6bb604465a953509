using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama.Interop;

/// <summary>Counts of a vector run.</summary>
public readonly record struct VectorTotals(int Passed, int Failed, int Skipped)
{
    public static VectorTotals operator +(VectorTotals left, VectorTotals right) =>
        new(left.Passed + right.Passed, left.Failed + right.Failed, left.Skipped + right.Skipped);

    public override string ToString() => $"{Passed} passed, {Failed} failed, {Skipped} skipped";
}

/// <summary>
/// Runs the cases of a vector file through the native code. Every failure and every skipped case is one reported line;
/// datasets are made on first use and kept until disposal.
/// </summary>
public sealed class VectorRunner : IDisposable
{
    private readonly Action<string> _report;
    private readonly string?[] _flavours;
    private readonly VectorDatasets _datasets;
    private DeviceProof? _device;

    /// <summary>
    /// Index of Catalogue.Devices. On another device than the processor a proof is judged by the device's own check,
    /// or by a
    /// search of its nonce where there is none, and by the processor as well.
    /// </summary>
    public int Device { get; init; }

    /// <summary>
    /// On a device KawPow's proofs are checked by the whole dataset, gigabytes that a kernel makes there, not by the light
    /// one.
    /// </summary>
    public bool WholeKawPow
    {
        get => _datasets.WholeOnDevice;
        init => _datasets.WholeOnDevice = value;
    }

    /// <summary>Told in words which data is being made, and how far it is.</summary>
    public Action<string, PowProgress>? Begins { get; init; }

    /// <summary>
    /// The device went away. It is not asked again, what is left counts as skipped, and a reported line has said so.
    /// </summary>
    public bool DeviceIsLost { get; private set; }

    /// <summary>How another device judged the proofs so far; empty where none did.</summary>
    public string DeviceSummary => _device?.Summary ?? "";

    /// <summary>
    /// report takes one line without an end. flavours names those every case is run with, on one dataset for all; null, or
    /// none at all, = the selected one.
    /// </summary>
    public VectorRunner(Action<string> report, params string?[] flavours)
    {
        Native.Open();
        _report = report;
        _flavours = flavours.Length == 0 ? [null] : flavours;
        _datasets = new VectorDatasets((what, progress) => Begins?.Invoke(what, progress));
    }

    /// <summary>
    /// Runs every case, once a flavour. Throws nothing for a case that fails; a malformed line counts as failed,
    /// while the device is there.
    /// </summary>
    public VectorTotals Run(VectorFile file, CancellationToken cancellation = default)
    {
        VectorTotals totals = default;
        foreach (VectorCase vector in file.Cases)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (string? flavour in _flavours)
            {
                totals += Run(vector, flavour, cancellation);
            }
        }
        return totals;
    }

    public void Dispose() => _datasets.Dispose();

    private VectorTotals Run(VectorCase vector, string? flavour, CancellationToken cancellation)
    {
        if (DeviceIsLost)
        {
            return new VectorTotals(0, 0, 1); // each would wait for it anew
        }
        string? failure;
        try
        {
            failure = vector.Kind switch
            {
                "message" or "merkle" when Device != 0 => throw new VectorSkippedException("nothing is searched in it"),
                "message" => Message(vector),
                "merkle" => Merkle(vector),
                "proof" => Proof(vector, flavour, cancellation),
                "search" => Search(vector, flavour, cancellation),
                _ => Solve(vector, flavour, cancellation),
            };
        }
        catch (Exception error) when (error is VectorSkippedException or NativeException { StatusName: "OTD_E_UNSUPPORTED" or "OTD_E_MEMORY" })
        {
            _report($"line {vector.Line}: skipped {Describe(vector, flavour)}: {error.Message}");
            return new VectorTotals(0, 0, 1);
        }
        catch (NativeException error) when (error.IsDeviceLost)
        {
            DeviceIsLost = true;
            _report($"line {vector.Line}: skipped {Describe(vector, flavour)}, and all that follow: the card was lost. "
                + error.Message);
            return new VectorTotals(0, 0, 1);
        }
        catch (Exception error) when (error is FormatException or NativeException or OverflowException or ArgumentException)
        {
            failure = error.Message;
        }
        if (failure is null)
        {
            return new VectorTotals(1, 0, 0);
        }
        _report($"line {vector.Line}: FAILED {Describe(vector, flavour)}: {failure}");
        return new VectorTotals(0, 1, 0);
    }

    private static string Describe(VectorCase vector, string? flavour) => string.Join(" ",
        new[] { vector.Kind, vector.Find("algorithm"), vector.Find("name"), flavour }.Where(part => part is not null));

    private static string? Message(VectorCase vector)
    {
        if (vector.Text("algorithm") != "sha256d")
        {
            throw vector.Error("message knows algorithm=sha256d only; use proof for the others");
        }
        return vector.Has("hash") || vector.Has("hash_display")
            ? vector.WrongHash("hash", BitcoinHash.Sha256d(vector.Bytes("data")))
            : throw vector.Error("message needs hash= or hash_display=");
    }

    private static string? Merkle(VectorCase vector)
    {
        byte[] branches = [.. vector.All("branch").SelectMany(branch => vector.ParseBytes("branch", branch))];
        byte[] prefix = vector.Bytes("prefix");
        byte[] extranonce = vector.Bytes("extranonce");
        byte[] suffix = vector.Bytes("suffix");
        Hash256 txid = BitcoinHash.Sha256d([.. prefix, .. extranonce, .. suffix]);
        _ = vector.Text("root");
        return vector.WrongHash("txid", txid)
            ?? vector.WrongHash("root", BitcoinHash.MerkleRoot(extranonce, prefix, suffix, branches));
    }

    private string? Proof(VectorCase vector, string? flavour, CancellationToken cancellation)
    {
        PowCase proof = PowCase.Read(vector, flavour);
        ProofVerdict[] allowed = Allowed(vector);
        ProofResult result = Check(proof, proof.Target, cancellation);
        if (result.Verdict == ProofVerdict.AboveTarget && allowed is [ProofVerdict.BadProof])
        {
            // Both may hold. The hash is compared first, so a target that is met shows what the proof is worth.
            proof = proof with { Target = Target.Max };
            result = Check(proof, proof.Target, cancellation);
        }
        if (!allowed.Contains(result.Verdict))
        {
            return $"verdict is {result.Verdict}, expected {string.Join(" or ", allowed)}{Because(vector)}";
        }
        string? wrong = result.Verdict == ProofVerdict.Malformed ? null : vector.WrongHash("hash", result.Hash);
        return wrong is null && Device != 0
            ? (_device ??= new DeviceProof(Device, _datasets)).Check(proof, result, cancellation)
            : wrong;
    }

    private static ProofVerdict[] Allowed(VectorCase vector) => (vector.Find("verdict") ?? "valid") switch
    {
        "valid" => [ProofVerdict.Valid],
        "above-target" => [ProofVerdict.AboveTarget],
        "bad-proof" => [ProofVerdict.BadProof],
        "malformed" => [ProofVerdict.Malformed],
        "invalid" => [ProofVerdict.AboveTarget, ProofVerdict.BadProof, ProofVerdict.Malformed],
        string other => throw vector.Error($"verdict={Hex.Shorten(other)}; allowed: valid invalid above-target bad-proof malformed"),
    };

    private ProofResult Check(PowCase proof, Target target, CancellationToken cancellation)
    {
        NativeProofChecker checker = new(proof.Parameters, _datasets.For(proof, cancellation), proof.Flavour);
        ProofResult[] results = new ProofResult[1];
        ProofItem item = new(0, proof.Data.Length, unchecked((int)proof.Height), target);
        checker.Check(proof.Info.Algorithm, [item], proof.Data, results);
        return results[0];
    }

    private static string Because(VectorCase vector) => vector.Has("reason") ? $" ({vector.Text("reason")})" : "";

    private string? Search(VectorCase vector, string? flavour, CancellationToken cancellation)
    {
        PowCase search = PowCase.Read(vector, flavour);
        uint[] versions = [.. (vector.Find("versions") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(version => Version(vector, version))];
        List<PowHit> hits = new PowSearch(search, _datasets, Device).Run(vector.Number("nonce_first"),
            vector.Number("nonce_count"), versions, cancellation);
        return ExpectedHit.Compare(hits, [.. vector.All("hit").Select(hit => ExpectedHit.Parse(vector, hit))], search.Info.NonceBits);
    }

    private static uint Version(VectorCase vector, string text)
    {
        byte[] bytes = vector.ParseBytes("versions", text);
        return bytes.Length == sizeof(uint)
            ? BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : throw vector.Error($"versions={Hex.Shorten(text)} is not 8 hex digits");
    }

    private string? Solve(VectorCase vector, string? flavour, CancellationToken cancellation)
    {
        PowCase solve = PowCase.Read(vector, flavour, withSolution: false);
        if (solve.Data.Length < sizeof(ulong))
        {
            throw vector.Error("solve needs a whole header");
        }
        ulong nonce = BinaryPrimitives.ReadUInt64LittleEndian(solve.Data.AsSpan(solve.Data.Length - sizeof(ulong)));
        List<PowHit> hits = new PowSearch(solve, _datasets, Device).Run(nonce, 1, [], cancellation);
        string[] found = [.. hits.Select(hit => Hex.Encode(hit.Proof)).Order(StringComparer.Ordinal)];
        string[] expected = [.. solve.Solutions(vector).Order(StringComparer.Ordinal)];
        return found.SequenceEqual(expected) ? null : $"{found.Length} solutions found, {expected.Length} expected;"
            + $" missing [{string.Join(' ', expected.Except(found))}], unexpected [{string.Join(' ', found.Except(expected))}]";
    }
}
