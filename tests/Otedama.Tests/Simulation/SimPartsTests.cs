using System.Net;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Simulation;

/// <summary>The simulator's own parts: what they promise, and that a seed fixes it.</summary>
public sealed class SimPartsTests
{
    [Fact]
    public void A_seed_gives_the_same_numbers_for_ever()
    {
        SeededRandom random = new(1);
        Assert.Equal([0xb3f2af6d0fc710c5, 0x853b559647364cea, 0x92f89756082a4514], [random.NextUInt64(), random.NextUInt64(), random.NextUInt64()]);
        SeededRandom[] actors = [SeededRandom.For(1, "a"), SeededRandom.For(1, "b"), SeededRandom.For(2, "a")];
        Assert.Equal(3, actors.Select(static actor => actor.NextUInt64()).Distinct().Count());
        Assert.All(Enumerable.Range(0, 1_000), _ => Assert.InRange(random.Between(3, 5), 3, 5));
    }

    [Fact]
    public void Steps_run_by_time_and_then_in_the_order_of_their_planning_and_a_life_that_is_over_takes_none()
    {
        SimSchedule schedule = new();
        SimLife life = new(schedule, "a"), other = new(schedule, "b");
        List<string> seen = [];
        schedule.After(TimeSpan.FromSeconds(2), life, () => seen.Add("late"));
        schedule.After(TimeSpan.FromSeconds(1), life, () => seen.Add("first"));
        schedule.After(TimeSpan.FromSeconds(1), life, () => seen.Add("second"));
        schedule.After(TimeSpan.FromSeconds(1), other, () => seen.Add("never"));
        other.End();
        Run(schedule, 10);
        Assert.Equal(["first", "second", "late"], seen);
        Assert.Equal(TimeSpan.FromSeconds(10), schedule.Elapsed);
    }

    [Fact]
    public void Awaits_timers_and_signals_of_a_life_go_on_in_virtual_time_on_the_one_thread()
    {
        SimSchedule schedule = new();
        SimLife life = new(schedule, "a");
        SimClock clock = new(schedule, life);
        Signal signal = new(clock);
        List<(double, int)> seen = [];
        async Task RunAsync()
        {
            await Task.Delay(TimeSpan.FromSeconds(3), clock, TestContext.Current.CancellationToken);
            seen.Add((schedule.Elapsed.TotalSeconds, Environment.CurrentManagedThreadId));
            bool woken = await signal.WaitAsync(TimeSpan.FromSeconds(4), CancellationToken.None);
            seen.Add((schedule.Elapsed.TotalSeconds, woken ? Environment.CurrentManagedThreadId : -1));
            woken = await signal.WaitAsync(TimeSpan.FromSeconds(4), CancellationToken.None);
            seen.Add((schedule.Elapsed.TotalSeconds, woken ? -1 : Environment.CurrentManagedThreadId));
        }
        Task? task = null;
        schedule.After(TimeSpan.Zero, life, () => task = RunAsync());
        schedule.After(TimeSpan.FromSeconds(5), life, signal.Set);
        Run(schedule, 20);
        int here = Environment.CurrentManagedThreadId;
        Assert.Equal([(3, here), (5, here), (9, here)], seen);
        Assert.True(task!.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_power_cut_takes_what_was_not_flushed_and_names_that_were_not_synced_and_a_kill_takes_nothing()
    {
        SimSchedule schedule = new();
        List<(bool Name, byte First, byte Second)> found = [];
        for (ulong seed = 0; seed < 50; seed++)
        {
            SimDisk disk = new(schedule, new SeededRandom(seed));
            disk.Create("d/kept", 1_024);
            disk.SyncFolder("d");
            disk.Create("d/new", 0);
            using (IFile file = disk.Open("d/kept"))
            {
                file.Write([1], 0);
                file.Flush();
                file.Write([2], 512);
            }
            Assert.True(disk.Copy().Exists("d/new"));
            SimDisk cut = disk.Next(powerCut: true);
            byte[] bytes = cut.ReadWhole("d/kept");
            found.Add((cut.Exists("d/new"), bytes[0], bytes[512]));
            SimDisk killed = new(schedule, new SeededRandom(seed));
            killed.Create("d/new", 0);
            Assert.True(killed.Next(powerCut: false).Exists("d/new"));
        }
        Assert.All(found, static each => Assert.Equal(1, each.First));
        Assert.Equal(4, found.Distinct().Count());
    }

    [Fact]
    public void A_disk_that_is_full_or_refuses_or_is_gone_throws_and_says_when_it_goes()
    {
        SimDisk disk = new(new SimSchedule(), new SeededRandom(1));
        disk.Create("d/a", 10);
        disk.IsFull = true;
        Assert.Throws<IOException>(() => disk.Create("d/b", 10));
        Assert.False(disk.Exists("d/b"));
        disk.IsFull = false;
        disk.RefusesFlushes = true;
        using IFile file = disk.Open("d/a");
        Assert.Throws<IOException>(file.Flush);
        disk.RefusesFlushes = false;
        bool told = false;
        disk.Ended = () => told = true;
        disk.EndAt(1);
        file.Flush();
        Assert.Throws<IOException>(file.Flush);
        Assert.True(told && disk.IsGone);
        Assert.Throws<IOException>(() => disk.Exists("d/a"));
    }

    [Fact]
    public void Bytes_arrive_in_order_whatever_the_network_does_to_them()
    {
        SimSchedule schedule = new();
        SimNetwork network = new(schedule, new SeededRandom(5)) { Slicing = 0.5 };
        SimLife pool = new(schedule, "pool"), miner = new(schedule, "miner");
        Recorder handler = new();
        network.EngineOf(pool).Make(new TransportOptions { Listen = [new IPEndPoint(IPAddress.Loopback, 1)] }, TimeProvider.System).Start(handler);
        List<byte> back = [];
        bool closed = false;
        SimWire? wire = null;
        wire = network.Connect(miner, new IPEndPoint(IPAddress.Loopback, 2), () =>
        {
            for (byte i = 0; i < 100; i += 4)
            {
                wire!.Send([i, (byte)(i + 1), (byte)(i + 2), (byte)(i + 3)]);
            }
        }, bytes => back.AddRange(bytes.Span), () => closed = true);
        Run(schedule, 10);
        Assert.Equal(Enumerable.Range(0, 100).Select(static i => (byte)i), handler.Received);
        Assert.Equal(handler.Received, back);
        handler.Connection!.Close(CloseReason.Silent);
        Run(schedule, 20);
        Assert.True(closed);
    }

    [Fact]
    public void A_node_takes_a_good_block_of_its_template_and_says_what_is_wrong_with_others()
    {
        SimWorld world = new(3, keepTrace: false);
        SimBlock tip = world.Chain.Extend(world.Chain.Genesis, world.UnixTime, world.RandomFor("test"));
        Assert.Null(Mine(world, tip, world.Chain.RewardOf(tip, 1).Units, 1).Problem);
        Assert.Equal("bad-cb-amount", Mine(world, tip, world.Chain.RewardOf(tip, 1).Units + 1, 1).Problem);
        Assert.Equal("bad-cb-height", Mine(world, tip, 1, 1, height: 7).Problem);
        Assert.Equal("bad-txns-inputs-missingorspent", Mine(world, tip, 1, SimChain.WaitingMax + 1).Problem);
        Assert.Equal("high-hash", Mine(world, tip, 1, 0, solve: false).Problem);
        Assert.Equal("Block decode failed", world.Chain.Read([1, 2, 3], world.UnixTime, isProposal: false).Problem);
    }

    private static (SimBlock? Block, string? Problem) Mine(SimWorld world, SimBlock parent, long amount, int transactions, int? height = null, bool solve = true)
    {
        Transaction coinbase = new(
            1, [new TxInput(OutPoint.Null, Coinbase.HeightPush(height ?? parent.Height + 1).Append((byte)0).ToArray(), 0)],
            [new TxOutput(new Amount(amount), new byte[] { 0x51 })], 0);
        Transaction[] all = [coinbase, .. Enumerable.Range(0, transactions).Select(i => SimChain.Waiting(parent, i))];
        BlockHeader header = new(1, parent.Id, Merkle.Root([.. all.Select(static each => each.TxId)]), world.UnixTime + 1, world.Chain.Bits, 0);
        while (world.Chain.Target.IsMetBy(header.FieldsHash) != solve)
        {
            header = header with { Nonce = header.Nonce + 1 };
        }
        byte[] bytes = [.. header.ToArray(), (byte)all.Length, .. all.SelectMany(static each => each.ToArray())];
        return world.Chain.Read(bytes, world.UnixTime, isProposal: false);
    }

    private static void Run(SimSchedule schedule, double seconds)
    {
        while (schedule.RunNext(TimeSpan.FromSeconds(seconds).Ticks))
        {
        }
    }

    /// <summary>Sends back what it gets.</summary>
    private sealed class Recorder : ITransportHandler
    {
        public List<byte> Received { get; } = [];

        public TransportConnection? Connection { get; private set; }

        public bool OnAccepted(TransportConnection connection)
        {
            Connection = connection;
            return true;
        }

        public void OnReceived(TransportConnection connection, ReadOnlySpan<byte> bytes)
        {
            Received.AddRange(bytes);
            connection.Write(bytes);
        }

        public void OnClosed(TransportConnection connection, CloseReason reason)
        {
        }
    }
}
