using System.Globalization;
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
    private readonly string? _flavour;
    private readonly VectorDatasets _datasets = new();

    /// <summary>report takes one line without an end. flavour names the one to run, null = the selected one.</summary>
    public VectorRunner(Action<string> report, string? flavour = null)
    {
        Native.Open();
        _report = report;
        _flavour = flavour;
    }

    /// <summary>Runs every case. Throws nothing for a case that fails; a malformed line counts as failed.</summary>
    public VectorTotals Run(VectorFile file, CancellationToken cancellation = default)
    {
        VectorTotals totals = default;
        foreach (VectorCase vector in file.Cases)
        {
            cancellation.ThrowIfCancellationRequested();
            totals += Run(vector, cancellation);
        }
        return totals;
    }

    public void Dispose() => _datasets.Dispose();

    private VectorTotals Run(VectorCase vector, CancellationToken cancellation)
    {
        string? failure;
        try
        {
            failure = vector.Kind switch
            {
                "message" => Message(vector),
                "merkle" => Merkle(vector),
                "proof" => Proof(vector, cancellation),
                "search" => Search(vector, cancellation),
                _ => Solve(vector, cancellation),
            };
        }
        catch (VectorSkippedException skipped)
        {
            _report($"line {vector.Line}: skipped {Describe(vector)}: {skipped.Message}");
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
        _report($"line {vector.Line}: FAILED {Describe(vector)}: {failure}");
        return new VectorTotals(0, 1, 0);
    }

    private static string Describe(VectorCase vector) =>
        string.Join(" ", new[] { vector.Kind, vector.Find("algorithm"), vector.Find("name") }.Where(part => part is not null));

    private static string? Message(VectorCase vector)
    {
        if (vector.Text("algorithm") != "sha256d")
        {
            throw vector.Error("message knows algorithm=sha256d only; use proof for the others");
        }
        Hash256 expected = vector.FindHash("hash") ?? throw vector.Error("message needs hash= or hash_display=");
        Hash256 hash = BitcoinHash.Sha256d(vector.Bytes("data"));
        return hash == expected ? null : $"hash (display order) is {hash}, expected {expected}";
    }

    private static string? Merkle(VectorCase vector)
    {
        byte[] branches = [.. vector.All("branch").SelectMany(branch => vector.ParseBytes("branch", branch))];
        byte[] prefix = vector.Bytes("prefix");
        byte[] extranonce = vector.Bytes("extranonce");
        byte[] suffix = vector.Bytes("suffix");
        if (vector.FindHash("txid") is Hash256 txid)
        {
            Hash256 own = BitcoinHash.Sha256d([.. prefix, .. extranonce, .. suffix]);
            if (own != txid)
            {
                return $"coinbase hash is {own}, expected {txid}";
            }
        }
        Hash256 expected = vector.FindHash("root") ?? throw vector.Error("merkle needs root=");
        Hash256 root = BitcoinHash.MerkleRoot(extranonce, prefix, suffix, branches);
        return root == expected ? null : $"root (display order) is {root}, expected {expected}";
    }

    private string? Proof(VectorCase vector, CancellationToken cancellation)
    {
        PowCase proof = PowCase.Read(vector, _flavour);
        NativeProofChecker checker = new(proof.Parameters, _datasets.For(proof, cancellation), proof.Flavour);
        ProofResult[] results = new ProofResult[1];
        ProofItem item = new(0, proof.Data.Length, (int)proof.Height, proof.Target);
        checker.Check(proof.Info.Algorithm, [item], proof.Data, results);
        string verdict = vector.Find("verdict") ?? "valid";
        ProofVerdict expected = verdict switch
        {
            "valid" => ProofVerdict.Valid,
            "above-target" => ProofVerdict.AboveTarget,
            "bad-proof" => ProofVerdict.BadProof,
            "malformed" => ProofVerdict.Malformed,
            _ => throw vector.Error($"verdict={verdict}; allowed: valid above-target bad-proof malformed"),
        };
        if (results[0].Verdict != expected)
        {
            return $"verdict is {results[0].Verdict}, expected {expected}{Because(vector)}";
        }
        return vector.FindHash("hash") is Hash256 hash && hash != results[0].Hash
            ? $"hash (display order) is {results[0].Hash}, expected {hash}"
            : null;
    }

    private static string Because(VectorCase vector) => vector.Has("reason") ? $" ({vector.Text("reason")})" : "";

    private string? Search(VectorCase vector, CancellationToken cancellation)
    {
        PowCase search = PowCase.Read(vector, _flavour);
        uint[] versions = [.. (vector.Find("versions") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(version => uint.Parse(version, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))];
        List<PowHit> hits = new PowSearch(search, _datasets).Run(vector.Number("nonce_first"),
            vector.Number("nonce_count"), versions, cancellation);
        List<string> found = [.. hits.Select(hit => PowSearch.Format(hit, search.Info.NonceBits))];
        return PowSearch.Compare(found, [.. vector.All("hit")]);
    }

    private string? Solve(VectorCase vector, CancellationToken cancellation)
    {
        PowCase solve = PowCase.Read(vector, _flavour, withSolution: false);
        if (solve.Data.Length < 8)
        {
            throw vector.Error("solve needs a whole header");
        }
        ulong nonce = BitConverter.ToUInt64(solve.Data, solve.Data.Length - 8);
        List<PowHit> hits = new PowSearch(solve, _datasets).Run(nonce, 1, [], cancellation);
        List<string> found = [.. hits.Select(hit => Hex.Encode(hit.Proof)).Order(StringComparer.Ordinal)];
        return PowSearch.Compare(found, [.. vector.All("solution").Order(StringComparer.Ordinal)]);
    }
}
