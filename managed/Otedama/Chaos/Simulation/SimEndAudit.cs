using Otedama.Core;
using Otedama.Pool;

namespace Otedama;

/// <summary>
/// What has to be true once everything works again and the chain has gone on: of blocks, nodes and sessions.
/// </summary>
/// <param name="excused">
/// Blocks that were sent while the disk took nothing, in a life that ended before it did: the pool would rather have
/// the coins
/// than the booking, and the coinbase pays everybody all the same.
/// </param>
internal sealed class SimEndAudit(SimWorld world, SimBooks books, IReadOnlySet<Hash256> excused)
{
    /// <summary>Under so many blocks the pool knows what became of one of its own.</summary>
    private const int Buried = 7;

    public void Check(IReadOnlyCollection<Hash256> mustBeSent)
    {
        SimBlock tip = world.Nodes[0].Tip;
        if (world.Nodes.Any(node => node.Tip != tip))
        {
            world.Fail("the nodes have not agreed");
        }
        HashSet<Hash256> chain = [];
        for (SimBlock? block = tip; block is not null; block = block.Parent)
        {
            chain.Add(block.Id);
            if (block.IsOurs)
            {
                CheckOurs(block);
            }
        }
        foreach (SimBooking booking in books.Blocks)
        {
            CheckBooking(booking, chain, tip.Height);
        }
        foreach (Hash256 id in mustBeSent.Where(id => !world.Nodes.Any(node => node.Seen.Contains(id))))
        {
            world.Fail($"block {id} lay on disk at a start of the pool, and no node was given it");
        }
    }

    /// <summary>A block of ours in the chain is booked, and pays what was booked.</summary>
    private void CheckOurs(SimBlock block)
    {
        if (books.Find(block.Id) is not { } booking)
        {
            if (excused.Contains(block.Id))
            {
                return;
            }
            world.Fail($"block {block.Id} at height {block.Height} is in the chain and not booked");
            return;
        }
        if (booking.Status == BlockStatus.Orphaned)
        {
            world.Fail($"block {block.Id} at height {block.Height} is in the chain and booked as orphaned");
        }
        Dictionary<string, long> paid = block.Coinbase!.Outputs
            .Where(static output => output.Amount > Amount.Zero)
            .GroupBy(static output => Convert.ToHexStringLower(output.Script.Span))
            .ToDictionary(static group => group.Key, static group => group.Sum(static output => output.Amount.Units));
        Dictionary<string, long> booked = booking.Record.Entries
            .Where(static entry => entry.Paid != Amount.Zero)
            .GroupBy(entry => books.Scripts[entry.Payee])
            .ToDictionary(static group => group.Key, static group => group.Sum(static entry => entry.Paid.Units));
        if (paid.Count != booked.Count || paid.Any(each => booked.GetValueOrDefault(each.Key) != each.Value)
            || booking.Record.Reward != block.Reward)
        {
            world.Fail($"block {block.Id} pays {string.Join(", ", paid)}; booked is {string.Join(", ", booked)}");
        }
    }

    private void CheckBooking(SimBooking booking, HashSet<Hash256> chain, int height)
    {
        BlockRecord record = booking.Record;
        if (height - record.Height >= Buried && booking.Status != BlockStatus.Orphaned
            && !chain.Contains(record.BlockHash))
        {
            world.Fail($"block {record.BlockHash} at height {record.Height} is not in the chain and still booked as {booking.Status}");
        }
    }
}
