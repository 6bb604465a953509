namespace Otedama;

/// <summary>What goes wrong in a simulated network, when and for how long, by its seed.</summary>
internal sealed class NetFaults
{
    private readonly NetWorld _world;
    private readonly IReadOnlyList<NetNode> _nodes;
    private readonly SeededRandom _random;
    private readonly SimLife _life;

    public NetFaults(NetWorld world, IReadOnlyList<NetNode> nodes)
    {
        (_world, _nodes) = (world, nodes);
        _random = world.RandomFor("chance");
        _life = new SimLife(world.Schedule, "chance");
    }

    public void Start()
    {
        if (_world.Options.Faults > TimeSpan.Zero)
        {
            Plan();
        }
    }

    /// <summary>No more of it, and what was broken is whole again.</summary>
    public void Stop()
    {
        _life.End();
        _world.Wires.Heal();
        foreach (NetNode node in _nodes)
        {
            node.Disk.IsFull = node.Disk.RefusesFlushes = false;
            node.Disk.EndAt(-1); // an end that was planned and has not come
            node.Coin.Join();
        }
    }

    private void Plan() => _world.Schedule.After(_random.Wait(_world.Options.Faults), _life, () =>
    {
        Happen(_nodes[_random.Below(_nodes.Count)]);
        Plan();
    });

    private void Happen(NetNode node)
    {
        switch (_random.Below(10))
        {
            case 0 when _world.Wires.Links.Count > 0:
                _world.Wires.Links[_random.Below(_world.Wires.Links.Count)].Cut();
                break;
            case 1 when _world.Wires.Links.Count > 0:
                NetLink link = _world.Wires.Links[_random.Below(_world.Wires.Links.Count)];
                link.Stall(_random.Wait(TimeSpan.FromSeconds(20)));
                break;
            case 2 when node.IsUp:
                node.End(powerCut: _random.Chance(0.5));
                StartLater(node);
                break;
            case 3 when node.IsUp:
                node.Stop();
                StartLater(node);
                break;
            case 4:
                node.Disk.IsFull = !node.Disk.IsFull;
                _world.Note(node.Name, $"disk full: {node.Disk.IsFull}");
                break;
            case 5:
                node.Disk.RefusesFlushes = !node.Disk.RefusesFlushes;
                _world.Note(node.Name, $"disk refuses flushes: {node.Disk.RefusesFlushes}");
                break;
            case 6 when !_world.Wires.IsParted:
                Part();
                break;
            case 7 when node.IsUp:
                EndInOperation(node);
                break;
            case 8 when node.IsUp && _random.Chance(0.5):
                node.LoseDisk();
                StartLater(node);
                break;
            case 9:
                node.Coin.Cut(_random.Wait(TimeSpan.FromSeconds(20)));
                break;
        }
    }

    private void StartLater(NetNode node) =>
        _world.Schedule.After(_random.Wait(TimeSpan.FromSeconds(8)), _world.Life, node.Start);

    /// <summary>In the middle of one of its next disk operations.</summary>
    private void EndInOperation(NetNode node)
    {
        SimDisk disk = node.Disk;
        disk.Ended = () => _world.Schedule.After(TimeSpan.Zero, _world.Life, () =>
        {
            if (node.IsUp && node.Disk == disk)
            {
                node.End(powerCut: _random.Chance(0.5));
                StartLater(node);
            }
        });
        disk.EndAt(_random.Below(8));
    }

    private void Part()
    {
        TimeSpan length = _random.Wait(TimeSpan.FromSeconds(45));
        _world.Note("world", $"is parted for {length.TotalSeconds:0.0} s");
        _world.Wires.Part(Enumerable.Range(0, _nodes.Count), length);
        _world.Schedule.After(length, _life, () =>
        {
            _world.Note("world", $"is one again");
            _world.Wires.Heal();
        });
    }
}
