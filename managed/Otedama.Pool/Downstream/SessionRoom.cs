using Otedama.Core;

namespace Otedama.Pool;

/// <summary>What the sessions of one server share: all they know beside themselves. Any thread.</summary>
internal sealed class SessionRoom
{
    private long _malformed;
    private volatile bool _takesNoMore;

    public SessionRoom(PoolOptions options, JobBook jobs, IAccounts accounts, PoolWorld world)
    {
        Options = options;
        Jobs = jobs;
        Time = world.Time;
        Meters = new PoolMeters(Time);
        Guard = new ConnectionGuard(options.Guard);
        Dialect = StratumDialect.For(options.Coin);
        Log = new SessionLog(world.Loggers.CreateLogger(LogCategory.PoolStratum));
        Logins = new LoginDesk(options, accounts, Meters, Log);
        Regions = new RegionDesk(options.Regions, options.Region, world);
        Extranonces = new ExtranonceDesk(Dialect, options.Limits, Meters, world.Random);
    }

    public PoolOptions Options { get; }

    public JobBook Jobs { get; }

    /// <summary>The coin's; a session may come to speak a variant of it.</summary>
    public StratumDialect Dialect { get; }

    public TimeProvider Time { get; }

    public PoolMeters Meters { get; }

    public ConnectionGuard Guard { get; }

    public LoginDesk Logins { get; }

    public ExtranonceDesk Extranonces { get; }

    /// <summary>Where miners that asked for it are better served.</summary>
    public RegionDesk Regions { get; }

    public NotifyCache Notifies { get; } = new();

    public SessionLog Log { get; }

    /// <summary>Seconds since start, monotonic.</summary>
    public double Now => Meters.Now;

    /// <summary>Lines that were no JSON, since start.</summary>
    public long MalformedCount => Volatile.Read(ref _malformed);

    /// <summary>Where candidates go.</summary>
    public ICandidateSink? Sink { get; set; }

    /// <summary>The sink's; one without a place before there is a sink.</summary>
    public ProofSlab Proofs => Sink?.Proofs ?? ProofSlab.None;

    /// <summary>From now on no submit is taken.</summary>
    public void TakeNoMore() => _takesNoMore = true;

    public bool TakesNoMore => _takesNoMore;

    public bool TryEnqueue(in Candidate candidate) => !_takesNoMore && Sink is { } sink && sink.TryEnqueue(in candidate);

    public void CountMalformed() => Interlocked.Increment(ref _malformed);
}
