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
    private long? _noWorkSince;
    private bool _noWorkTold;
    private bool _looked;

    /// <summary>now in seconds since 1970.</summary>
    public IReadOnlyList<Alert> Look(StatusView status, MinersAnswer miners, BlocksAnswer blocks, long now)
    {
        List<Alert> alerts = [];
        LookAtBlocks(blocks, now, alerts);
        foreach (MinerView miner in miners.Miners)
        {
            MarkUp(miner.Worker.Length > 0 ? $"{miner.Address}.{miner.Worker}" : miner.Address, now, alerts);
        }
        foreach (WorkerView worker in status.Rig is { Mining: true } rig ? rig.Workers : [])
        {
            if (worker.Health is "healthy" or "idle")
            {
                MarkUp($"worker {worker.Name} of this machine", now, alerts);
            }
        }
        if (status.Rig is not { Mining: false })
        {
            FindDown(now, alerts);
        }
        LookAtWork(status, now, alerts);
        _looked = true;
        return alerts;
    }

    private void LookAtBlocks(BlocksAnswer blocks, long now, List<Alert> alerts)
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
                    Text = $"Block {block.Height} found by {block.Finder}{reward}: {block.Hash}",
                    Worker = block.Finder,
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
        if (Lack(status) is not { } lack)
        {
            if (_noWorkTold)
            {
                alerts.Add(new Alert { Event = AlertKind.WorkAgain, Time = now, Text = "There is work again." });
            }
            (_noWorkSince, _noWorkTold) = (null, false);
            return;
        }
        _noWorkSince ??= now;
        if (!_noWorkTold && now - _noWorkSince >= patience.TotalSeconds)
        {
            _noWorkTold = true;
            alerts.Add(new Alert { Event = AlertKind.NoWork, Time = now, Text = $"No work since {now - _noWorkSince} s: {lack}" });
        }
    }

    /// <summary>Why there is nothing to mine; null when there is.</summary>
    private static string? Lack(StatusView status)
    {
        if (status.Pool is { } pool)
        {
            return pool.JobAgeS is null ? "the pool has no job." : status.Node is { Reachable: false } ? "no coin node answers the pool." : null;
        }
        return status.Rig is { Mining: true, Connected: false } ? "no pool gives this machine work." : null;
    }

    private sealed class Seen
    {
        /// <summary>Seconds since 1970.</summary>
        public long At { get; set; }

        public bool IsDown { get; set; }
    }
}
