using Otedama.Core;

namespace Otedama.Pool;

/// <summary>Everything the pool counts. One lock, taken once per batch of verdicts; nobody waits inside of it.</summary>
internal sealed class PoolMeters
{
    /// <summary>Miners listed in a snapshot; more are counted but not listed.</summary>
    public const int MinersListedMax = 10_000;

    /// <summary>Logins whose counters are kept; beyond it those that left longest ago are forgotten first.</summary>
    private const int LoginsMax = 100_000;

    private const int BlocksKept = 50;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Address, string Worker), AccountMeter> _accounts = [];
    private readonly long[] _rejected = new long[Enum.GetValues<Rejection>().Length];
    private readonly LinkedList<FoundBlock> _blocks = new();
    private readonly LatencyMeter _latency = new();
    private readonly TimeProvider _time;
    private readonly long _startedAt;
    private HashMeter _rate;
    private long _accepted;
    private long _blocksFound;

    public PoolMeters(TimeProvider time)
    {
        _time = time;
        _startedAt = time.GetTimestamp();
        StartedAt = time.GetUtcNow();
    }

    public DateTimeOffset StartedAt { get; }

    /// <summary>Seconds since start, monotonic.</summary>
    public double Now => _time.GetElapsedTime(_startedAt).TotalSeconds;

    public long BlocksFound => Volatile.Read(ref _blocksFound);

    /// <summary>Logins with counters: those connected, and those gone that had shares.</summary>
    public int LoginCount
    {
        get
        {
            lock (_gate)
            {
                return _accounts.Count;
            }
        }
    }

    /// <summary>The meter of a login, known while it is connected and, once it had a share, for some time after.</summary>
    public AccountMeter Login(string address, byte[] script, string worker, int accountId)
    {
        lock (_gate)
        {
            return _accounts.GetValueOrDefault((address, worker)) ?? new AccountMeter(address, script, worker, accountId);
        }
    }

    public void Connected(AccountMeter account, string userAgent)
    {
        lock (_gate)
        {
            account.Connections++;
            if (_accounts.TryAdd((account.Address, account.Worker), account) && _accounts.Count > LoginsMax)
            {
                ForgetIdle();
            }
            account.UserAgent = userAgent;
            if (account.Connections == 1)
            {
                account.ConnectedAt = Now;
                account.Rate = account.Accepted == 0 ? new HashMeter(Now) : account.Rate;
            }
        }
    }

    public void Disconnected(AccountMeter account)
    {
        lock (_gate)
        {
            account.Connections--;
            if (account.Connections == 0 && account.Accepted == 0)
            {
                _accounts.Remove((account.Address, account.Worker)); // a login alone leaves nothing behind
            }
        }
    }

    public void SetDifficulty(AccountMeter account, double difficulty) => Volatile.Write(ref account.Difficulty, difficulty);

    /// <summary>At the end of a connection: the difficulty its shares have shown to be right; 0 = too few came.</summary>
    public void SetMeasured(AccountMeter account, double difficulty)
    {
        if (difficulty > 0)
        {
            Volatile.Write(ref account.Measured, difficulty);
        }
    }

    /// <summary>The right difficulty of this worker by its shares so far; 0 when unknown.</summary>
    public double LastMeasured(AccountMeter account) => Volatile.Read(ref account.Measured);

    public void CountRejected(AccountMeter account, Rejection rejection)
    {
        lock (_gate)
        {
            account.Rejected++;
            _rejected[(int)rejection]++;
        }
    }

    public void Count(ReadOnlySpan<Verdict> verdicts)
    {
        double now = Now;
        long stamp = _time.GetTimestamp();
        lock (_gate)
        {
            foreach (ref readonly Verdict verdict in verdicts)
            {
                _latency.Add(_time.GetElapsedTime(verdict.ReceivedAt, stamp), now);
                Count(in verdict, now);
            }
        }
    }

    public void AddBlock(PoolJob job, in Verdict verdict)
    {
        lock (_gate)
        {
            AccountMeter? finder = verdict.Claimant as AccountMeter;
            string name = finder is null ? "" : finder.Worker.Length == 0 ? finder.Address : $"{finder.Address}.{finder.Worker}";
            _blocks.AddFirst(new FoundBlock(_time.GetUtcNow(), job.Job.Height, verdict.BlockId, name, job.Split.Reward));
            _blocksFound++;
            if (_blocks.Count > BlocksKept)
            {
                _blocks.RemoveLast();
            }
        }
    }

    public void Read(out HashRates rates, out ShareCounts shares, out FoundBlock[] blocks, out MinerSnapshot[] miners, out (TimeSpan P50, TimeSpan P99, LatencyTotals All) reply)
    {
        double now = Now;
        lock (_gate)
        {
            rates = _rate.Read(now);
            shares = ReadShares();
            blocks = [.. _blocks];
            miners = ReadMiners(now);
            reply = (_latency.Percentile(0.5), _latency.Percentile(0.99), _latency.Totals());
        }
    }

    private void Count(in Verdict verdict, double now)
    {
        AccountMeter? account = verdict.Claimant as AccountMeter;
        if (verdict.Rejection != Rejection.None)
        {
            _rejected[(int)verdict.Rejection]++;
            if (account is not null)
            {
                account.Rejected++;
            }
            return;
        }
        _accepted++;
        double work = (double)verdict.Work;
        _rate.Add(work, now);
        if (account is not null)
        {
            account.Accepted++;
            account.Rate.Add(work, now);
            account.LastShareAt = now;
        }
    }

    private void ForgetIdle()
    {
        AccountMeter[] idle = [.. _accounts.Values.Where(static account => account.Connections == 0).OrderBy(static account => account.LastShareAt)];
        foreach (AccountMeter account in idle.Take(LoginsMax / 8))
        {
            _accounts.Remove((account.Address, account.Worker));
        }
    }

    private ShareCounts ReadShares()
    {
        Dictionary<Rejection, long> reasons = [];
        long rejected = 0;
        for (int i = 0; i < _rejected.Length; i++)
        {
            if (_rejected[i] > 0)
            {
                reasons[(Rejection)i] = _rejected[i];
                rejected += _rejected[i];
            }
        }
        return new ShareCounts(_accepted, rejected, reasons);
    }

    private MinerSnapshot[] ReadMiners(double now)
    {
        List<MinerSnapshot> miners = [];
        foreach ((_, AccountMeter account) in _accounts)
        {
            if (account.Connections == 0 || miners.Count == MinersListedMax)
            {
                continue;
            }
            miners.Add(new MinerSnapshot
            {
                Address = account.Address,
                Worker = account.Worker,
                UserAgent = account.UserAgent,
                Connections = account.Connections,
                Difficulty = account.Difficulty,
                HashRate = account.Rate.Read(now),
                Accepted = account.Accepted,
                Rejected = account.Rejected,
                ConnectedAt = StartedAt.AddSeconds(account.ConnectedAt),
                LastShareAt = double.IsNaN(account.LastShareAt) ? null : StartedAt.AddSeconds(account.LastShareAt),
            });
        }
        return [.. miners];
    }
}
