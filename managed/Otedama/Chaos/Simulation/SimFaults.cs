namespace Otedama;

/// <summary>What goes wrong in a run, when and for how long, by its seed.</summary>
internal sealed class SimFaults
{
    /// <summary>
    /// A reorganisation may undo so many blocks, and the one that undoes it four more: fewer than make a coinbase
    /// mature, so
    /// that no settled block is undone.
    /// </summary>
    private const int DepthMax = 10;

    private readonly SimWorld _world;
    private readonly SimPool _pool;
    private readonly SimLife _life;
    private readonly SeededRandom _random;

    public SimFaults(SimWorld world, SimPool pool)
    {
        (_world, _pool) = (world, pool);
        _life = new SimLife(world.Schedule, "chance");
        _random = world.RandomFor("chance");
    }

    public void Start()
    {
        Often(20, Rival);
        Often(40, DisturbMiner);
        Often(45, DisturbNode);
        Often(90, DisturbDisk);
        Often(100, Reorganise);
        Often(150, Partition);
        Often(75, EndPool);
        foreach (SimNode node in _world.Nodes)
        {
            node.BlockSeen += _ => AfterBlock();
        }
    }

    /// <summary>The moment in which most is half done: now and then the pool ends in it.</summary>
    private void AfterBlock()
    {
        if (!_life.IsOver && _random.Chance(0.1))
        {
            Later(0.02, EndPool);
        }
    }

    /// <summary>No more of it, and what was broken is whole again.</summary>
    public void Stop()
    {
        _life.End();
        _world.NodesArePartitioned = false;
        foreach (SimNode node in _world.Nodes)
        {
            node.Become(SimNodeMood.Well);
            (node.RefusesNext, node.AnswersLost) = (false, 0);
        }
        Meet();
        _pool.Heal();
    }

    private void Often(double seconds, Action happen) =>
        _world.Schedule.After(_random.Wait(TimeSpan.FromSeconds(seconds)), _life, () =>
    {
        happen();
        Often(seconds, happen);
    });

    private void Later(double secondsMax, Action happen) =>
        _world.Schedule.After(TimeSpan.FromSeconds(secondsMax * _random.Fraction()), _life, happen);

    private SimNode AnyNode() => _world.Nodes[_random.Below(_world.Nodes.Count)];

    /// <summary>Somebody else finds a block.</summary>
    private void Rival()
    {
        SimNode node = AnyNode();
        SimBlock block = _world.Chain.Extend(node.Tip, _world.UnixTime, _random);
        _world.Trace.Note(node.Name, $"another miner's block {block.Height}");
        node.Learn(block);
    }

    private void DisturbMiner()
    {
        SimMiner miner = _world.Miners[_random.Below(_world.Miners.Count)];
        int what = _random.Below(4);
        _world.Trace.Note(miner.Name,
            $"{(what == 0 ? "hangs up" : what == 1 ? "cable pulled" : what == 2 ? "connection reset" : "slow network")}");
        switch (what)
        {
            case 0:
                miner.HangUp();
                break;
            case 1:
                miner.PullCable(TimeSpan.FromSeconds(30 * _random.Fraction()));
                break;
            case 2:
                miner.Reset();
                break;
            default:
                _world.Network.Delay = TimeSpan.FromMilliseconds(600 * _random.Fraction());
                Later(20, () => _world.Network.Delay = TimeSpan.FromMilliseconds(20));
                break;
        }
    }

    /// <summary>A node that lies is believed when it is the only one: then the other has to be well.</summary>
    private void DisturbNode()
    {
        SimNode node = AnyNode();
        if (node.Mood != SimNodeMood.Well || node.Peer.Mood == SimNodeMood.Lying || _world.NodesArePartitioned)
        {
            return;
        }
        int what = _random.Below(9);
        if (what >= 7)
        {
            _world.Trace.Note(node.Name,
                $"{(what == 7 ? "refuses the next block, as does its peer" : "loses the next two answers to blocks")}");
            (node.RefusesNext, node.Peer.RefusesNext, node.AnswersLost) = (what == 7, what == 7, what == 8 ? 2 : 0);
            return;
        }
        SimNodeMood mood = (SimNodeMood)Math.Max(1, what);
        if (mood == SimNodeMood.Lying && (node.Peer.Mood != SimNodeMood.Well || !_pool.IsServedBy(node.Peer.Name)))
        {
            return;
        }
        _world.Trace.Note(node.Name, $"is {mood.ToString().ToLowerInvariant()}");
        node.Become(mood);
        Later(45, () =>
        {
            _world.Trace.Note(node.Name, $"is well");
            node.Become(SimNodeMood.Well);
        });
    }

    private void DisturbDisk()
    {
        bool full = _random.Chance(0.5);
        _world.Trace.Note("disk", $"{(full ? "is full" : "refuses flushes")}");
        (_pool.Disk.IsFull, _pool.Disk.RefusesFlushes) = (full, !full);
        Later(10, () =>
        {
            _world.Trace.Note("disk", $"is well");
            _pool.Heal();
        });
    }

    /// <summary>
    /// Another branch, up to ten blocks of which were kept back; now and then the first one wins in the end.
    /// </summary>
    private void Reorganise()
    {
        SimNode node = AnyNode();
        SimBlock tip = node.Tip;
        int depth = Math.Min(_random.Chance(0.5) ? _random.Between(1, 2) : _random.Between(3, DepthMax), tip.Height);
        if (depth == 0 || _world.NodesArePartitioned || _world.Nodes.Any(each => each.Tip != tip))
        {
            return;
        }
        _world.Trace.Note(node.Name, $"reorganisation of {depth} blocks at height {tip.Height}");
        SimBlock won = Grow(node, tip.At(tip.Height - depth), depth + 1);
        if (_random.Chance(0.5))
        {
            Later(40, () =>
            {
                if (node.Tip.Height - won.Height <= 2 && node.Tip.DepthAgainst(tip) <= DepthMax + 4)
                {
                    _world.Trace.Note(node.Name, $"the branch of block {tip.Height} wins again");
                    Grow(node, tip, node.Tip.Height - tip.Height + 1);
                }
            });
        }
    }

    private SimBlock Grow(SimNode node, SimBlock from, int blocks)
    {
        SimBlock block = from;
        for (int i = 0; i < blocks; i++)
        {
            block = _world.Chain.Extend(block, _world.UnixTime, _random);
        }
        node.Learn(block);
        return block;
    }

    /// <summary>
    /// Each half of the network goes on alone, until one of them has seven blocks that the other lacks.
    /// </summary>
    private void Partition()
    {
        if (_world.NodesArePartitioned || _world.Nodes.Any(node => node.Mood != SimNodeMood.Well))
        {
            return;
        }
        _world.Trace.Note("network", $"the nodes hear nothing of each other");
        _world.NodesArePartitioned = true;
        long until = _world.Schedule.Now + TimeSpan.FromSeconds(60 * _random.Fraction()).Ticks;
        void Look()
        {
            SimBlock north = _world.Nodes[0].Tip, south = _world.Nodes[1].Tip;
            if (_world.Schedule.Now < until && north.DepthAgainst(south) < 7 && south.DepthAgainst(north) < 7)
            {
                _world.Schedule.After(TimeSpan.FromSeconds(1), _life, Look);
                return;
            }
            _world.Trace.Note("network", $"the nodes meet again");
            _world.NodesArePartitioned = false;
            Meet();
        }
        Look();
    }

    private void Meet()
    {
        (SimBlock north, SimBlock south) = (_world.Nodes[0].Tip, _world.Nodes[1].Tip);
        _world.Nodes[0].Learn(south);
        _world.Nodes[1].Learn(north);
    }

    /// <summary>
    /// The pool's process, or its machine, ends: now, or in the middle of one of its next disk operations.
    /// </summary>
    private void EndPool()
    {
        bool powerCut = _random.Chance(0.6);
        if (_random.Chance(0.6))
        {
            int operation = _random.Below(12);
            _world.Trace.Note("pool",
                $"will end in disk operation {operation} from now, {(powerCut ? "power cut" : "killed")}");
            _pool.EndIn(operation, powerCut);
        }
        else
        {
            _world.Trace.Note("pool", $"{(powerCut ? "power cut" : "killed")}");
            _pool.End(powerCut);
        }
    }
}
