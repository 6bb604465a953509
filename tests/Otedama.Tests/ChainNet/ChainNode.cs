using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Ledgers;
using Otedama.Wire;

namespace Otedama.Tests.ChainNet;

/// <summary>A desk with its peers and synchronisation on a held clock, whose steps a test calls.</summary>
internal sealed class ChainNode : IBlockTimes, ICoinBlocks, ICoinBlockSink
{
    /// <summary>What every node builds on at first.</summary>
    public static readonly Hash256 Block = BlockAt(1_900_000_000_000);

    private readonly uint _coinBits;
    private ulong _number;
    private Hash256 _block = Block;

    public ChainNode(int window = 12, IFiles? files = null, HeldClock? clock = null, uint coinBits = EasyShares.CoinBits,
        long gossipBudget = ChainPeers.GossipBudget, bool audits = false)
    {
        _coinBits = coinBits;
        Parameters = EasyShares.Parameters(window);
        Clock = clock ?? new HeldClock(DateTimeOffset.FromUnixTimeSeconds(1_900_000_000));
        PoolWorld world = new()
        {
            Time = Clock,
            Random = new SystemRandomness(),
            Transport = null!,
            Files = files ?? new CrashDisk(),
            Nodes = null!,
            Loggers = NullLoggerFactory.Instance,
        };
        Desk = new ShareDesk(Parameters, NoProofs.Instance, world, "chain");
        Peers = new ChainPeers(Desk, this, this, world, gossipBudget) { Audits = audits };
        OnBlock(Block, 100);
    }

    public ChainParameters Parameters { get; }

    public HeldClock Clock { get; }

    public ShareDesk Desk { get; }

    public ChainPeers Peers { get; }

    public ulong TipTimeMs => (ulong)Clock.GetUtcNow().ToUnixTimeMilliseconds();

    public void OnBlock(Hash256 block, int height) => Desk.Coin.Note(new Template
    {
        Algorithm = CoinCatalogue.Find("btc", "regtest")!.Algorithm,
        Height = height,
        Version = 1,
        PreviousHash = block,
        Bits = _coinBits,
        Time = 0,
        TimeMin = 0,
        CoinbaseValue = new Amount((long)FreeShares.CoinValue),
        Transactions = [],
    });

    /// <summary>The next share on this parent, made and not taken.</summary>
    public ChainShare Make(Hash256? parent = null, Func<ShareCore, ShareCore>? change = null, Hash256? block = null) => Desk.Look(chain =>
    {
        Hash256 on = parent ?? chain.TipId;
        ShareCore core = FreeShares.Core(chain.NextOn(on), FreeShares.Payee((int)(_number % 5)), TipTimeMs);
        core = change is null ? core : change(core);
        return EasyShares.Mine(
            core, Parameters, chain.SplitOn(on, core.CapClass, core.CoinValue, core.Payout)!, _number++, block ?? _block, _coinBits);
    });

    /// <summary>The next share on the tip, of a block with one transaction beside the coinbase.</summary>
    public ChainShare MakeWith(Hash256 transaction) => Desk.Look(chain =>
    {
        ShareCore core = FreeShares.Core(chain.Next(), FreeShares.Payee(1), TipTimeMs);
        return EasyShares.Mine(
            core, Parameters, chain.SplitFor(core.CapClass, core.CoinValue, core.Payout)!, _number++, _block, _coinBits, [transaction]);
    });

    /// <summary>Blocks of others that its coin nodes would get.</summary>
    public List<AssembledBlock> Forwarded { get; } = [];

    void ICoinBlockSink.Forward(AssembledBlock block, string from) => Forwarded.Add(block);

    /// <summary>The coin block of a share on this tip.</summary>
    public byte[] BlockOf(ChainShare share) => Desk.Look(chain => EasyShares.BlockOf(
        share, Parameters, chain.SplitOn(share.Core.Parent, share.Core.CapClass, share.Core.CoinValue, share.Core.Payout)!));

    /// <summary>A coin block whose id says when it was made, ms since 1970.</summary>
    private static Hash256 BlockAt(ulong ms)
    {
        byte[] id = Enumerable.Repeat((byte)7, Hash256.Size).ToArray();
        BitConverter.TryWriteBytes(id, ms);
        return new Hash256(id);
    }

    /// <summary>So many shares, each on a coin block of its own, with uncles now and then and branches of two.</summary>
    public void Grow(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Clock.Advance(10);
            OnBlock(_block = BlockAt(TipTimeMs), 100);
            ChainShare one = Make(), other = Make(), third = Make();
            Take(one);
            if (i % 4 == 1)
            {
                Take(other);
                Take(Make(other.Id)); // a branch of two
            }
            if (i % 7 == 3)
            {
                Take(third);
            }
        }
    }

    /// <summary>A line of so many shares of so many payees, ten seconds apart.</summary>
    public void GrowFast(int count, int payees)
    {
        for (int i = 0; i < count; i++)
        {
            Clock.Advance(10);
            Take(Make(change: core => core with { Payout = FreeShares.Payee(i % payees) }));
        }
    }

    public void Take(ChainShare share) => Xunit.Assert.Equal(ArrivalKind.Taken, Desk.Arrive(share.Bytes.Span, ShareOrigin.Own).Kind);

    /// <summary>Steps of peers and synchronisation, once.</summary>
    public void Step()
    {
        Peers.StepAsync(default).GetAwaiter().GetResult();
        Peers.Sync.StepAsync(default).GetAwaiter().GetResult();
    }

    ulong? ICoinBlocks.TimeMsOf(Hash256 block) => BitConverter.ToUInt64(block.ToArray());

    ValueTask<ICoinBlocks?> IBlockTimes.LookAsync(IEnumerable<Hash256> blocks, CancellationToken stop) => new(this);
}

/// <summary>A peer in a test's hand: what it is sent is kept, and what it says the test says.</summary>
internal sealed class HandPeer(ChainPeers chain, PeerTip tip, bool isOutbound = true) : IChainPeer
{
    public HandPeer(ChainNode node, PeerTip tip, bool isOutbound = true)
        : this(node.Peers, tip, isOutbound)
    {
    }

    private static long s_numbers = 1_000;
    private uint _questions;

    public long Number { get; } = Interlocked.Increment(ref s_numbers);

    public string Name => $"peer {Number}";

    public bool IsOutbound => isOutbound;

    public TimeSpan? RoundTrip { get; set; }

    public PeerHello Hello { get; } = new()
    {
        Nonce = Hash256.Zero,
        ChainProof = Hash256.Zero,
        Observed = default,
        TipId = tip.Id,
        TipHeight = tip.Height,
        TipWork = tip.Work,
    };

    public List<(PeerMessage Message, uint Correlation, byte[] Body)> Sent { get; } = [];

    public List<(PeerOffence Offence, string Detail)> Blamed { get; } = [];

    public bool IsDeaf { get; set; }

    public Action<PeerMessage> OnSend { get; set; } = static _ => { };

    public bool Send(PeerMessage message, ReadOnlySpan<byte> body, uint correlation = 0)
    {
        if (!IsDeaf)
        {
            OnSend(message);
            Sent.Add((message, correlation, body.ToArray()));
        }
        return !IsDeaf;
    }

    public uint Ask(PeerMessage message, ReadOnlySpan<byte> body)
    {
        Sent.Add((message, ++_questions, body.ToArray()));
        return _questions;
    }

    public void Answered(uint number)
    {
    }

    public void Blame(PeerOffence offence, string detail) => Blamed.Add((offence, detail));

    public HandPeer Join()
    {
        chain.OnJoined(this);
        return this;
    }

    public void Leave() => chain.OnLeft(this);

    public void Say(PeerMessage message, ReadOnlySpan<byte> body, uint correlation = 0) =>
        chain.OnMessage(this, new PeerFrame(PeerMessageRule.Of(message)!, correlation, body));

    /// <summary>The newest message of this kind that it was sent, taken out.</summary>
    public (uint Correlation, byte[] Body)? TakeSent(PeerMessage message)
    {
        int at = Sent.FindLastIndex(each => each.Message == message);
        if (at < 0)
        {
            return null;
        }
        (_, uint correlation, byte[] body) = Sent[at];
        Sent.RemoveAt(at);
        return (correlation, body);
    }

    /// <summary>All frames with which another node would answer the question for its history.</summary>
    public (uint Correlation, List<byte[]> Frames) AnswerOf(ChainNode other)
    {
        (uint correlation, byte[] body) = TakeSent(PeerMessage.GetChain)!.Value;
        HandPeer asker = new HandPeer(other, default).Join();
        asker.Say(PeerMessage.GetChain, body, correlation);
        List<byte[]> frames = [.. asker.Sent.Where(static each => each.Message == PeerMessage.Chain).Select(static each => each.Body)];
        asker.Leave();
        return (correlation, frames);
    }

    public void AnswerLike(ChainNode other)
    {
        (uint correlation, List<byte[]> frames) = AnswerOf(other);
        frames.ForEach(frame => Say(PeerMessage.Chain, frame, correlation));
    }
}
