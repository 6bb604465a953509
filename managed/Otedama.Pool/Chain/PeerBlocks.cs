using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Coin blocks that others of the pool found and announce: those that are worth it go to our own coin nodes as well,
/// so that a block does not hang on its finder's line alone. Any thread.
/// </summary>
/// <remarks>
/// A place here costs a coin block's proof of work on a block that our coin nodes offered lately. Who has none can show
/// the header of somebody else's block with other transactions: he gets one place, as everybody, and loses it to a
/// block whose header is a share of this chain. When all places are taken by such, the next block is left to its
/// finder and to the other peers he told.
/// </remarks>
internal sealed partial class PeerBlocks(ShareDesk desk, ICoinBlockSink? nodes, TimeProvider time, ILogger logger)
{
    /// <summary>Blocks on their way at once, one of a peer: 32 MiB.</summary>
    private const int IncomingMax = 8;

    /// <summary>4 MiB on a line of 1 Mbit/s, and the share that may have to be asked for.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new(); // guards everything below
    private readonly List<IncomingBlock> _incoming = []; // the oldest first
    private readonly KnownIds _shares = new(); // block ids of the newest shares
    private readonly KnownIds _known = new(); // blocks that our nodes have or are getting
    private long _forwarded;

    /// <summary>Blocks of others that were handed to our coin nodes.</summary>
    public long Forwarded => Interlocked.Read(ref _forwarded);

    /// <summary>One of our own, which others may send back.</summary>
    public void OnOwn(Hash256 id)
    {
        lock (_gate)
        {
            _known.Add(id);
        }
    }

    /// <summary>A share is in the chain. True when it is a block that waited for it: Tick goes on with that.</summary>
    public bool OnShare(ChainShare share)
    {
        Hash256 id = share.Work.Header.Id;
        lock (_gate)
        {
            _shares.Add(id);
            return _incoming.Exists(block => block.Id == id);
        }
    }

    public void OnLeft(IChainPeer peer)
    {
        lock (_gate)
        {
            _incoming.RemoveAll(block => block.Peer == peer);
        }
    }

    /// <summary>One frame of a block. The parts of one come in order.</summary>
    public void OnFrame(IChainPeer peer, in PeerFrame frame)
    {
        PeerBlockHead head = PeerBlockHead.Read(frame.Body);
        ReadOnlySpan<byte> bytes = frame.Body[PeerBody.BlockHeadBytes..];
        if (head.Offset == 0 && (nodes is null || IsKnown(head.Id) || !TryBegin(peer, head, bytes)))
        {
            return; // the rest of it finds no place and is passed over
        }
        lock (_gate)
        {
            IncomingBlock? block = _incoming.Find(block => block.Peer == peer);
            if (block is null || !block.TryTake(head, bytes) || !block.IsWhole)
            {
                return;
            }
        }
        Settle();
    }

    /// <summary>Goes on with what is whole, forgets what takes too long. True while something is on its way.</summary>
    public bool Tick()
    {
        Settle();
        IncomingBlock[] late;
        bool isBusy;
        lock (_gate)
        {
            late = [.. _incoming.Where(block => block.IsLate(time))];
            _incoming.RemoveAll(late.Contains);
            isBusy = _incoming.Count > 0;
        }
        foreach (IncomingBlock block in late)
        {
            block.Peer.Blame(PeerOffence.AnnouncedNothing, block.IsWhole
                ? $"coin block {block.Id}: no share of it came" : $"coin block {block.Id}: it did not come whole");
        }
        return isBusy;
    }

    private bool IsKnown(Hash256 id)
    {
        lock (_gate)
        {
            return _known.Contains(id);
        }
    }

    /// <summary>The first bytes have the header, and the header has to be a block of the coin's next height.</summary>
    private bool TryBegin(IChainPeer peer, in PeerBlockHead head, ReadOnlySpan<byte> bytes)
    {
        BlockHeader header;
        try
        {
            header = desk.ReadHeader(bytes);
        }
        catch (FormatException e)
        {
            peer.Blame(PeerOffence.BadBlock, $"{head.Id}: {e.Message}");
            return false;
        }
        CoinView view = desk.Coin.See(header.PreviousHash, header.Bits, out uint height);
        if (view == CoinView.Unknown)
        {
            return false; // our coin nodes do not know its parent, and would not take it
        }
        if (view == CoinView.Wrong)
        {
            peer.Blame(PeerOffence.Unsolicited, $"coin block {head.Id} has bits {header.Bits:x8}, not its height's");
            return false;
        }
        if (header.Id != head.Id || !desk.IsCoinBlock(header, height))
        {
            peer.Blame(PeerOffence.BadBlock, $"{head.Id} has no proof of work of a coin block");
            return false;
        }
        lock (_gate)
        {
            _incoming.RemoveAll(block => block.Peer == peer); // it began another one
            if (!HasRoom())
            {
                return false;
            }
            _incoming.Add(new IncomingBlock(peer, head, header, height, Pause.Begin(time, s_patience)));
            return true;
        }
    }

    /// <summary>Under the gate: makes room at the cost of one of whom no share is known.</summary>
    private bool HasRoom() =>
        _incoming.Count < IncomingMax
            || (_incoming.Find(block => !_shares.Contains(block.Id)) is { } idle && _incoming.Remove(idle));

    /// <summary>Whole blocks go on when their share is known, of one id until one is what its header says.</summary>
    private void Settle()
    {
        while (true)
        {
            IncomingBlock? block;
            lock (_gate)
            {
                block = _incoming.Find(each => each.IsWhole && _shares.Contains(each.Id));
                if (block is null)
                {
                    return;
                }
                _incoming.Remove(block);
                if (_known.Contains(block.Id))
                {
                    continue;
                }
            }
            Take(block);
        }
    }

    private void Take(IncomingBlock block)
    {
        if (!BlockBody.BelongsTo(block.Bytes, block.Header))
        {
            block.Peer.Blame(PeerOffence.BadBlock, $"{block.Id}: its transactions are not those of its header");
            return;
        }
        lock (_gate)
        {
            if (!_known.Add(block.Id))
            {
                return;
            }
        }
        Interlocked.Increment(ref _forwarded);
        LogForwarded(block.Height, block.Id, block.Peer.Name);
        byte[] hex = System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(block.Bytes));
        nodes!.Forward(new AssembledBlock(block.Id, (int)block.Height, hex, default), block.Peer.Name);
    }

    [LoggerMessage(Level = LogLevel.Information, EventName = "block_of_peer",
        Message = "Coin block {Height} {Block} of the pool came from {Peer}; our coin nodes get it too")]
    private partial void LogForwarded(uint height, Hash256 block, string peer);
}
