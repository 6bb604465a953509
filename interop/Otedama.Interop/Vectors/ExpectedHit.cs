using System.Globalization;
using Otedama.Core;

namespace Otedama.Interop;

/// <summary>One hit= of a search line: nonce[:hash][:version][:proof]; what is left out is not compared.</summary>
internal sealed record ExpectedHit(VectorCase Vector, string Text, ulong Nonce, string? Hash, uint? Version, string? Proof)
{
    private const int VersionDigits = 8;

    /// <summary>
    /// After the hash, 8 digits are a version and more are a proof, which KawPow's mix and Equihash have.
    /// </summary>
    public static ExpectedHit Parse(VectorCase vector, string text)
    {
        string[] parts = text.Split(':');
        ulong nonce = vector.ParseNumber("hit", parts[0].StartsWith("0x", StringComparison.Ordinal) ? parts[0] : "0x" + parts[0]);
        string? hash = parts.Length > 1 && parts[1].Length > 0 ? parts[1] : null;
        uint? version = null;
        string? proof = null;
        foreach (string part in parts.Skip(2).Where(part => part.Length > 0))
        {
            bool isVersion = part.Length == VersionDigits && version is null && proof is null;
            if (!isVersion && proof is not null)
            {
                throw vector.Error($"hit={Hex.Shorten(text)} is not nonce:hash:version:proof");
            }
            byte[] bytes = vector.ParseBytes("hit", part);
            version = isVersion ? uint.Parse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : version;
            proof = isVersion ? proof : Hex.Encode(bytes);
        }
        return new ExpectedHit(vector, text, nonce, hash, version, proof);
    }

    private int Said => (Hash is null ? 0 : 1) + (Version is null ? 0 : 1) + (Proof is null ? 0 : 1);

    private bool Is(PowHit hit) => hit.Nonce == Nonce
        && (Hash is null || Vector.IsHash("hit", Hash, hit.Hash))
        && (Version is null || Version == hit.Version)
        && (Proof is null || Proof == Hex.Encode(hit.Proof));

    /// <summary>Null when the hits found are exactly those expected, in any order.</summary>
    public static string? Compare(List<PowHit> found, List<ExpectedHit> expected, int nonceBits)
    {
        Dictionary<ulong, List<PowHit>> left = found.GroupBy(hit => hit.Nonce).ToDictionary(group => group.Key, group => group.ToList());
        string counts = $"{found.Count} found, {expected.Count} expected; first difference: ";
        foreach (ExpectedHit hit in expected.OrderByDescending(hit => hit.Said)) // a vague one takes what is left
        {
            List<PowHit>? same = left.GetValueOrDefault(hit.Nonce);
            int match = same?.FindIndex(hit.Is) ?? -1;
            if (match < 0)
            {
                string instead = same is { Count: > 0 } ? $", found {Format(same[0], nonceBits)}" : "";
                return $"{counts}missing {Hex.Shorten(hit.Text)}{instead}";
            }
            same!.RemoveAt(match);
        }
        PowHit[] unexpected = [.. left.Values.SelectMany(hits => hits).Take(1)];
        return unexpected.Length == 0 ? null : $"{counts}unexpected {Format(unexpected[0], nonceBits)}";
    }

    /// <summary>nonce:hash:version[:proof], hex, the nonce most significant digit first, hash in chain order.</summary>
    private static string Format(PowHit hit, int nonceBits)
    {
        string nonce = hit.Nonce.ToString(nonceBits == 64 ? "x16" : "x8", CultureInfo.InvariantCulture);
        string text = $"{nonce}:{Hex.Encode(hit.Hash.ToArray())}:{hit.Version:x8}";
        return hit.Proof.Length == 0 ? text : $"{text}:{Hex.Encode(hit.Proof)}";
    }
}
