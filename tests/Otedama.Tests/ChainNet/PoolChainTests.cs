using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Ledgers;
using Otedama.Tests.Pool;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.ChainNet;

/// <summary>The gate of a pool on a share chain, from what its peers say to what its miners are told.</summary>
public sealed class PoolChainTests : IDisposable
{
    private static readonly Hash256 s_block = ChainNode.Block;

    private readonly HeldClock _time = new(DateTimeOffset.FromUnixTimeSeconds(1_900_000_000));
    private readonly TempFolder _folder = new();
    private readonly Ledger _ledger;
    private readonly PoolChain _pool;
    private ulong _number;

    public PoolChainTests()
    {
        PoolOptions options = new()
        {
            Coin = CoinCatalogue.BitcoinRegtest,
            Nodes = [],
            DataDirectory = "pool",
            OperatorAddress = StratumHarness.Address(1),
        };
        PoolWorld world = World();
        _ledger = Ledger.Open(
            new LedgerOptions { Directory = _folder.Path, OperatorScript = Own.ToScript(), Sync = LogSync.None }, _time, NullLogger.Instance);
        ChainParameters parameters = EasyShares.Parameters(600);
        _pool = new PoolChain(parameters, options, _ledger, NoProofs.Instance, world);
        _pool.Join(new PeerNodeOptions { ChainId = parameters.Id, Folder = "peers" }, null!, null!, world);
        OnBlock(100);
    }

    private static PayoutKey Own { get; } = new(PayoutKey.WitnessKeyHash, Enumerable.Repeat((byte)1, 20).ToArray());

    [Fact]
    public void Alone_nobody_is_let_in_and_with_a_peer_everybody()
    {
        Assert.True(_pool.WhyClosed is { SendsAway: true } closed && closed.Reason.Contains("no other node", StringComparison.Ordinal));
        Assert.Same(_pool.WhyClosed!.Reason, _pool.Book.WhyClosed!.Reason);
        Peer();
        Assert.Null(_pool.WhyClosed);
        Assert.True(_pool.Snapshot().Network.Gate.IsOpen);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Without_a_coin_node_nobody_gets_work_and_with_one_again_everybody(bool soloOk)
    {
        if (soloOk)
        {
            _pool.Join(new PeerNodeOptions { ChainId = _pool.Desk.Parameters.Id, Folder = "peers", SoloOk = true }, null!, null!, World());
        }
        else
        {
            Peer();
        }
        TimeSpan? without = null;
        _pool.WithoutWork = () => without;
        Assert.Null(_pool.WhyClosed);
        without = TimeSpan.FromSeconds(9);
        Assert.Null(_pool.WhyClosed); // it may be starting anew
        without = TimeSpan.FromSeconds(10);
        Assert.True(_pool.Book.WhyClosed is { SendsAway: true });
        Assert.StartsWith("no coin node gives work", _pool.WhyClosed!.Reason, StringComparison.Ordinal);
        Assert.Contains("otedama node status", _pool.WhyClosed.Reason, StringComparison.Ordinal);
        ChainSnapshot seen = _pool.Snapshot();
        Assert.Equal((false, _pool.WhyClosed.Reason), (seen.Network.Gate.IsOpen, seen.Network.Gate.Reason));
        Assert.Contains(ChainLines.Chain(ChainViews.Of(seen, _time.GetUtcNow()), "BTC"),
            static line => line.Contains("miners wait: no coin node gives work", StringComparison.Ordinal));
        without = null;
        Assert.Null(_pool.WhyClosed);
        Assert.True(_pool.Snapshot().Network.Gate.IsOpen);
    }

    [Fact]
    public void One_liar_about_the_coin_closes_nothing_and_two_that_we_dialled_do()
    {
        HandPeer one = Peer(), two = Peer(), three = Peer();
        Say(one, 4_000);
        Assert.Null(_pool.WhyClosed);
        Say(two, 106);
        Assert.True(_pool.WhyClosed is { SendsAway: true });
        Assert.StartsWith("the coin node is 7 blocks behind what 2 peers see", _pool.WhyClosed!.Reason, StringComparison.Ordinal);
        Assert.False(_pool.Snapshot().Network.Gate.IsOpen);
        for (int i = 0; i < 15; i++)
        {
            Run(10);
        }
        ChainAlarm alarm = Assert.Single(_pool.Snapshot().Alarms);
        Assert.Equal(ChainAlarms.CoinBehind, alarm.Kind);
        OnBlock(107);
        Run(20);
        Assert.Null(_pool.WhyClosed);
        Assert.Empty(_pool.Snapshot().Alarms);
        Say(three, 100);
    }

    [Fact]
    public void Who_hears_nothing_of_others_lets_nobody_new_in_and_lets_those_who_mine_go_on()
    {
        Peer();
        for (int i = 0; i < 450; i++)
        {
            Run(10);
            Take(FreeShares.Payee(i % 9), new ShareOrigin(5, IsAskedFor: false));
        }
        Assert.Null(_pool.WhyClosed);
        for (int i = 0; i < 9; i++)
        {
            Run(100);
            Take(Own, ShareOrigin.Own);
        }
        Assert.True(_pool.WhyClosed is { SendsAway: false });
        Assert.Matches("^0 shares of other nodes came in ten minutes where [56][0-9] are usual", _pool.WhyClosed!.Reason);
        ChainSnapshot seen = _pool.Snapshot();
        Assert.Equal((false, _pool.WhyClosed.Reason), (seen.Network.Gate.IsOpen, seen.Network.Gate.Reason));
        Assert.Equal(ChainAlarms.Partition, Assert.Single(seen.Alarms).Kind);
        ChainView view = ChainViews.Of(seen, _time.GetUtcNow());
        Assert.Equal("partition", Assert.Single(view.Alarms).Kind);
        Assert.Contains(ChainLines.Chain(view, "BTC"), static line => line.Contains("! 0 shares of other nodes", StringComparison.Ordinal));
    }

    /// <summary>Step 6 of the rules: bits that are too easy would have the next block pay who found this share alone.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_share_with_false_coin_bits_or_of_tomorrow_comes_in_by_no_way(bool isFuture)
    {
        HandPeer peer = Peer();
        Take(Own, ShareOrigin.Own);
        Run(10);
        ulong time = (ulong)_time.GetUtcNow().ToUnixTimeMilliseconds() + (isFuture ? 3_600_000UL : 0);
        uint bits = isFuture ? EasyShares.CoinBits : 0x207fffff;
        foreach (Hash256 block in new[] { s_block, Sha256d.Hash([7]) })
        {
            ChainShare wrong = _pool.Desk.Look(chain => EasyShares.Next(
                chain, _pool.Desk.Parameters, FreeShares.Payee(3), time, _number++, block, coinBits: bits));
            Assert.Equal(ArrivalKind.Ignored, _pool.Desk.Arrive(wrong, new ShareOrigin(peer.Number, IsAskedFor: true)).Kind);
            Assert.Equal(ShareFault.Orphan, _pool.Desk.TakeHistory([wrong], peer.Number, default)!.Step);
            Assert.NotEqual(wrong.Id, _pool.Desk.Tip.Id);
        }
        Assert.Empty(peer.Blamed);
        // A rival's coin block is no fault: others build on it before our node has seen it.
        Take(FreeShares.Payee(4), new ShareOrigin(peer.Number, IsAskedFor: true), Sha256d.Hash([8]));
    }

    [Fact]
    public async Task Who_tells_of_a_heavier_chain_and_sends_nothing_closes_no_gate()
    {
        HandPeer honest = Peer();
        Take(Own, ShareOrigin.Own);
        Take(FreeShares.Payee(1), new ShareOrigin(honest.Number, IsAskedFor: false));
        Assert.Null(_pool.WhyClosed);
        HandPeer liar = new HandPeer(_pool.Peers!.Chain, new PeerTip(9_000, Sha256d.Hash([1]), UInt128.MaxValue, false)).Join();
        for (int i = 0; i < 100; i++)
        {
            _time.Advance(1);
            await _pool.Peers!.Chain.Sync.StepAsync(default);
            Assert.Null(_pool.WhyClosed);
        }
        Assert.Contains(liar.Sent, static each => each.Message == PeerMessage.GetChain);
    }

    [Fact]
    public void Who_was_paid_by_a_block_of_the_pool_is_told_whoever_found_it()
    {
        Assert.Empty(_pool.Blocks());
        Take(FreeShares.Payee(1), new ShareOrigin(5, IsAskedFor: false));
        Run(10);
        Take(Own, ShareOrigin.Own);
        Run(10);
        Assert.Empty(_pool.Blocks());
        ChainShare found = Take(FreeShares.Payee(2), new ShareOrigin(5, IsAskedFor: false), Sha256d.Hash([1]), 0x207fffff);
        ChainBlock block = Assert.Single(_pool.Blocks());
        Assert.Equal((found.Work.Header.Id, found.Id, false), (block.Found.Id, block.Found.Share, block.Found.IsBuiltOn));
        IReadOnlyList<PayoutOutput> outputs = _pool.Desk.Look(chain => chain.OutputsOf(found.Core))!;
        Assert.Equal(2, outputs.Count); // the two before it: a share pays those of its parent
        PayoutOutput mine = outputs.Single(static output => output.Script.Span.SequenceEqual(Own.ToScript()));
        Assert.Equal([(StratumHarness.Address(1), mine.Amount)], block.Paid);
        Assert.Equal(FreeShares.CoinValue, (ulong)outputs.Sum(static output => output.Amount.Units));

        Run(10);
        Take(FreeShares.Payee(2), new ShareOrigin(5, IsAskedFor: false), found.Work.Header.Id);
        Dictionary<Hash256, BlockStatus> own = [];
        ChainBlockView view = Assert.Single(ChainViews.Blocks(_pool.Blocks(), own));
        Assert.Equal("accepted", view.Status);
        own[found.Work.Header.Id] = BlockStatus.Orphaned;
        Assert.Equal("orphaned", Assert.Single(ChainViews.Blocks(_pool.Blocks(), own)).Status);
        string[] lines = [.. ChainLines.Paid([view], "BTC")];
        Assert.Contains(view.Paid[0].Address, lines[1], StringComparison.Ordinal);
        Assert.Contains("accepted", lines[1], StringComparison.Ordinal);

        PaidBlocks again = new(_pool.Desk, static _ => false);
        PaidBlocks kept = new(_pool.Desk, static _ => true);
        ((IShareListener)kept).OnTaken(found, ShareOrigin.Own);
        byte[] file = kept.Save();
        Assert.True(again.TryLoad(file));
        Assert.Equal(outputs.Select(static output => output.Amount), Assert.Single(again.Newest).Paid.Select(static paid => paid.Amount));
        Assert.Equal(file, again.Save());
        for (int length = 0; length < file.Length; length++)
        {
            PaidBlocks damaged = new(_pool.Desk, static _ => true);
            Assert.Equal(length == 1, damaged.TryLoad(file[..length]));
            Assert.Empty(damaged.Newest);
        }
    }

    public void Dispose()
    {
        _pool.Dispose();
        _ledger.Dispose();
        _folder.Dispose();
    }

    private PoolWorld World() => new()
    {
        Time = _time,
        Random = new SystemRandomness(),
        Transport = null!,
        Files = new CrashDisk(),
        Nodes = null!,
        Loggers = NullLoggerFactory.Instance,
        Peers = static (_, _, _) => new NoNetwork(),
    };

    private HandPeer Peer() => new HandPeer(_pool.Peers!.Chain, default).Join();

    private void OnBlock(int height) => _pool.Desk.Coin.Note(Offer(height, s_block));

    private static Template Offer(int height, Hash256 previous, uint bits = EasyShares.CoinBits) => new()
    {
        Algorithm = CoinCatalogue.BitcoinRegtest.Algorithm,
        Height = height,
        Version = 1,
        PreviousHash = previous,
        Bits = bits,
        Time = 0,
        TimeMin = 0,
        CoinbaseValue = new Amount((long)FreeShares.CoinValue),
        Transactions = [],
    };

    private static void Say(HandPeer peer, uint height)
    {
        byte[] body = new byte[PeerCoinTip.Bytes];
        new PeerCoinTip(Sha256d.Hash(BitConverter.GetBytes(height)), height).Write(body);
        peer.Say(PeerMessage.CoinTip, body);
    }

    private ChainShare Take(
        PayoutKey payout, ShareOrigin origin, Hash256? coinBlock = null, uint coinBits = EasyShares.CoinBits)
    {
        ulong time = (ulong)_time.GetUtcNow().ToUnixTimeMilliseconds();
        _pool.Desk.Coin.Note(Offer(100, coinBlock ?? s_block, coinBits));
        ChainShare share = _pool.Desk.Look(chain => EasyShares.Next(
            chain, _pool.Desk.Parameters, payout, time, _number++, coinBlock ?? s_block, coinBits: coinBits));
        Assert.Equal(ArrivalKind.Taken, _pool.Desk.Arrive(share, origin).Kind);
        return share;
    }

    /// <summary>Time passes, and the chain's own steps are called.</summary>
    private void Run(double seconds)
    {
        _time.Advance(seconds);
        foreach (IStep step in _pool.Steps.Except(_pool.Peers!.Steps))
        {
            step.StepAsync(default).AsTask().GetAwaiter().GetResult();
        }
    }

    private sealed class NoNetwork : IPeerNetwork
    {
        public (int In, int Out) Shaking => default;

        public long Count(PeerRefusal reason) => 0;

        public int OpenCount => 0;

        public IReadOnlyList<IPEndPoint> Listen(IReadOnlyList<IPEndPoint> places, IPeerNetworkUser user) => places;

        public void Dial(IPEndPoint place, NodeId? expected, long number, IPeerNetworkUser user)
        {
        }

        public void Dispose()
        {
        }
    }
}
