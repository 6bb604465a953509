using System.Numerics;
using Otedama.Core;

namespace Otedama;

/// <summary>
/// Section 7 of the share chain rules as it is written, with numbers of any size, and the outputs in the order that a
/// coinbase has them in.
/// </summary>
internal static class SplitBooks
{
    private static ReadOnlySpan<byte> OrderTag => "otdm-ord"u8;

    private static ReadOnlySpan<byte> OffsetTag => "otdm-off"u8;

    /// <summary>
    /// Outputs of a share on `parent`: amount and script in hex, one after the other. weights: of its window; where
    /// that is empty, own gets all. most: outputs of the cap class.
    /// </summary>
    public static string Of(
        IReadOnlyDictionary<PayoutKey, BigInteger> weights, BigInteger reward, int most, BigInteger dust,
        Hash256 parent, PayoutKey own)
    {
        List<(PayoutKey Key, BigInteger Amount)> paid = weights.Count == 0
            ? [(own, reward)] : Pay(weights, reward, most, dust, parent);
        return string.Join(',', paid.Select(static one => (one.Amount, Script: Hex.Encode(one.Key.ToScript())))
            .OrderByDescending(static one => one.Amount)
            .ThenBy(static one => one.Script, StringComparer.Ordinal)
            .Select(static one => $"{one.Amount} {one.Script}"));
    }

    private static List<(PayoutKey Key, BigInteger Amount)> Pay(
        IReadOnlyDictionary<PayoutKey, BigInteger> weights, BigInteger reward, int most, BigInteger dust,
        Hash256 parent)
    {
        List<(PayoutKey Key, BigInteger Amount)> paid = [];
        List<KeyValuePair<PayoutKey, BigInteger>> left =
            [.. weights.OrderByDescending(static one => one.Value).ThenBy(static one => one.Key)];
        BigInteger all = left.Aggregate(BigInteger.Zero, static (sum, one) => sum + one.Value);
        BigInteger outputs = most;
        while (left.Count > 0)
        {
            BigInteger weight = left[0].Value, slots = BigInteger.Min(outputs, reward / dust);
            BigInteger part = reward * weight / all;
            bool leavesTooLittle = reward - part > 0 && reward - part < dust;
            if (slots == 0 || weight * slots < all || leavesTooLittle)
            {
                break;
            }
            paid.Add((left[0].Key, part));
            left.RemoveAt(0);
            (outputs, all, reward) = (outputs - 1, all - weight, reward - part);
        }
        if (left.Count > 0)
        {
            PaySlots(left, all, reward, BigInteger.Min(outputs, reward / dust), parent, paid);
        }
        return paid;
    }

    private static void PaySlots(
        List<KeyValuePair<PayoutKey, BigInteger>> left, BigInteger all, BigInteger reward, BigInteger room,
        Hash256 parent, List<(PayoutKey, BigInteger)> paid)
    {
        BigInteger slots = BigInteger.Max(1, BigInteger.Min(room, left.Count));
        BigInteger offset = new BigInteger(
            Hash(OffsetTag, parent, []).AsSpan(0, 16), isUnsigned: true, isBigEndian: true) % all;
        BigInteger end = 0, taken = 0;
        foreach ((PayoutKey key, BigInteger weight) in left.OrderBy(
            one => Hex.Encode(Hash(OrderTag, parent, one.Key.ToArray())), StringComparer.Ordinal))
        {
            end += weight;
            BigInteger before = taken;
            while (taken < slots && (offset + (taken * all)) / slots < end)
            {
                taken++;
            }
            if (taken > before)
            {
                paid.Add((key, (taken * reward / slots) - (before * reward / slots)));
            }
        }
    }

    private static byte[] Hash(ReadOnlySpan<byte> tag, Hash256 parent, ReadOnlySpan<byte> key) =>
        Sha256d.Hash([.. tag, .. parent.ToArray(), .. key]).ToArray();
}
