using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama.Tests.ChainNet;

/// <summary>
/// Somebody who says what hurts: shares with a byte changed, tips of much work that he does not have, parts of chains
/// that end early, floods of ids and of shares whose parents do not exist. He says it again as long as he is let in.
/// </summary>
internal sealed class NetHostile : NetActor
{
    private readonly SeededRandom _random;
    private readonly List<byte[]> _heard = [];
    private PeerTip _tip;
    private ulong _number;

    public NetHostile(NetSim sim, int number)
        : base(sim, number)
    {
        _random = sim.RandomFor($"hostile{number}");
        _tip = new PeerTip(5_000, SomeId(), 1 << 20, BeEager: false);
        Act();
    }

    public override bool IsHonest => false;

    public override PeerTip Tip => _tip;

    public override void OnJoined(NetPeer peer)
    {
    }

    public override void OnLeft(NetPeer peer)
    {
    }

    public override void OnFrame(NetPeer peer, PeerMessageRule rule, uint correlation, byte[] body)
    {
        switch (rule.Message)
        {
            case PeerMessage.Share when _heard.Count < 200:
                _heard.Add(body);
                break;
            case PeerMessage.GetChain when _random.Chance(0.5):
                byte[] head = new byte[PeerBody.ChainHeadBytes];
                new PeerChainHead(PeerChainRequest.Read(body).Offset, IsEnd: _random.Chance(0.5)).Write(head);
                peer.Send(PeerMessage.Chain, head, correlation);
                break;
            case PeerMessage.GetShares when _random.Chance(0.3):
                peer.Send(PeerMessage.Shares, new byte[body.Length / PeerBody.IdBytes * sizeof(uint)], correlation);
                break;
        }
    }

    private void Act()
    {
        Sim.Schedule.After(_random.Wait(TimeSpan.FromSeconds(1)), Sim.Life, Act);
        if (Peers.Count == 0)
        {
            return;
        }
        NetPeer peer = Peers[_random.Below(Peers.Count)];
        switch (_random.Below(Sim.Options.CoinBits == EasyShares.CoinBits ? 5 : 6))
        {
            case 0:
                _tip = new PeerTip((uint)_random.Below(10_000), SomeId(), (UInt128)_random.NextUInt64(), BeEager: false);
                byte[] tip = new byte[PeerTip.Bytes];
                _tip.Write(tip);
                peer.Send(PeerMessage.Tip, tip);
                break;
            case 1 when _heard.Count > 0:
                byte[] changed = [.. _heard[_random.Below(_heard.Count)]];
                ChainShare? before = ChainShare.Decode(changed, ChainCoin.Of(Sim.Parameters), out _);
                changed[_random.Below(changed.Length)] ^= (byte)(1 << _random.Below(8));
                NoteMined(before!, ChainShare.Decode(changed, ChainCoin.Of(Sim.Parameters), out _));
                peer.Send(PeerMessage.Share, changed);
                break;
            case 2:
                byte[] ids = new byte[PeerBody.KindIdBytes * 100];
                _random.Fill(ids);
                for (int i = 0; i < 100; i++)
                {
                    ids[i * PeerBody.KindIdBytes] = (byte)PeerInvKind.Share;
                }
                peer.Send(PeerMessage.Inv, ids);
                break;
            case 3:
                peer.Send(PeerMessage.Share, Orphan().Bytes.Span);
                break;
            case 5 when _heard.Count > 0
                && ChainShare.Decode(_heard[_random.Below(_heard.Count)], ChainCoin.Of(Sim.Parameters), out _) is { } share:
                Announce(peer, share);
                break;
            case 4:
                byte[] data = new byte[PeerBody.IdBytes * 32];
                _random.Fill(data);
                peer.Ask(PeerMessage.GetShares, data);
                break;
        }
    }

    /// <summary>A block that is none, or the one that a share is with other transactions, or only a part of it.</summary>
    private void Announce(NetPeer peer, ChainShare share)
    {
        byte[] body = new byte[PeerBody.BlockHeadBytes + 300];
        _random.Fill(body);
        share.Work.Header.CopyTo(body.AsSpan(PeerBody.BlockHeadBytes));
        uint length = (uint)(_random.Chance(0.5) ? 300 : _random.Below(4 << 20));
        new PeerBlockHead(share.Work.Header.Id, Math.Max(300, length), 0).Write(body);
        peer.Send(PeerMessage.BlockAnn, body);
    }

    /// <summary>On a chain this easy another header with the same merkle root may well be another share that is good.</summary>
    private void NoteMined(ChainShare before, ChainShare? after)
    {
        if (after is not null && new ChainShare(after.Core, after.Work with { Header = before.Work.Header }).Id == before.Id
            && ShareChecks.Stateless(after, Sim.Parameters, ChainCoin.Of(Sim.Parameters)) is null)
        {
            Sim.Audit.OnMade(after);
        }
    }

    /// <summary>It has its proof of work, and a parent that nobody has.</summary>
    private ChainShare Orphan()
    {
        ShareChain empty = new(Sim.Parameters);
        Template template = Sim.Coin.Template(Sim.Schedule.Now - Sim.Options.CoinDelay.Ticks);
        ulong now = (ulong)(1_900_000_000_000 + (Sim.Schedule.Now / TimeSpan.TicksPerMillisecond));
        ShareCore core = FreeShares.Core(empty.Next(), FreeShares.Payee(99), now) with
        {
            Parent = SomeId(),
            Height = 50,
            Sequence = 50,
            CoinHeight = (uint)template.Height,
            Bits = Peers.Select(static peer => peer.Remote).OfType<NetNode>().FirstOrDefault()?.Desk.Next.Bits ?? Sim.Parameters.LimitBits,
        };
        return EasyShares.Mine(core, Sim.Parameters, [], _number++, template.PreviousHash, Sim.Options.CoinBits);
    }

    private Hash256 SomeId()
    {
        byte[] id = new byte[Hash256.Size];
        _random.Fill(id);
        return new Hash256(id);
    }
}
