using Microsoft.Extensions.Logging;

namespace Otedama.Pool;

/// <summary>
/// Something a share chain's node has counted, kept in a file of the chain's folder: every so often and at the end. What
/// cannot be read or is damaged begins anew, and the log says so.
/// </summary>
internal sealed partial class KeptFile : IStep
{
    private readonly IFiles _files;
    private readonly string _path;
    private readonly string _what;
    private readonly Func<byte[]> _bytes;
    private readonly TimeSpan _every;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private Pause _rest;
    private byte[] _kept = [];

    /// <param name="what">What it is, in the plural, for the log.</param>
    /// <param name="load">Takes what was kept; false when it is damaged.</param>
    public KeptFile(
        string path, string what, TimeSpan every, Func<byte[]> bytes, Func<byte[], bool> load, PoolWorld world, ILogger logger)
    {
        (_files, _path, _what, _every, _bytes) = (world.Files, path, what, every, bytes);
        (_time, _logger) = (world.Time, logger);
        Wake = new Signal(_time);
        _rest = Pause.Begin(_time, _every);
        Load(load);
    }

    public Signal Wake { get; }

    public ValueTask<TimeSpan> StepAsync(CancellationToken stop)
    {
        TimeSpan left = _rest.Left(_time);
        if (left == TimeSpan.Zero)
        {
            Save();
            _rest = Pause.Begin(_time, left = _every);
        }
        return new ValueTask<TimeSpan>(left);
    }

    public void Save()
    {
        byte[] bytes = _bytes();
        if (bytes.AsSpan().SequenceEqual(_kept))
        {
            return;
        }
        try
        {
            _files.WriteWhole(_path, bytes);
            _kept = bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotKept(_what, _path, e.Message);
        }
    }

    private void Load(Func<byte[], bool> load)
    {
        try
        {
            if (_files.Exists(_path) && !load(_files.ReadWhole(_path)))
            {
                LogDamaged(_path, _what);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotKept(_what, _path, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, EventName = "chain_file_not_kept",
        Message = "{What} cannot be kept in {Path}: {Problem}")]
    private partial void LogNotKept(string what, string path, string problem);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "chain_file_damaged",
        Message = "{Path} is damaged; {What} begin anew")]
    private partial void LogDamaged(string path, string what);
}
