using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Ledgers;
using Xunit;

namespace Otedama.Tests.ChainNet;

public sealed class ShareStoreTests
{
    private const string Segment = "chain/shares-00000001.chain";

    /// <summary>
    /// After a power cut at any operation what was flushed is there and hangs together, and what others have makes it
    /// whole again.
    /// </summary>
    [Fact]
    public void No_power_cut_loses_what_was_flushed()
    {
        CrashDisk disk = new();
        ChainNode node = new(files: disk);
        Random random = new(3);
        HashSet<Hash256> flushed = [];
        int cuts = 0;
        disk.AfterOperation = () =>
        {
            foreach (Cut cut in Enum.GetValues<Cut>())
            {
                ChainNode after = new(files: disk.AfterPowerCut(cut, random), clock: node.Clock);
                Assert.All(flushed, id => Assert.True(after.Desk.Has(id)));
                foreach (ChainShare share in node.Desk.Look(chain => chain.History(chain.TipId).Reverse().OrderBy(static share => share.Core.Height).ToArray()))
                {
                    after.Desk.Arrive(share, new ShareOrigin(1, IsAskedFor: true));
                }
                Assert.Equal(node.Desk.Tip, after.Desk.Tip);
                cuts++;
            }
        };
        for (int round = 0; round < 12; round++)
        {
            node.Grow(4);
            HashSet<Hash256> made = [.. node.Desk.Look(chain => chain.History(chain.TipId).Select(static share => share.Id).ToArray())];
            Keep(node);
            flushed = made;
        }
        Assert.True(cuts > 60, $"{cuts}");
    }

    [Fact]
    public void A_restart_gives_the_same_chain_that_pays_the_same()
    {
        CrashDisk disk = new();
        ChainNode node = new(files: disk);
        node.Grow(150);
        node.Desk.Dispose();
        ChainNode again = new(files: disk, clock: node.Clock);
        Assert.Equal(node.Desk.Tip, again.Desk.Tip);
        Assert.Equal(node.Desk.Next.Uncles, again.Desk.Next.Uncles);
        ChainShare next = node.Make();
        Assert.Equal(ArrivalKind.Taken, again.Desk.Arrive(next.Bytes.Span, ShareOrigin.Own).Kind);
    }

    /// <summary>Wherever a byte is wrong, the chain before it or behind it is whole, and others have the rest.</summary>
    [Fact]
    public void Damage_anywhere_leaves_a_chain_that_can_go_on()
    {
        CrashDisk disk = new();
        ChainNode node = new(files: disk);
        node.Grow(60);
        node.Desk.Dispose();
        Random random = new(5);
        for (int round = 0; round < 30; round++)
        {
            CrashDisk damaged = disk.AfterPowerCut(Cut.Everything, random);
            using (IFile file = damaged.Open(Segment))
            {
                int at = random.Next((int)file.Length);
                byte[] one = new byte[1];
                file.Read(one, at);
                file.Write([(byte)(one[0] ^ 0x40)], at);
                file.Flush();
            }
            ChainNode after = new(files: damaged, clock: node.Clock);
            Assert.NotNull(after.Desk.Look(static chain => chain.SplitFor(0, 1_000_000, FreeShares.Payee(1))));
            HandPeer peer = new HandPeer(after, node.Desk.Tip).Join();
            after.Clock.Advance(4);
            after.Step();
            if (after.Desk.Tip != node.Desk.Tip)
            {
                peer.AnswerLike(node);
                after.Step();
            }
            Assert.Equal(node.Desk.Tip, after.Desk.Tip);
            Assert.Empty(peer.Blamed);
            after.Desk.Dispose();
            ChainNode third = new(files: damaged, clock: node.Clock);
            Assert.Equal(node.Desk.Tip, third.Desk.Tip);
            third.Desk.Dispose();
        }
    }

    [Fact]
    public void A_full_disk_takes_everything_once_there_is_room()
    {
        SimSchedule schedule = new();
        SimDisk disk = new(schedule, new SeededRandom(1));
        ChainNode node = new(files: disk);
        node.Grow(5);
        Keep(node);
        disk.IsFull = true;
        node.Grow(10);
        Keep(node);
        disk.RefusesFlushes = true;
        disk.IsFull = false;
        Keep(node);
        disk.RefusesFlushes = false;
        node.Grow(5);
        Keep(node);
        ChainNode again = new(files: disk.Next(powerCut: true), clock: node.Clock);
        Assert.Equal(node.Desk.Tip, again.Desk.Tip);
    }

    [Fact]
    public void Old_segments_go_and_shares_that_wait_have_a_limit()
    {
        CrashDisk disk = new();
        ChainParameters parameters = EasyShares.Parameters(12);
        using ShareStore store = ShareStore.Open(disk, "chain", 1 << 20, NullLogger.Instance, static _ => 1);
        ShareChain empty = new(parameters);
        ChainShare Of(uint height) => FreeShares.Seal(
            FreeShares.Core(empty.Next(), FreeShares.Payee(1), 0) with { Height = height, FixedOutputs = Ballast }, parameters, height, 0x1d00ffff, payees: null);
        uint height = 1;
        while (disk.List("chain").Count(static name => name.EndsWith(".chain", StringComparison.Ordinal)) < 4)
        {
            Assert.True(store.Append(Of(height++)));
            if (height % 500 == 0)
            {
                store.Flush();
            }
        }
        store.Flush();
        store.Prune(1);
        Assert.Equal(4, disk.List("chain").Count(static name => name.EndsWith(".chain", StringComparison.Ordinal)));
        store.Prune(height - 1);
        Assert.Equal("shares-00000004.chain", Assert.Single(disk.List("chain"), static name => name.EndsWith(".chain", StringComparison.Ordinal)));
        int waiting = 0;
        while (store.Append(Of(height++)))
        {
            waiting++;
        }
        Assert.InRange(waiting, 500, 1_500);
    }

    private static IReadOnlyList<FixedOutput> Ballast { get; } = [.. Enumerable.Range(0, 8).Select(static _ => new FixedOutput(0, new byte[83]))];

    private static void Keep(ChainNode node)
    {
        node.Clock.Advance(6);
        node.Desk.Keeper.StepAsync(default).GetAwaiter().GetResult();
    }
}
