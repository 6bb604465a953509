using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>Coin blocks and the coin's tip, as they are told.</summary>
public sealed partial class ChainPeers
{
    /// <summary>Who is sent a block: enough that one has a way to the coin's miners, each at a block's bytes.</summary>
    private const int BlockPeersMax = 8;

    /// <summary>Bytes of a block in one frame.</summary>
    private const int BlockPart = PeerMessageRule.FrameBytesMax - PeerBody.BlockHeadBytes;

    /// <summary>Peers take five COINTIP in a minute.</summary>
    private static readonly TimeSpan s_coinTipEvery = TimeSpan.FromSeconds(12);

    /// <summary>Coin blocks of others that our coin nodes got.</summary>
    public long BlocksForwarded => _blocks.Forwarded;

    /// <summary>
    /// Coin blocks of ours that others were sent.
    /// </summary>
    public long BlocksAnnounced => Interlocked.Read(ref _announced);

    /// <summary>
    /// A block of ours, which our own coin nodes are being sent: those we dialled get it first, as nobody chose them
    /// but us, and of the others the nearest. A block of more than 4 MiB goes nowhere. Any thread.
    /// </summary>
    public void Announce(AssembledBlock block)
    {
        _blocks.OnOwn(block.Id);
        int length = (block.HeadHex.Length + block.TailHex.Length) / 2;
        if (length > PeerBody.BlockBytesMax)
        {
            return;
        }
        byte[] bytes = new byte[length];
        Hex.TryDecode(block.HeadHex.Span, bytes, out _);
        Hex.TryDecode(block.TailHex.Span, bytes.AsSpan(block.HeadHex.Length / 2), out _);
        IChainPeer[] peers;
        lock (_gate)
        {
            int frames = (length + BlockPart - 1) / BlockPart;
            double now = _time.GetElapsedTime(0).TotalSeconds;
            peers =
            [
                .. _links.Values.OrderByDescending(static link => link.Peer.IsOutbound)
                    .ThenBy(static link => link.Peer.RoundTrip ?? TimeSpan.MaxValue)
                    .Where(link => link.Blocks.TryTake(frames, now)).Take(BlockPeersMax)
                    .Select(static link => link.Peer),
            ];
        }
        if (peers.Count(peer => TrySend(peer, block.Id, bytes)) > 0)
        {
            Interlocked.Increment(ref _announced);
        }
    }

    private static bool TrySend(IChainPeer peer, Hash256 id, ReadOnlySpan<byte> block)
    {
        byte[] body = new byte[Math.Min(block.Length, BlockPart) + PeerBody.BlockHeadBytes];
        for (int at = 0; at < block.Length; at += BlockPart)
        {
            ReadOnlySpan<byte> part = block[at..Math.Min(block.Length, at + BlockPart)];
            new PeerBlockHead(id, (uint)block.Length, (uint)at).Write(body);
            part.CopyTo(body.AsSpan(PeerBody.BlockHeadBytes));
            if (!peer.Send(PeerMessage.BlockAnn, body.AsSpan(0, PeerBody.BlockHeadBytes + part.Length)))
            {
                return false; // it does not read
            }
        }
        return true;
    }

    /// <summary>How our coin nodes stand to those of others.</summary>
    public CoinSight CoinSight
    {
        get
        {
            lock (_gate)
            {
                return CoinSight.Of(_desk.Coin.Tip.Height,
                    [.. _links.Values.Where(static link => link.CoinTip.Height > 0)
                        .Select(static link => (link.CoinTip.Height, link.Peer.IsOutbound))]);
            }
        }
    }

    private void OnCoinTip(ChainLink link, PeerCoinTip tip)
    {
        lock (_gate)
        {
            link.CoinTip = tip;
        }
    }

    /// <summary>Under the gate: false when it has to be told later.</summary>
    private bool TryTellCoin(ChainLink link, PeerCoinTip tip)
    {
        if (tip.Id.IsZero || link.CoinTold == tip.Id)
        {
            return true;
        }
        if (link.CoinRest.Left(_time) > TimeSpan.Zero)
        {
            return false;
        }
        Span<byte> body = stackalloc byte[PeerCoinTip.Bytes];
        tip.Write(body);
        if (link.Peer.Send(PeerMessage.CoinTip, body))
        {
            link.CoinTold = tip.Id;
        }
        link.CoinRest = Pause.Begin(_time, s_coinTipEvery);
        return true;
    }
}
