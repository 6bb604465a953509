namespace Otedama;

/// <summary>
/// Looks at an instance now and then and says what changed for the better or worse. Pure but for its memory, which is
/// bounded; what was there at the first look is not news.
/// </summary>
internal sealed class Watch(TimeSpan patience)
{
    /// <summary>A pool's miners choose their names, so no more of them are watched.</summary>
    private const int WorkersMax = 10_000;

    private const int BlocksMax = 1_000;

    private readonly Dictionary<string, Seen> _workers = [];
    private readonly HashSet<string> _blocks = [];
    private readonly Queue<string> _blockOrder = new();
    private readonly Dictionary<string, Lacking> _lacking = []; // by what lacks work
    private bool _looked;

    /// <summary>now in seconds since 1970. miners and blocks: of every pool.</summary>
    public IReadOnlyList<Alert> Look(StatusView status, IReadOnlyList<MinersAnswer> miners, IReadOnlyList<BlocksAnswer> blocks, long now)
    {
        List<Alert> alerts = [];
        foreach (BlocksAnswer found in blocks)
        {
            LookAtBlocks(found, status.Pools.Count > 1 ? found.Pool : null, now, alerts);
        }
        foreach (MinersAnswer connected in miners)
        {
            foreach (MinerView miner in connected.Miners)
            {
                string name = miner.Worker.Length > 0 ? $"{miner.Address}.{miner.Worker}" : miner.Address;
                MarkUp(status.Pools.Count > 1 ? $"{name} of pool {connected.Pool}" : name, now, alerts);
            }
        }
        foreach (RigView rig in status.Rigs)
        {
            LookAtRig(rig, status.Rigs.Count > 1 ? $"rig {rig.Name}" : "this machine", now, alerts);
        }
        if (status.Rigs.Count == 0 || status.Rigs.Any(static rig => rig.Mining))
        {
            FindDown(now, alerts);
        }
        LookAtWork(status, now, alerts);
        _looked = true;
        return alerts;
    }

    /// <summary>A worker that was stopped on purpose is not missed.</summary>
    private void LookAtRig(RigView rig, string whose, long now, List<Alert> alerts)
    {
        foreach (WorkerView worker in rig.Workers)
        {
            string name = $"worker {worker.Name} of {whose}";
            if (!rig.Mining && _workers.TryGetValue(name, out Seen? seen))
            {
                seen.At = now;
            }
            else if (rig.Mining && worker.Health == "healthy")
            {
                MarkUp(name, now, alerts);
            }
        }
    }

    private void LookAtBlocks(BlocksAnswer blocks, string? pool, long now, List<Alert> alerts)
    {
        foreach (BlockView block in blocks.Blocks.Reverse())
        {
            if (!_blocks.Add(block.Hash))
            {
                continue;
            }
            _blockOrder.Enqueue(block.Hash);
            if (_blockOrder.Count > BlocksMax)
            {
                _blocks.Remove(_blockOrder.Dequeue());
            }
            if (_looked)
            {
                string reward = block.Reward is { } coins ? $", {coins} coins" : "";
                alerts.Add(new Alert
                {
                    Event = AlertKind.BlockFound,
                    Time = now,
                    Text = $"{(pool is null ? "" : $"{pool}: ")}Block {block.Height} found by {block.Finder}{reward}: {block.Hash}",
                    Worker = block.Finder,
                    Pool = blocks.Pool,
                    Height = block.Height,
                    Hash = block.Hash,
                });
            }
        }
    }

    private void MarkUp(string worker, long now, List<Alert> alerts)
    {
        if (_workers.TryGetValue(worker, out Seen? seen))
        {
            seen.At = now;
            if (seen.IsDown)
            {
                seen.IsDown = false;
                alerts.Add(new Alert { Event = AlertKind.WorkerUp, Time = now, Text = $"{worker} is back.", Worker = worker });
            }
        }
        else if (_workers.Count < WorkersMax)
        {
            _workers.Add(worker, new Seen { At = now });
        }
    }

    /// <summary>Tells of each once, and forgets who stays away for a day.</summary>
    private void FindDown(long now, List<Alert> alerts)
    {
        foreach ((string worker, Seen seen) in _workers)
        {
            double away = now - seen.At;
            if (away >= Math.Max(86_400, patience.TotalSeconds))
            {
                _workers.Remove(worker);
            }
            else if (!seen.IsDown && away >= patience.TotalSeconds)
            {
                seen.IsDown = true;
                alerts.Add(new Alert { Event = AlertKind.WorkerDown, Time = now, Text = $"{worker} is down: nothing seen of it for {away:0} s.", Worker = worker });
            }
        }
    }

    private void LookAtWork(StatusView status, long now, List<Alert> alerts)
    {
        foreach ((string name, string? pool, string? lack) in status.Pools.Count > 0
            ? status.Pools.Select(p => (status.Pools.Count > 1 ? $"{p.Name}: " : "", (string?)p.Name, Lack(p)))
            : status.Rigs.Select(r => (status.Rigs.Count > 1 ? $"{r.Name}: " : "", (string?)null, Lack(r))))
        {
            LookAtWork(name, pool, lack, now, alerts);
        }
    }

    private void LookAtWork(string name, string? pool, string? lack, long now, List<Alert> alerts)
    {
        if (lack is null)
        {
            if (_lacking.Remove(name, out Lacking? over) && over.Told)
            {
                alerts.Add(new Alert { Event = AlertKind.WorkAgain, Time = now, Text = $"{name}There is work again.", Pool = pool });
            }
            return;
        }
        if (!_lacking.TryGetValue(name, out Lacking? since))
        {
            _lacking.Add(name, since = new Lacking { Since = now });
        }
        if (!since.Told && now - since.Since >= patience.TotalSeconds)
        {
            since.Told = true;
            alerts.Add(new Alert { Event = AlertKind.NoWork, Time = now, Text = $"{name}No work since {now - since.Since} s: {lack}", Pool = pool });
        }
    }

    /// <summary>Why there is nothing to mine; null when there is.</summary>
    private static string? Lack(PoolView pool) =>
        pool.JobAgeS is null ? "the pool has no job." : pool.Node.Reachable ? null : "no coin node answers the pool.";

    private static string? Lack(RigView rig) => rig is { Mining: true, Connected: false } ? "no pool gives this machine work." : null;

    private sealed class Lacking
    {
        /// <summary>Seconds since 1970.</summary>
        public required long Since { get; init; }

        public bool Told { get; set; }
    }

    private sealed class Seen
    {
        /// <summary>Seconds since 1970.</summary>
        public long At { get; set; }

        public bool IsDown { get; set; }
    }
}
