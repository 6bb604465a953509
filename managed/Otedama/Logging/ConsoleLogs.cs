using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama;

/// <summary>
/// Writes logs to standard error, and to a file where there is one, from one thread, so that a slow terminal never holds up
/// the pool. Nothing that happens to the output ends the program: when more than QueueMax lines wait, or the output takes
/// none (disk full, closed), lines are dropped and counted, and the count is written when there is room again.
/// </summary>
internal sealed class ConsoleLogs : ILoggerProvider
{
    private const int QueueMax = 8192;

    private readonly Stream _output;
    private readonly LogFile? _file;
    private volatile LogLevels _levels; // replaced whole by any thread
    private readonly bool _json;
    private readonly bool _colour;
    private readonly TimeProvider _time;
    private readonly BlockingCollection<LogLine> _queue = new(QueueMax);
    private readonly ArrayBufferWriter<byte> _buffer = new(4096); // the log thread's
    private readonly Thread _writer;
    private long _dropped; // lines since the last note; written by every logging thread, read and reset by the log thread

    /// <summary>The file is disposed with the logs.</summary>
    public ConsoleLogs(Stream output, LogLevels levels, bool json, bool colour, TimeProvider clock, LogFile? file = null)
    {
        (_output, _levels, _json, _colour, _time, _file) = (output, levels, json, colour, clock, file);
        _writer = new Thread(Drain) { IsBackground = true, Name = "log" };
        _writer.Start();
    }

    public ILogger CreateLogger(string categoryName) => new CategoryLogger(this, categoryName);

    /// <summary>Loggers that are in use follow with their next line.</summary>
    public void SetLevels(LogLevels levels) => _levels = levels;

    /// <summary>Writes what waits, at most two seconds.</summary>
    public void Dispose()
    {
        _queue.CompleteAdding();
        _writer.Join(TimeSpan.FromSeconds(2));
        _file?.Dispose();
    }

    private void Add(LogLine line)
    {
        try
        {
            if (!_queue.TryAdd(line))
            {
                Drop();
            }
        }
        catch (InvalidOperationException)
        {
            // Completed: the program is past its end and nobody reads any more.
        }
    }

    private void Drop()
    {
        Interlocked.Increment(ref _dropped);
        LogDrops.Add();
    }

    private void Drain()
    {
        foreach (LogLine line in _queue.GetConsumingEnumerable())
        {
            long dropped = Interlocked.Exchange(ref _dropped, 0);
            bool written = Write(line);
            if (!written)
            {
                Drop();
            }
            if (dropped == 0)
            {
                continue;
            }
            string note = $"{dropped} messages were dropped: the output was full, closed or too slow";
            if (!written || !Write(new LogLine(line.Time, LogLevel.Warning, LogCategory.Log, default, note, [], null)))
            {
                Interlocked.Add(ref _dropped, dropped);
            }
        }
    }

    /// <summary>False when neither output took it, or the file, where there is one, did not.</summary>
    private bool Write(LogLine line)
    {
        bool shown = TryWrite(line, _colour, date: false, bytes =>
        {
            _output.Write(bytes);
            _output.Flush();
        });
        return _file is null ? shown : TryWrite(line, colour: false, date: true, _file.Write);
    }

    private bool TryWrite(LogLine line, bool colour, bool date, Action<ReadOnlySpan<byte>> write)
    {
        try
        {
            _buffer.ResetWrittenCount();
            if (_json)
            {
                LogFormat.WriteJson(line, _buffer);
            }
            else
            {
                LogFormat.WriteText(line, colour, date, _buffer);
            }
            write(_buffer.WrittenSpan);
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return false; // whatever is wrong with an output, the program goes on without it
        }
    }

    private sealed class CategoryLogger(ConsoleLogs owner, string category) : ILogger
    {
        private Levelled _known = new(owner._levels, owner._levels.For(category)); // replaced whole by any thread

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel)
        {
            LogLevels levels = owner._levels;
            Levelled known = _known;
            if (known.Levels != levels)
            {
                _known = known = new Levelled(levels, levels.For(category));
            }
            return logLevel >= known.Least && logLevel != LogLevel.None;
        }

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                IReadOnlyList<KeyValuePair<string, object?>> fields = state as IReadOnlyList<KeyValuePair<string, object?>> ?? [];
                // Generated states may be reused by their owner, so the fields are copied before this call returns.
                fields = owner._json ? [.. fields] : [];
                owner.Add(new LogLine(owner._time.GetLocalNow(), logLevel, category, eventId, formatter(state, exception), fields, exception));
            }
        }
    }

    /// <summary>What one category writes under the levels it was asked of.</summary>
    private sealed record Levelled(LogLevels Levels, LogLevel Least);
}
