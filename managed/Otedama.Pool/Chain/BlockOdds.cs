using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// How many coin blocks each address has found of those that its work finds on average, as long as this node looks on:
/// who holds blocks back shows here. Kept on disk, because it takes months. Any thread.
/// </summary>
/// <remarks>
/// Filled by work: a share of the chain each time. When all places are taken, the address of which least is expected
/// makes room, so that many small ones do not push out those about whom something is known.
/// </remarks>
internal sealed class BlockOdds : IShareListener
{
    /// <summary>Addresses that are watched: 200 KB.</summary>
    private const int KeysMax = 4_096;

    /// <summary>
    /// Probability of so few blocks that is an alarm. Looked at after each share, 1e-4 would cry wolf over 5 to 17 of
    /// 10,000 honest addresses that expect 30 to 300 blocks a month, this over none of 10,000 to 60,000 (simulated);
    /// somebody who holds all back is noticed when 13.8 are expected.
    /// </summary>
    private const double Odds = 1e-6;

    /// <summary>Fewer shown are enough; the surest first.</summary>
    private const int ShownMax = 10;

    private const byte Version = 1;

    private const int RowBytes = PayoutKey.LengthMax + sizeof(double) + sizeof(int);

    private const int FileBytesMax = 1 + (KeysMax * RowBytes);

    private readonly Lock _gate = new();
    private readonly Dictionary<PayoutKey, (double Expected, int Found)> _keys = [];

    /// <summary>So few are no chance.</summary>
    internal static bool IsFar(int found, double expected) => Poisson.AtMost(found, expected) < Odds;

    /// <summary>A share is in the chain. One of which nobody has seen whether it is a block says nothing.</summary>
    public void Count(ChainShare share)
    {
        if (share.IsCoinBlock is not { } isBlock)
        {
            return;
        }
        Target target = Target.FromCompact(share.Work.Header.Bits);
        double expected = (double)ShareDifficulty.Work(share.Core.Bits, 0) / (double)target.ToWork();
        int found = isBlock ? 1 : 0;
        lock (_gate)
        {
            if (!_keys.TryGetValue(share.Core.Payout, out (double Expected, int Found) had) && _keys.Count >= KeysMax)
            {
                _keys.Remove(_keys.MinBy(static key => key.Value.Expected).Key);
            }
            _keys[share.Core.Payout] = (had.Expected + expected, had.Found + found);
        }
    }

    void IShareListener.OnTaken(ChainShare share, ShareOrigin origin) => Count(share);

    void IShareListener.OnNext(NextShare next)
    {
    }

    void IShareListener.OnMissing(Hash256 id, long peer)
    {
    }

    /// <summary>Those who find too few.</summary>
    public IReadOnlyList<BlockOdd> Far()
    {
        lock (_gate)
        {
            return
            [
                .. _keys.Where(static key => IsFar(key.Value.Found, key.Value.Expected))
                    .OrderByDescending(static key => key.Value.Expected - key.Value.Found).Take(ShownMax)
                    .Select(static key => new BlockOdd(key.Key, key.Value.Found, key.Value.Expected)),
            ];
        }
    }

    /// <summary>u8 1, then of each address payout type, program (32 bytes of room), f64 expected, i32 found.</summary>
    public byte[] Save()
    {
        lock (_gate)
        {
            byte[] bytes = new byte[1 + (_keys.Count * RowBytes)];
            bytes[0] = Version;
            Span<byte> row = bytes.AsSpan(1);
            foreach ((PayoutKey key, (double expected, int found)) in _keys)
            {
                key.CopyTo(row);
                BinaryPrimitives.WriteDoubleLittleEndian(row[PayoutKey.LengthMax..], expected);
                BinaryPrimitives.WriteInt32LittleEndian(row[(RowBytes - sizeof(int))..], found);
                row = row[RowBytes..];
            }
            return bytes;
        }
    }

    /// <summary>What Save wrote; false for anything else, and then nothing is known.</summary>
    public bool TryLoad(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is 0 or > FileBytesMax || bytes[0] != Version || (bytes.Length - 1) % RowBytes != 0)
        {
            return false;
        }
        Dictionary<PayoutKey, (double, int)> keys = [];
        for (ReadOnlySpan<byte> row = bytes[1..]; !row.IsEmpty; row = row[RowBytes..])
        {
            double expected = BinaryPrimitives.ReadDoubleLittleEndian(row[PayoutKey.LengthMax..]);
            int found = BinaryPrimitives.ReadInt32LittleEndian(row[(RowBytes - sizeof(int))..]);
            if (row[0] is < PayoutKey.PublicKeyHash or > PayoutKey.Taproot || !double.IsFinite(expected)
                || expected < 0 || found < 0)
            {
                return false;
            }
            int length = row[0] >= PayoutKey.WitnessScriptHash ? 32 : 20;
            keys[new PayoutKey(row[0], row.Slice(1, length))] = (expected, found);
        }
        lock (_gate)
        {
            foreach ((PayoutKey key, (double, int) value) in keys)
            {
                _keys[key] = value;
            }
        }
        return true;
    }
}

/// <param name="Expected">Coin blocks that this key's work finds on average.</param>
public sealed record BlockOdd(PayoutKey Key, int Found, double Expected);
