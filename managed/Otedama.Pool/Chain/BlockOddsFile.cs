using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>Counts shares for BlockOdds and keeps them in a file: every quarter of an hour and at the end.</summary>
internal sealed partial class BlockOddsFile : IShareListener, IStep
{
    private const string Name = "odds.dat";

    private static readonly TimeSpan s_every = TimeSpan.FromMinutes(15);

    private readonly IFiles _files;
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private Pause _rest;

    /// <summary>folder: of the chain.</summary>
    public BlockOddsFile(string folder, PoolWorld world, ILogger logger)
    {
        (_files, _time, _logger) = (world.Files, world.Time, logger);
        _path = Path.Combine(folder, Name);
        Wake = new Signal(_time);
        _rest = Pause.Begin(_time, s_every);
        Load();
    }

    public BlockOdds Odds { get; } = new();

    public Signal Wake { get; }

    public ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        TimeSpan left = _rest.Left(_time);
        if (left == TimeSpan.Zero)
        {
            Save();
            _rest = Pause.Begin(_time, left = s_every);
        }
        return new ValueTask<TimeSpan>(left);
    }

    public void Save()
    {
        try
        {
            _files.WriteWhole(_path, Odds.Save());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotKept(_path, e.Message);
        }
    }

    void IShareListener.OnTaken(ChainShare share, ShareOrigin origin) => Odds.Count(share);

    void IShareListener.OnNext(NextShare next)
    {
    }

    void IShareListener.OnMissing(Hash256 id, long peer)
    {
    }

    private void Load()
    {
        try
        {
            if (_files.Exists(_path) && !Odds.TryLoad(_files.ReadWhole(_path)))
            {
                LogDamaged(_path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotKept(_path, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, EventName = "chain_odds_not_kept",
        Message = "Who found how many blocks of those expected cannot be kept in {Path}: {Problem}")]
    private partial void LogNotKept(string path, string problem);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "chain_odds_damaged",
        Message = "{Path} is damaged; counting of found and expected blocks begins anew")]
    private partial void LogDamaged(string path);
}
