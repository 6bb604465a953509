using Otedama.Core;

namespace Otedama.Node;

/// <summary>
/// A known block: header, place in the tree, place in the file. The genesis block has no file offset.
/// </summary>
internal sealed class ChainEntry(Hash256 id, BlockHeader header, ChainEntry? parent, int transactions, long offset)
{
    /// <summary>Blocks whose median is the earliest time of the next (BIP 113).</summary>
    private const int MedianSpan = 11;

    public Hash256 Id { get; } = id;

    public BlockHeader Header { get; } = header;

    public ChainEntry? Parent { get; } = parent;

    public int Height { get; } = parent is null ? 0 : parent.Height + 1;

    public int Transactions { get; } = transactions;

    public long Offset { get; } = offset;

    /// <summary>Expected hashes of the whole branch up to here.</summary>
    public UInt256 Work { get; } = (parent?.Work ?? UInt256.Zero) + FromUInt128(Target.FromCompact(header.Bits).ToWork());

    /// <summary>Median of this block's and its ten ancestors' times.</summary>
    public uint MedianTime
    {
        get
        {
            Span<uint> times = stackalloc uint[MedianSpan];
            int count = 0;
            for (ChainEntry? entry = this; entry is not null && count < MedianSpan; entry = entry.Parent)
            {
                times[count++] = entry.Header.Time;
            }
            times = times[..count];
            times.Sort();
            return times[count / 2];
        }
    }

    /// <summary>The ancestor at a height not above this one's.</summary>
    public ChainEntry Ancestor(int height)
    {
        ChainEntry entry = this;
        while (entry.Height > height)
        {
            entry = entry.Parent!;
        }
        return entry;
    }

    private static UInt256 FromUInt128(UInt128 value) => new((ulong)(value & ulong.MaxValue), (ulong)(value >> 64), 0, 0);
}
