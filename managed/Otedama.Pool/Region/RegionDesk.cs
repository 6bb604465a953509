using System.Net;
using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// The operator's pools in other regions: visited once a minute, and told to miners that asked for the nearest one. Any
/// thread; one steps.
/// </summary>
/// <remarks>
/// Who logs in with the wish fills the list of those told, one place for each login and address. Full, the oldest goes:
/// that miner could be told once more before its ten minutes are over.
/// </remarks>
public sealed partial class RegionDesk : IStep
{
    private const int ToldMax = 4_096;

    private static readonly TimeSpan s_visitEvery = TimeSpan.FromMinutes(1);

    /// <summary>Two regions that each take the other for nearer would send a miner to and fro.</summary>
    private static readonly TimeSpan s_toldFor = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly RegionState[] _regions;
    private readonly Dictionary<(string User, IPAddress Address), Pause> _told = [];
    private readonly Queue<(string User, IPAddress Address)> _order = new();
    private readonly string _own;
    private readonly PoolWorld _world;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public RegionDesk(IReadOnlyList<RegionPool> regions, string own, PoolWorld world)
    {
        _regions = [.. regions.Select(static region => new RegionState(region, null))];
        (_own, _world, _time) = (own, world, world.Time);
        _logger = world.Loggers.CreateLogger(LogCategory.PoolStratum);
        Wake = new Signal(_time);
    }

    public Signal Wake { get; }

    /// <summary>
    /// Where this miner is better served; null when it stays. wish: what it asked for in its password.
    /// </summary>
    public RegionPool? For(string wish, string user, IPAddress address, bool isTls)
    {
        if (_regions.Length == 0)
        {
            return null;
        }
        RegionFacts facts = _world.Atlas.RegionOf(address);
        lock (_gate)
        {
            RegionPool? region = RegionChoice.For(wish, facts, _own, isTls, _regions);
            return region is not null && TryTell((user, address)) ? region : null;
        }
    }

    /// <summary>Visits all of them, each for a few seconds at most.</summary>
    public async ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        await Task.WhenAll(Enumerable.Range(0, _regions.Length).Select(index => VisitAsync(index, stop)));
        return s_visitEvery;
    }

    private async Task VisitAsync(int index, CancellationToken stop)
    {
        RegionPool pool = _regions[index].Pool;
        if (pool.Label == _own)
        {
            return; // that is here
        }
        (double? seconds, string? problem) = await _world.Visit(pool, stop);
        bool wasUp = _regions[index].Seconds is not null;
        lock (_gate)
        {
            _regions[index] = new RegionState(pool, seconds);
        }
        if (seconds is null && wasUp)
        {
            LogDown(pool.Label, pool.Host, pool.Port, problem);
        }
        else if (seconds is double way && !wasUp)
        {
            LogUp(pool.Label, pool.Host, pool.Port, way * 1_000);
        }
    }

    /// <summary>Under the gate: false when it was told lately.</summary>
    private bool TryTell((string User, IPAddress Address) miner)
    {
        if (_told.TryGetValue(miner, out Pause pause))
        {
            bool isOver = pause.Left(_time) == TimeSpan.Zero;
            _told[miner] = isOver ? Pause.Begin(_time, s_toldFor) : pause;
            return isOver;
        }
        if (_order.Count == ToldMax)
        {
            _told.Remove(_order.Dequeue());
        }
        _order.Enqueue(miner);
        _told.Add(miner, Pause.Begin(_time, s_toldFor));
        return true;
    }

    [LoggerMessage(Level = LogLevel.Information, EventName = "region_up",
        Message = "Region {Region} answers at {Host}:{Port}, {Ms:F0} ms away: miners that ask for it are sent there")]
    private partial void LogUp(string region, string host, int port, double ms);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "region_down",
        Message = "Region {Region} does not answer at {Host}:{Port}: {Problem}; nobody is sent there until it does")]
    private partial void LogDown(string region, string host, int port, string? problem);
}
