using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Ledgers;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.ChainNet;

/// <summary>A history of KawPow shares, whose full proofs take milliseconds: what is checked before it is taken, and what after.</summary>
public sealed class LateProofsTests : IDisposable
{
    private const int Length = 1_000;

    private static readonly ChainParameters s_rules = ChainParameters.Parse(
        "otedama-sharechain/1|coin=rvn|net=regtest|algo=kawpow|T=10000|N=600|W=2|pen=20|ud=3|um=5|hl=600000|dtcap=2400000"
        + "|limit=207fffff|g_ms=1767225600000|dust=5000|caps=4,7,13,47,146,367|pass=");

    private static readonly ChainShare[] s_history = Make(Length);

    private readonly Checker _checker = new();
    private readonly ShareDesk _desk;
    private readonly ChainNode _other = new();

    public LateProofsTests()
    {
        PoolWorld world = new()
        {
            Time = new HeldClock(DateTimeOffset.FromUnixTimeSeconds(1_900_100_000)),
            Random = SeededRandom.For(1, "desk"),
            Transport = null!,
            Files = Disk,
            Nodes = null!,
            Loggers = NullLoggerFactory.Instance,
        };
        _desk = new ShareDesk(s_rules, _checker, world, "chain");
        Peers = new ChainPeers(_desk, _other, null, world);
    }

    private CrashDisk Disk { get; } = new();

    private ChainPeers Peers { get; }

    [Fact]
    public void The_newest_and_a_tenth_are_checked_before_and_the_rest_after()
    {
        HandPeer peer = new HandPeer(Peers, default).Join();
        Assert.Null(_desk.TakeHistory(s_history, peer.Number, default));
        Assert.Equal(s_history[^1].Id, _desk.Tip.Id);
        Assert.InRange(_checker.Checked.Count, 200 + 40, 200 + 130);
        Assert.Superset(s_history[^200..].Select(static share => share.Work.Header.Id).ToHashSet(), _checker.Checked);
        Assert.False(_desk.IsProven);
        ChainShare own = Next();
        _desk.Arrive(own, ShareOrigin.Own);
        Assert.Null(peer.TakeSent(PeerMessage.Share)); // what we mined on may be a lie
        Prove();
        Assert.True(_desk.IsProven);
        Assert.Superset(s_history.Select(static share => share.Work.Header.Id).ToHashSet(), _checker.Checked);
        own = Next();
        _desk.Arrive(own, ShareOrigin.Own);
        Assert.Equal(own.Bytes.ToArray(), peer.TakeSent(PeerMessage.Share)!.Value.Body);
    }

    [Fact]
    public async Task A_history_with_a_wrong_proof_goes_and_so_does_its_sender()
    {
        HandPeer peer = new HandPeer(Peers, default).Join();
        Assert.Null(_desk.TakeHistory(s_history, peer.Number, default));
        ChainShare bad = s_history.Last(share => !_checker.Checked.Contains(share.Work.Header.Id));
        _checker.Bad = bad.Work.Header.Id;
        Prove();
        Assert.Equal(0u, _desk.Tip.Height);
        Assert.True(_desk.IsProven);
        await Peers.StepAsync(default);
        Assert.Equal(PeerOffence.BadProofOfWork, Assert.Single(peer.Blamed).Offence);
        Assert.NotNull(_desk.TakeHistory(s_history, 0, default)); // nor is it taken from another one
        Assert.NotEqual(s_history[^1].Id, _desk.Tip.Id);
    }

    [Fact]
    public void A_wrong_proof_among_the_newest_is_found_at_once()
    {
        _checker.Bad = s_history[^100].Work.Header.Id;
        Assert.Equal(ShareFault.FullProof, _desk.TakeHistory(s_history, 7, default)!.Step);
        Assert.True(_desk.Tip.Height < Length - 100);
    }

    /// <summary>What was not checked before a restart is checked by it.</summary>
    [Fact]
    public void Nothing_is_believed_over_a_restart()
    {
        Assert.Null(_desk.TakeHistory(s_history, 7, default));
        _desk.Dispose();
        int before = _checker.Checked.Count;
        Checker again = new();
        using ShareDesk next = new(s_rules, again, new PoolWorld
        {
            Time = new HeldClock(DateTimeOffset.FromUnixTimeSeconds(1_900_100_000)),
            Random = SeededRandom.For(1, "desk"),
            Transport = null!,
            Files = Disk,
            Nodes = null!,
            Loggers = NullLoggerFactory.Instance,
        }, "chain");
        Assert.Equal(s_history[^1].Id, next.Tip.Id);
        Assert.Equal(Length - before, again.Checked.Count);
    }

    public void Dispose() => _desk.Dispose();

    private void Prove()
    {
        while (_desk.Proofs.StepAsync(default).AsTask().GetAwaiter().GetResult() != Timeout.InfiniteTimeSpan)
        {
        }
    }

    private ChainShare Next() => _desk.Look(static chain => MakeOn(chain, Length + chain.Height));

    private static ChainShare[] Make(int count)
    {
        ShareChain chain = new(s_rules);
        ChainShare[] shares = new ChainShare[count];
        for (int i = 0; i < count; i++)
        {
            shares[i] = MakeOn(chain, (uint)i);
            Assert.Null(chain.Add(shares[i]));
        }
        return shares;
    }

    private static ChainShare MakeOn(ShareChain chain, uint number)
    {
        ulong value = (ulong)ChainCoin.Of(s_rules).Spec.Subsidy(100).Units;
        PayoutKey payee = FreeShares.Payee((int)(number % 5));
        ShareCore core = FreeShares.Core(chain.Next(), payee, 1_900_000_000_000 + (10_000UL * number)) with { CoinValue = value };
        byte[] extranonce = new byte[ShareWork.ExtranonceLength];
        BitConverter.TryWriteBytes(extranonce, number);
        byte[] coinbase = ShareCoinbase.Write(core, s_rules.Id, extranonce, chain.SplitFor(core.CapClass, value, payee)!);
        for (ulong nonce = 0; ; nonce++)
        {
            BlockHeader header = new(0x20000000, ChainNode.Block, Sha256d.Hash(coinbase), (uint)(core.TimeMs / 1_000), 0x1b00ffff, 100)
            {
                Proof = new KawPowHeaderProof(new KawPowProof(nonce, Hash256.Zero)),
            };
            if (Target.FromCompact(core.Bits).IsMetBy(header.Id))
            {
                return new ChainShare(core, new ShareWork
                {
                    Extranonce = extranonce,
                    Link = ShareCoinbase.LinkOf(coinbase),
                    Header = header,
                    Branch = [],
                });
            }
        }
    }

    /// <summary>Says that every mix is right but one.</summary>
    private sealed class Checker : IProofChecker
    {
        public HashSet<Hash256> Checked { get; } = [];

        public Hash256 Bad { get; set; }

        public void Check(Algorithm algorithm, ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data, Span<ProofResult> results)
        {
            byte[] headerHash = data[..Hash256.Size].ToArray();
            Array.Reverse(headerHash);
            Hash256 id = KawPow.FinalHash(new Hash256(headerHash), KawPow.ReadProof(data));
            Checked.Add(id);
            results[0] = new ProofResult(id == Bad ? ProofVerdict.BadProof : ProofVerdict.Valid, id);
        }
    }
}
