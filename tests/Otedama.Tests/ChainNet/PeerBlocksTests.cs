using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.ChainNet;

/// <summary>Coin blocks of others: what goes to our coin nodes, what its sender is blamed for, what costs nobody a place.</summary>
public sealed class PeerBlocksTests
{
    /// <summary>Half of all hashes are blocks.</summary>
    private const uint EveryOther = 0x207fffff;

    private readonly ChainNode _node = new(coinBits: EveryOther);
    private readonly HandPeer _one, _two;

    public PeerBlocksTests()
    {
        _one = new HandPeer(_node, default).Join();
        _two = new HandPeer(_node, default).Join();
    }

    [Fact]
    public void A_block_whose_share_is_known_goes_on_once()
    {
        (ChainShare share, byte[] block) = Block();
        _one.Say(PeerMessage.Share, share.Bytes.Span);
        Send(_one, share, block);
        Send(_two, share, block);
        AssembledBlock forwarded = Assert.Single(_node.Forwarded);
        Assert.Equal((share.Work.Header.Id, 100), (forwarded.Id, forwarded.Height));
        Assert.Equal(Convert.ToHexStringLower(block), System.Text.Encoding.ASCII.GetString(forwarded.HeadHex.Span));
        Assert.Empty(_one.Blamed);
        Assert.Empty(_two.Blamed);
        Assert.Equal(1, _node.Peers.BlocksForwarded);
    }

    [Fact]
    public void A_block_that_overtook_its_share_waits_for_it_and_without_one_goes_nowhere()
    {
        (ChainShare share, byte[] block) = Block();
        Send(_one, share, block);
        Assert.Empty(_node.Forwarded);
        _two.Say(PeerMessage.Share, share.Bytes.Span);
        _node.Step();
        Assert.Single(_node.Forwarded);
        (share, block) = Block();
        Send(_one, share, block);
        _node.Clock.Advance(61);
        _node.Step();
        Assert.Equal(PeerOffence.AnnouncedNothing, Assert.Single(_one.Blamed).Offence);
        Assert.Single(_node.Forwarded);
    }

    [Fact]
    public void Parts_come_in_order_and_are_one_block()
    {
        (ChainShare share, byte[] block) = Block();
        _one.Say(PeerMessage.Share, share.Bytes.Span);
        Say(_one, share.Work.Header.Id, block, 0, 100);
        Say(_one, share.Work.Header.Id, block, 150, 50); // not the next one: passed over
        Say(_one, share.Work.Header.Id, block, 100, 50);
        Assert.Empty(_node.Forwarded);
        Say(_one, share.Work.Header.Id, block, 150, block.Length - 150);
        Assert.Single(_node.Forwarded);
    }

    [Fact]
    public void Without_the_coins_proof_of_work_it_is_the_end_of_its_sender()
    {
        (ChainShare share, byte[] block) = Block();
        byte[] other = [.. block];
        BlockHeader header = share.Work.Header;
        for (uint nonce = 0; Target.FromCompact(EveryOther).IsMetBy(header.Id); nonce++)
        {
            header = header with { Nonce = nonce };
        }
        header.CopyTo(other);
        Say(_one, header.Id, other, 0, other.Length);
        Assert.Equal(PeerOffence.BadBlock, Assert.Single(_one.Blamed).Offence);
        Say(_two, header.Id, block, 0, block.Length); // an id that is not the header's
        Assert.Equal(PeerOffence.BadBlock, Assert.Single(_two.Blamed).Offence);
        Assert.Equal(100, PeerOffences.Of(PeerOffence.BadBlock).Points);
        HandPeer three = new HandPeer(_node, default).Join();
        Say(three, share.Work.Header.Id, block, 0, 79);
        Assert.Equal(PeerOffence.BadBlock, Assert.Single(three.Blamed).Offence);
    }

    /// <summary>He may have it from its finder, and be the first to tell: others still bring the real one.</summary>
    [Fact]
    public void Other_transactions_under_a_good_header_stop_nobody_else()
    {
        (ChainShare share, byte[] block) = Block();
        byte[] forged = [.. block];
        forged[^5] ^= 1;
        _two.Say(PeerMessage.Share, share.Bytes.Span);
        Send(_one, share, forged);
        Assert.Equal(PeerOffence.BadBlock, Assert.Single(_one.Blamed).Offence);
        Assert.Empty(_node.Forwarded);
        Send(_two, share, block);
        Assert.Single(_node.Forwarded);
    }

    [Fact]
    public void Bits_that_are_not_the_coins_cost_points_and_an_unknown_parent_nothing()
    {
        ChainNode easy = new(coinBits: 0x207ffffe);
        ChainShare share = easy.Make();
        byte[] block = easy.BlockOf(share);
        Send(_one, share, block);
        Assert.Equal(PeerOffence.Unsolicited, Assert.Single(_one.Blamed).Offence);
        ChainShare elsewhere = _node.Make(block: new Hash256(Enumerable.Repeat((byte)9, 32).ToArray()));
        Send(_two, elsewhere, _node.BlockOf(elsewhere));
        Assert.Empty(_two.Blamed);
        Assert.Empty(_node.Forwarded);
    }

    /// <summary>Headers of blocks that others of the coin have found cost a liar nothing.</summary>
    [Fact]
    public void Places_held_without_a_share_make_room_for_blocks_of_the_chain()
    {
        HandPeer[] liars = [.. Enumerable.Range(0, 20).Select(_ => new HandPeer(_node, default).Join())];
        foreach (HandPeer liar in liars)
        {
            (ChainShare foreign, byte[] body) = Block();
            Say(liar, foreign.Work.Header.Id, body, 0, 90);
        }
        (ChainShare share, byte[] block) = Block();
        _one.Say(PeerMessage.Share, share.Bytes.Span);
        Say(_one, share.Work.Header.Id, block, 0, 100);
        foreach (HandPeer liar in liars)
        {
            (ChainShare foreign, byte[] body) = Block();
            Say(liar, foreign.Work.Header.Id, body, 0, 90);
        }
        Say(_one, share.Work.Header.Id, block, 100, block.Length - 100);
        Assert.Single(_node.Forwarded);
    }

    [Fact]
    public void Ours_goes_to_eight_those_we_dialled_first_in_frames_of_a_mebibyte()
    {
        HandPeer[] inbound = [.. Enumerable.Range(0, 10).Select(i => new HandPeer(_node, default, isOutbound: false)
        {
            RoundTrip = TimeSpan.FromMilliseconds(100 - i),
        }.Join())];
        byte[] block = new byte[(2 << 20) + 7];
        new Random(1).NextBytes(block);
        Hash256 id = Sha256d.Hash(block.AsSpan(0, 80));
        _node.Peers.Announce(new AssembledBlock(id, 100, Hex(block[..1_000]), Hex(block[1_000..])));
        HandPeer[] told = [.. inbound.Append(_one).Append(_two).Where(static peer => peer.Sent.Exists(static each => each.Message == PeerMessage.BlockAnn))];
        Assert.Equal([_one, _two, .. inbound[4..]], told.OrderByDescending(static peer => peer.IsOutbound));
        byte[] whole = new byte[block.Length];
        foreach ((_, _, byte[] body) in _one.Sent.Where(static each => each.Message == PeerMessage.BlockAnn))
        {
            PeerBlockHead head = PeerBlockHead.Read(body);
            Assert.Equal((id, (uint)block.Length), (head.Id, head.Length));
            Assert.Equal(PeerFault.None, PeerBody.Check(new PeerFrame(PeerMessageRule.Of(PeerMessage.BlockAnn)!, 0, body)));
            body.AsSpan(PeerBody.BlockHeadBytes).CopyTo(whole.AsSpan((int)head.Offset));
        }
        Assert.Equal(block, whole);
        Assert.Equal(1, _node.Peers.BlocksAnnounced);
    }

    /// <summary>On a test chain every other share is a block; peers hold more than sixteen frames a minute against us.</summary>
    [Fact]
    public void Nobody_is_sent_more_blocks_than_he_takes()
    {
        for (int i = 0; i < 40; i++)
        {
            byte[] block = BitConverter.GetBytes(i);
            _node.Peers.Announce(new AssembledBlock(Sha256d.Hash(block), 100, Hex(block), default));
        }
        Assert.Equal(16, _one.Sent.Count(static each => each.Message == PeerMessage.BlockAnn));
        _node.Clock.Advance(60);
        _node.Peers.Announce(new AssembledBlock(ChainNode.Block, 100, Hex([1]), default));
        Assert.Equal(17, _one.Sent.Count(static each => each.Message == PeerMessage.BlockAnn));
    }

    /// <summary>A share that is a block as well, not taken yet.</summary>
    private (ChainShare Share, byte[] Block) Block()
    {
        while (true)
        {
            ChainShare share = _node.Make();
            if (EasyShares.IsBlock(share))
            {
                return (share, _node.BlockOf(share));
            }
        }
    }

    private static byte[] Hex(byte[] bytes) => System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes));

    private static void Send(HandPeer peer, ChainShare share, byte[] block) =>
        Say(peer, share.Work.Header.Id, block, 0, block.Length);

    private static void Say(HandPeer peer, Hash256 id, byte[] block, int offset, int count)
    {
        byte[] body = new byte[PeerBody.BlockHeadBytes + count];
        new PeerBlockHead(id, (uint)block.Length, (uint)offset).Write(body);
        block.AsSpan(offset, count).CopyTo(body.AsSpan(PeerBody.BlockHeadBytes));
        peer.Say(PeerMessage.BlockAnn, body);
    }
}
