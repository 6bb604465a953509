using System.Net;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>A whole pool that runs: its parts, and the loops that call their steps.</summary>
public sealed class PoolServer : IAsyncDisposable
{
    private readonly PoolParts _parts;
    private readonly PacerLoop _pacer;
    private readonly ISharePathRunner _shares;
    private readonly StepLoop[] _upkeep;
    private readonly TimeProvider _time;
    private readonly ILogger _stratumLogger;
    private int _stopped;

    private PoolServer(PoolParts parts, PoolWorld world, bool checksInTurn)
    {
        _parts = parts;
        _time = world.Time;
        _stratumLogger = world.Loggers.CreateLogger(LogCategory.PoolStratum);
        _pacer = new PacerLoop(parts.Stratum, _stratumLogger);
        _shares = SharesOf(parts, checksInTurn, world.Loggers.CreateLogger(LogCategory.PoolShares));
        ILogger logger = world.Loggers.CreateLogger(LogCategory.Pool);
        _upkeep = [.. parts.Upkeep.Select(step => new StepLoop(step, logger))];
    }

    public PoolOptions Options => _parts.Options;

    /// <summary>Where miners connect, with the real ports.</summary>
    public IReadOnlyList<IPEndPoint> Endpoints => _parts.Stratum.Endpoints;

    /// <summary>Shows TLS connections this certificate from now on; open ones stay.</summary>
    public void Show(TlsIdentity identity) => _parts.Stratum.Show(identity);

    /// <summary>Accounts, balances, blocks and payouts.</summary>
    public Ledger Ledger => _parts.Ledger;

    /// <summary>Commits of the share log, for metrics.</summary>
    public CommitCounters Commits => _parts.Shares.Counters;

    /// <summary>Candidates that wait for a validator.</summary>
    public int QueueDepth => _parts.Shares.QueueDepth;

    /// <summary>True while the disk refuses the share log.</summary>
    public bool IsStalled => _parts.Shares.IsStalled;

    /// <summary>Lines that were no JSON, since start.</summary>
    public long MalformedLines => _parts.Stratum.MalformedCount;

    /// <summary>
    /// Opens ledger and listeners and starts asking the nodes. Returns before the first template; miners that log in
    /// earlier get their job when it comes. Throws ArgumentException for bad options, IOException when a port is taken
    /// or the data directory cannot be used.
    /// </summary>
    public static async Task<PoolServer> StartAsync(
        PoolOptions options,
        IProofChecker checker,
        PoolWorld world,
        CancellationToken cancellation)
    {
        PoolServer pool = await Task.Run(
            () => new PoolServer(new PoolParts(options, checker, world), world, options.ChecksInTurn(checker)),
            cancellation);
        try
        {
            pool._shares.Start();
            Array.ForEach(pool._upkeep, static loop => loop.Start());
            pool._parts.Listen();
            pool._pacer.Start();
            pool._parts.Source.Start();
            return pool;
        }
        catch
        {
            await pool.StopAsync(TimeSpan.FromSeconds(1));
            throw;
        }
    }

    /// <summary>Cheap enough for once a second.</summary>
    public PoolSnapshot Snapshot() => _parts.Snapshot();

    /// <summary>The newest coin blocks of the share chain; null without one.</summary>
    public IReadOnlyList<ChainBlock>? ChainBlocks() => _parts.Chain?.Blocks();

    /// <summary>
    /// The newest so many shares of the chain and those beside it; none where there is no share chain.
    /// </summary>
    public IReadOnlyList<ChainGraphShare> ChainShares(int count) => _parts.Chain?.Graph(count) ?? [];

    /// <summary>Stops listening, answers what was submitted, commits it and closes all connections.</summary>
    public async Task StopAsync(TimeSpan timeout)
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
        {
            return;
        }
        _parts.Stratum.StopListening();
        await DrainLoop.RunAsync(_parts.Stratum, timeout, _time, _stratumLogger);
        _shares.Stop(timeout);
        _pacer.Dispose();
        _parts.Stratum.Dispose();
        await Task.WhenAll(_upkeep.Select(static loop => loop.DisposeAsync().AsTask()));
        await _parts.LeaveAsync(timeout);
        await _parts.Source.DisposeAsync();
        _parts.Close();
    }

    private ISharePathRunner SharesOf(PoolParts parts, bool checksInTurn, ILogger logger)
    {
        if (checksInTurn && parts.Stratum.Loop is { } loop)
        {
            SharePathTurns turns = new(parts.Shares, _time, logger);
            loop.User = turns;
            return turns;
        }
        return new SharePathLoops(parts.Shares, _time, logger);
    }

    public async ValueTask DisposeAsync() => await StopAsync(TimeSpan.FromSeconds(5));
}
