using System.Globalization;
using System.Net;
using System.Text;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama;

/// <summary>
/// Somebody who says what hurts: shares with a byte changed or with another one paid, tips of much work that he does
/// not have, parts of chains that end early, floods of ids and of shares without parents, noise. Banned, he comes back
/// from another address with another key.
/// </summary>
internal sealed class NetHostile : IPeerNetworkUser
{
    /// <summary>Each attacker has so many.</summary>
    private const int Places = 100;

    /// <summary>Numbers of machines that no honest node has.</summary>
    private const int Actor = 2_000;

    private const int HeardMax = 200, PushedMax = 100;

    /// <summary>Tips at once, where a peer may send two in a second.</summary>
    private const int Flood = 60;

    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);

    private readonly NetWorld _world;
    private readonly int _number;
    private readonly IReadOnlyList<NetNode> _nodes;
    private readonly SeededRandom _random;
    private readonly SimLife _life;
    private readonly List<NetHostileLine> _lines = [];
    private readonly List<byte[]> _heard = [];
    private readonly NetCoinView _coin;
    private NetPort _port = null!;
    private int _keys;
    private ulong _made;

    public NetHostile(NetWorld world, int number, IReadOnlyList<NetNode> nodes)
    {
        (_world, _number, _nodes) = (world, number, nodes);
        string name = string.Create(CultureInfo.InvariantCulture, $"hostile{number}");
        _random = world.RandomFor(name);
        _life = new SimLife(world.Schedule, name);
        for (int i = 0; i < Places; i++)
        {
            world.Audit.Blames.AddHostile(world.HostilePlace((number * Places) + i).Address);
        }
        _coin = world.Coin.NewView(name);
    }

    public Hash256 ChainId => _world.Parameters.Id;

    public void Start()
    {
        Move();
        Act();
    }

    public bool IsAllowed(IPAddress address) => true;

    public IPeerLinkUser OnLink(IPeerLink link, long number)
    {
        NetHostileLine line = new(this, link);
        _lines.Add(line);
        return line;
    }

    public void OnNoLink(IPEndPoint place, long number, PeerRefusal reason, string detail)
    {
    }

    internal long Now => _world.Schedule.Now;

    /// <summary>All of a flood has come: who got it holds it against this one, or has hung up.</summary>
    public void OnFlooded(NetEnd end, long since)
    {
        NetPort victim = end.Back.Port;
        IPAddress place = _port.Place.Address;
        _world.Schedule.After(s_every, _life, () =>
        {
            if (!victim.Life.IsOver && !end.Back.IsEnded && !_world.Audit.Blames.HasBlamed(victim.Number, place, since))
            {
                _world.Fail($"node{victim.Number} takes {Flood} tips at once from {place} and does not mind");
            }
        });
    }

    public void Left(NetHostileLine line) => _lines.Remove(line);

    /// <summary>How he introduces himself: with more work than anybody, and a node to dial.</summary>
    public PeerHello Introduce(NodeId peer)
    {
        Hash256 nonce = SomeId();
        PeerTip tip = SomeTip();
        return new PeerHello
        {
            Nonce = nonce,
            ChainProof = PeerProofs.Chain(ChainId, _port.Id, peer, nonce),
            Observed = default,
            UnixMs = NowMs,
            ListenPort = (ushort)_port.Place.Port,
            TipId = tip.Id,
            TipHeight = tip.Height,
            TipWork = tip.Work,
            UserAgent = "hostile",
        };
    }

    public void OnFrame(NetHostileLine line, in PeerFrame frame)
    {
        if (_world.Options.HostileAreSilent)
        {
            return;
        }
        switch (frame.Message)
        {
            case PeerMessage.Share when _heard.Count < HeardMax:
                _heard.Add(frame.Body.ToArray());
                break;
            case PeerMessage.GetChain when _random.Chance(0.5):
                byte[] head = new byte[PeerBody.ChainHeadBytes];
                new PeerChainHead(PeerChainRequest.Read(frame.Body).Offset, IsEnd: _random.Chance(0.5)).Write(head);
                line.Send(PeerMessage.Chain, head, frame.Correlation);
                break;
            case PeerMessage.GetShares when _random.Chance(0.3):
                byte[] nothing = new byte[frame.Body.Length / PeerBody.IdBytes * sizeof(uint)];
                line.Send(PeerMessage.Shares, nothing, frame.Correlation);
                break;
        }
    }

    private ulong NowMs => (ulong)new SimClock(_world.Schedule, _life).GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>A new key and a new address; those who know the old ones are left.</summary>
    private void Move()
    {
        int place = (_number * Places) + (_keys++ % Places);
        string key = string.Create(CultureInfo.InvariantCulture, $"hostile {_number} {_keys}");
        NodeId id = NodeId.OfKey(Encoding.ASCII.GetBytes(key));
        _port?.End(isHeard: true);
        _lines.Clear();
        _port = new NetPort(_world, Actor + place, id, _life, inboundMax: 100, static () => { });
        _port.Listen([_world.HostilePlace(place)], this);
    }

    private void Act()
    {
        _world.Schedule.After(_random.Wait(s_every), _life, Act);
        NetHostileLine[] open = [.. _lines.Where(static line => line.IsGreeted)];
        if (open.Length == 0)
        {
            if (_lines.Count == 0 && _random.Chance(0.3))
            {
                Move();
            }
            _port.Dial(NetWorld.PlaceOf(_nodes[_random.Below(_nodes.Count)].Number), null, 1, this);
        }
        else if (!_world.Options.HostileAreSilent)
        {
            Hurt(open[_random.Below(open.Length)]);
        }
    }

    private void Hurt(NetHostileLine line)
    {
        switch (_random.Below(10))
        {
            case 0:
                byte[] tip = new byte[PeerTip.Bytes];
                SomeTip().Write(tip);
                line.Send(PeerMessage.Tip, tip);
                break;
            case 1 when _heard.Count > 0:
                line.Send(PeerMessage.Share, Changed());
                break;
            case 2:
                byte[] ids = new byte[PeerBody.KindIdBytes * PushedMax];
                _random.Fill(ids);
                for (int i = 0; i < PushedMax; i++)
                {
                    ids[i * PeerBody.KindIdBytes] = (byte)PeerInvKind.Share;
                }
                line.Send(PeerMessage.Inv, ids);
                break;
            case 3:
                line.Send(PeerMessage.Share, Orphan().Bytes.Span);
                break;
            case 4:
                byte[] wanted = new byte[PeerBody.IdBytes * 32];
                _random.Fill(wanted);
                line.Send(PeerMessage.GetShares, wanted, (uint)_random.Below(1_000) + 1);
                break;
            case 5 when Cheat() is { } share:
                line.Send(PeerMessage.Share, share.Bytes.Span);
                break;
            case 6:
                byte[] noise = new byte[_random.Below(2_000)];
                _random.Fill(noise);
                line.SendRaw(noise);
                break;
            case 7:
                line.Stop(); // reads no more
                break;
            case 8:
                line.Flood([.. Enumerable.Range(0, Flood).Select(_ => SomeTip())]);
                break;
            case 9 when _heard.Count > 0
                && ChainShare.Decode(SomeHeard(), ChainCoin.Of(_world.Parameters), out _) is { } heard:
                Announce(line, heard);
                break;
        }
    }

    private byte[] SomeHeard() => _heard[_random.Below(_heard.Count)];

    /// <summary>A block that is none, or that of a share with other transactions, or only a part of it.</summary>
    private void Announce(NetHostileLine line, ChainShare share)
    {
        const uint Length = 300;
        byte[] body = new byte[PeerBody.BlockHeadBytes + Length];
        _random.Fill(body);
        share.Work.Header.CopyTo(body.AsSpan(PeerBody.BlockHeadBytes));
        uint length = _random.Chance(0.5) ? Length : Math.Max(Length, (uint)_random.Below(PeerBody.BlockBytesMax));
        new PeerBlockHead(share.Work.Header.Id, length, 0).Write(body);
        line.Send(PeerMessage.BlockAnn, body);
    }

    private PeerTip SomeTip() =>
        new((uint)_random.Below(10_000), SomeId(), (UInt128)_random.NextUInt64(), BeEager: false);

    /// <summary>
    /// One bit of a share is another one. With luck it still is a share: of another nonce, or with another proof.
    /// </summary>
    private byte[] Changed()
    {
        byte[] changed = [.. SomeHeard()];
        changed[_random.Below(changed.Length)] ^= (byte)(1 << _random.Below(8));
        ChainCoin coin = ChainCoin.Of(_world.Parameters);
        ChainShare? before = ChainShare.Decode(_heard[^1], coin, out _);
        if (before is not null && ChainShare.Decode(changed, coin, out _) is { } after
            && ShareChecks.Fields(after, _world.Parameters, coin) is null
            && ShareChecks.Link(after, _world.Parameters) is null
            && EasyShares.HasProof(after))
        {
            _world.Audit.OnMade(null, after);
        }
        return changed;
    }

    /// <summary>It has its proof of work and its place in the chain, and pays the attacker alone.</summary>
    private ChainShare? Cheat()
    {
        NetNode node = _nodes[_random.Below(_nodes.Count)];
        if (!node.IsUp || node.Desk.Tip.Height < 4)
        {
            return null;
        }
        Template template = _coin.MinedTemplate();
        ShareCore core = FreeShares.Core(node.Desk.Next, Payee, NowMs) with { CoinHeight = (uint)template.Height };
        PayoutOutput[] all = [new PayoutOutput(Payee.ToScript(), new Amount((long)FreeShares.CoinValue))];
        return EasyShares.Mine(core, _world.Parameters, all, _made++, template.PreviousHash, _world.Options.CoinBits);
    }

    /// <summary>It has its proof of work, and a parent that nobody has.</summary>
    private ChainShare Orphan()
    {
        Template template = _coin.MinedTemplate();
        ShareCore core = FreeShares.Core(new ShareChain(_world.Parameters).Next(), Payee, NowMs) with
        {
            Parent = SomeId(),
            Height = 50,
            Sequence = 50,
            CoinHeight = (uint)template.Height,
            Bits = _nodes[0].IsUp ? _nodes[0].Desk.Next.Bits : _world.Parameters.LimitBits,
        };
        return EasyShares.Mine(core, _world.Parameters, [], _made++, template.PreviousHash, _world.Options.CoinBits);
    }

    private PayoutKey Payee => FreeShares.Payee(10_000 + _number);

    private Hash256 SomeId()
    {
        byte[] id = new byte[Hash256.Size];
        _random.Fill(id);
        return new Hash256(id);
    }
}

/// <summary>One link of a hostile node.</summary>
internal sealed class NetHostileLine(NetHostile owner, IPeerLink link) : IPeerLinkUser
{
    private readonly PeerFrameReader _reader = new();
    private bool _hasStopped;
    private long? _floodedAt; // and not all of it has come

    public bool IsGreeted { get; private set; }

    public void Start()
    {
        byte[] body = new byte[PeerHello.BytesMax];
        int length = owner.Introduce(link.Peer).Write(body);
        Send(PeerMessage.Hello, body.AsSpan(0, length));
        IsGreeted = true;
    }

    public void OnReceived(ReadOnlySpan<byte> bytes)
    {
        _reader.Append(bytes);
        while (!_hasStopped && _reader.TryNext(out PeerFrame frame, out _))
        {
            owner.OnFrame(this, frame);
        }
    }

    public void OnSent()
    {
        if (_floodedAt is { } at)
        {
            _floodedAt = null;
            owner.OnFlooded((NetEnd)link, at);
        }
    }

    public void OnClosed() => owner.Left(this);

    /// <summary>So many of them at once: it has to cost something by the time they have come.</summary>
    public void Flood(PeerTip[] tips)
    {
        _floodedAt ??= owner.Now;
        byte[] body = new byte[PeerTip.Bytes];
        foreach (PeerTip tip in tips)
        {
            tip.Write(body);
            Send(PeerMessage.Tip, body);
        }
    }

    public void Stop()
    {
        _hasStopped = true;
        link.PauseReading();
    }

    public void Send(PeerMessage message, ReadOnlySpan<byte> body, uint correlation = 0)
    {
        byte[] frame = new byte[PeerFrame.HeaderBytes + body.Length];
        PeerFrame.WriteHeader(frame, message, body.Length, correlation);
        body.CopyTo(frame.AsSpan(PeerFrame.HeaderBytes));
        SendRaw(frame);
    }

    public void SendRaw(ReadOnlyMemory<byte> bytes)
    {
        link.Write(bytes);
        link.Flush();
    }
}
