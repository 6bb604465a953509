using System.Globalization;
using Otedama.Core;

namespace Otedama.Interop;

/// <summary>Searches a nonce window to its end and compares the hits with the expected list.</summary>
internal sealed class PowSearch(PowCase search, VectorDatasets datasets)
{
    /// <summary>More hits than this in one window means a target that proves nothing.</summary>
    private const int HitsMax = 100_000;

    public List<PowHit> Run(ulong first, ulong count, uint[] versions, CancellationToken cancellation)
    {
        if (search.Info.VerifyOnly)
        {
            throw new VectorSkippedException($"{search.Info.Name} cannot be searched on a CPU");
        }
        using PowEngine engine = PowEngine.Create(search.Info.Algorithm, search.Parameters,
            datasets.For(search, cancellation), search.Flavour);
        List<PowHit> hits = [];
        UInt128 end = UInt128.One << search.Info.NonceBits;
        if (count > end)
        {
            throw new FormatException($"nonce_count={count} is more nonces than there are");
        }
        if ((UInt128)first + count <= end)
        {
            Scan(engine, first, count, versions, hits, cancellation);
            return hits;
        }
        ulong before = (ulong)(end - first); // the window wraps to nonce 0
        Scan(engine, first, before, versions, hits, cancellation);
        Scan(engine, 0, count - before, versions, hits, cancellation);
        return hits;
    }

    private void Scan(PowEngine engine, ulong first, ulong count, uint[] versions, List<PowHit> hits,
        CancellationToken cancellation)
    {
        PowHit[] found = new PowHit[64];
        ulong end = unchecked(first + count); // 0 when the window ends at 2^64
        while (count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            PowWork work = new()
            {
                Data = search.Data,
                NonceFirst = first,
                NonceCount = count,
                Height = search.Height,
                Versions = versions,
                Target = search.Target,
            };
            PowScan scan = engine.Scan([work], found, TimeSpan.FromMilliseconds(200));
            hits.AddRange(found.AsSpan(0, scan.HitCount));
            if (hits.Count > HitsMax)
            {
                throw new FormatException($"more than {HitsMax} hits; choose a harder target");
            }
            if (scan.WorkIndex == 1)
            {
                return;
            }
            first = scan.NonceNext;
            count = unchecked(end - first);
        }
    }

    /// <summary>nonce:hash:version[:proof], hex, the nonce most significant digit first, hash in chain order.</summary>
    public static string Format(PowHit hit, int nonceBits)
    {
        string nonce = hit.Nonce.ToString(nonceBits == 64 ? "x16" : "x8", CultureInfo.InvariantCulture);
        string text = $"{nonce}:{Hex.Encode(hit.Hash.ToArray())}:{hit.Version:x8}";
        return hit.Proof.Length == 0 ? text : $"{text}:{Hex.Encode(hit.Proof)}";
    }

    /// <summary>Null when found is exactly expected, each expected entry being a leading part of the found one.</summary>
    public static string? Compare(List<string> found, List<string> expected)
    {
        for (int i = 0; i < Math.Max(found.Count, expected.Count); i++)
        {
            if (i >= found.Count || i >= expected.Count)
            {
                string first = i < found.Count ? $"unexpected {found[i]}" : $"missing {expected[i]}";
                return $"{found.Count} found, {expected.Count} expected; first difference: {Hex.Shorten(first)}";
            }
            bool same = found[i] == expected[i] || found[i].StartsWith(expected[i] + ":", StringComparison.Ordinal);
            if (!same)
            {
                return $"entry {i + 1} is {found[i]}, expected {expected[i]}";
            }
        }
        return null;
    }
}
