using System.Net;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Pool;

namespace Otedama;

/// <summary>
/// The pool under test: the real one, but for its loops, thread and world. It ends at any moment, and begins anew
/// with what
/// its disk kept.
/// </summary>
internal sealed class SimPool
{
    public const decimal FeePercent = 1.5m;

    private const string Folder = "/pool";

    /// <summary>No answer may take longer while nobody's cable is cut: a disk is bad for ten seconds at most.</summary>
    private static readonly TimeSpan s_answerMax = TimeSpan.FromSeconds(45);

    /// <summary>A node that was not well is asked again within a minute, and half of one more for chance.</summary>
    private static readonly TimeSpan s_followMax = TimeSpan.FromSeconds(90);

    /// <summary>The refusal is heard, and what it means booked, within this time.</summary>
    private static readonly TimeSpan s_refusalMax = TimeSpan.FromSeconds(10);

    private readonly SimWorld _world;
    private readonly SeededRandom _random;
    private readonly SimLife _keeper; // who starts it again
    private readonly SimAudit _audit;
    private readonly HashSet<Hash256> _unkept = []; // sent in this life while the disk took nothing
    private readonly HashSet<Hash256> _excused = []; // of lives that ended before it did
    private SimLife? _life;
    private PoolParts? _parts;
    private bool _powerCut;
    private long _startedAt;
    private int _lives;

    public SimPool(SimWorld world)
    {
        _world = world;
        _random = world.RandomFor("pool");
        _keeper = new SimLife(world.Schedule, "keeper");
        Disk = new SimDisk(world.Schedule, world.RandomFor("disk"));
        foreach (SimNode node in world.Nodes)
        {
            node.BlockSeen += id => _ = Disk.IsFull || Disk.RefusesFlushes ? _unkept.Add(id) : false;
        }
        _audit = new SimAudit(world, Path.Combine(Folder, Ledger.FolderName), Path.Combine(Folder, "blocks-found"));
    }

    public SimDisk Disk { get; private set; }

    /// <summary>How often it began.</summary>
    public int Lives => _lives;

    /// <summary>True while it runs.</summary>
    public bool IsUp => _parts is not null;

    public bool IsServedBy(string node) =>
        _parts?.Source.Nodes.Snapshot().Any(each => each.Name == node && each.State == NodeState.Ready) == true;

    public void Start()
    {
        SimLife life = new(_world.Schedule, $"pool {++_lives}");
        _life = life;
        _startedAt = _world.Schedule.Now;
        _world.IsPoolOver = false;
        _world.Trace.Note("pool", $"starts, life {_lives}");
        Disk.Ended = OnDiskGone;
        try
        {
            life.Run(() =>
            {
                _parts = new PoolParts(Options(), new SimProofs(), WorldOf(life));
                new SimLoops(_world, life, _parts, new SimClock(_world.Schedule, life), _random).Start();
            });
        }
        catch (Exception e) when (e is IOException && !life.IsOver)
        {
            _world.Trace.Note("pool", $"cannot start: {e.Message}");
            End(powerCut: false);
        }
        catch (IOException)
        {
            // It ended while it was starting.
        }
        catch (LogException e)
        {
            _world.Fail($"the pool does not start: {e.Message}");
        }
    }

    /// <summary>Ends it now.</summary>
    public void End(bool powerCut)
    {
        if (_life is { IsOver: false } life)
        {
            _powerCut = powerCut;
            Disk.End();
            Bury(life);
        }
    }

    /// <summary>Ends it in the middle of the n-th disk operation from now.</summary>
    public void EndIn(int operation, bool powerCut)
    {
        _powerCut = powerCut;
        Disk.EndAt(operation);
    }

    /// <summary>The disk takes everything again; what waited for it is on it a moment later.</summary>
    public void Heal()
    {
        (Disk.IsFull, Disk.RefusesFlushes) = (false, false);
        if (_life is { IsOver: false } life)
        {
            _world.Schedule.After(TimeSpan.FromSeconds(7), life, _unkept.Clear);
        }
    }

    /// <summary>Once a second: nobody waits for ever, and nothing grows without an end.</summary>
    public void Look()
    {
        foreach (SimMiner miner in _world.Miners)
        {
            if (miner.IsConnected && miner.Waiting.FirstOrDefault() is { } request
                && _world.Schedule.Now - request.SentAt > s_answerMax.Ticks)
            {
                _world.Fail($"{miner.Name} waits for the answer to {request.Method} {request.Id} since "
                    + $"{TimeSpan.FromTicks(request.SentAt).TotalSeconds:0.0000}");
            }
        }
        if (_parts is { } parts)
        {
            CheckRefused(parts.Ledger);
            CheckWork(parts.Source.Jobs.Current);
            Bound("candidates waiting", parts.Shares.QueueDepth, 1_000);
            Bound("connections", parts.Stratum.ConnectionCount, 3 * _world.Miners.Count);
            Bound("bytes that wait for a commit", parts.Ledger.Log.PendingBytes, 1 << 20);
            Bound("files", Disk.FileCount, 500);
        }
    }

    /// <summary>Everything works again and everybody had time: what is booked has to be right.</summary>
    public void CheckEnd()
    {
        if (_parts is not { } parts)
        {
            _world.Fail("the pool does not run at the end");
            return;
        }
        SimBooks books = _audit.OnDisk(Disk);
        _audit.CheckBalances(books, parts.Ledger);
        new SimEndAudit(_world, books, _excused).Check(_audit.MustBeSent);
        foreach (SimMiner miner in _world.Miners.Where(static miner => miner.IsConnected && miner.Waiting.Any()))
        {
            _world.Fail($"{miner.Name} has no answer to {miner.Waiting.First().Method} at the end");
        }
        _world.Trace.Note("pool", $"{books.Shares.Count} shares, {books.Blocks.Count} blocks booked in {_lives} lives");
    }

    /// <summary>A block that every node has refused, and told this life of the pool so, is not paid for.</summary>
    private void CheckRefused(Ledger ledger)
    {
        foreach ((Hash256 id, long north) in _world.Nodes[0].Refused)
        {
            bool both = _world.Nodes[1].Refused.TryGetValue(id, out long south);
            bool wasHeard = both && Math.Min(north, south) > _startedAt && _world.Schedule.Now - Math.Max(north,
                south) > s_refusalMax.Ticks;
            if (wasHeard && ledger.Blocks(100).FirstOrDefault(block =>
                block.Hash == id) is { Status: not BlockStatus.Orphaned } block)
            {
                _world.Fail($"block {id} was refused by every node and is still booked as {block.Status}");
            }
        }
    }

    /// <summary>While a node is well, miners work on its tip or on a better one.</summary>
    private void CheckWork(PoolJob? job)
    {
        foreach (SimNode node in _world.Nodes)
        {
            if (node.Mood == SimNodeMood.Well && HasRunFor(s_followMax)
                && _world.Schedule.Now - node.SteadySince > s_followMax.Ticks
                && !(job?.Template.Height > node.Tip.Height))
            {
                _world.Fail($"node {node.Name} is well and at height {node.Tip.Height}; the job is of height {job?.Template.Height}");
            }
        }
    }

    private bool HasRunFor(TimeSpan time) => _world.Schedule.Now - _startedAt > time.Ticks;

    private void Bound(string what, long count, long most)
    {
        if (count > most)
        {
            _world.Fail($"{count} {what}; at most {most} are expected");
        }
    }

    private void OnDiskGone()
    {
        if (_life is { IsOver: false } life)
        {
            _world.Trace.Note("pool", $"{(_powerCut ? "power cut" : "killed")} in a disk operation");
            Bury(life);
        }
    }

    private void Bury(SimLife life)
    {
        life.End();
        _excused.UnionWith(_unkept);
        _unkept.Clear();
        _world.IsPoolOver = true;
        _parts = null;
        _world.Network.PoolIsGone(life);
        _world.Schedule.After(TimeSpan.FromSeconds(0.5 + (5 * _random.Fraction())), _keeper, () =>
        {
            SimDisk next = Disk.Next(_powerCut);
            (next.IsFull, next.RefusesFlushes) = (Disk.IsFull, Disk.RefusesFlushes);
            Disk = next;
            _audit.OnDisk(Disk);
            Start();
        });
    }

    private PoolWorld WorldOf(SimLife life) => new()
    {
        Time = new SimClock(_world.Schedule, life),
        Random = _world.RandomFor(life.Name),
        Transport = _world.Network.EngineOf(life),
        Nodes = new SimNodeLinks(_world, life),
        Files = Disk,
        Loggers = _world.Loggers,
    };

    private PoolOptions Options() => new()
    {
        Coin = _world.Chain.Coin,
        OwnChain = true,
        Nodes = [.. _world.Nodes.Select(static node =>
            new PoolNode(new Uri("http://127.0.0.1:1")) { Name = node.Name })],
        DataDirectory = Folder,
        OperatorAddress = SimWorld.AddressOf(1),
        Listen = [new IPEndPoint(IPAddress.Loopback, 3333)],
        FeePercent = FeePercent,
        Verifiers = 1,
        SegmentBytes = 16 << 10,
        QueueCapacity = 256,
        Limits = new StratumLimits { ConnectionsMax = 64 },
        Vardiff = new VardiffOptions { Min = Math.ScaleB(1, -29), Usual = Math.ScaleB(1, -28), TargetSeconds = 2 },
    };
}
