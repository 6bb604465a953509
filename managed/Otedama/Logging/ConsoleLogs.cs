using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Otedama;

/// <summary>
/// Writes logs to standard error from one thread, so that a slow terminal never holds up the pool. When more than
/// QueueMax lines wait, further ones are counted and dropped, and the count is written.
/// </summary>
internal sealed class ConsoleLogs : ILoggerProvider
{
    private const int QueueMax = 8192;

    private readonly Stream _output;
    private readonly LogLevels _levels;
    private readonly bool _json;
    private readonly bool _colour;
    private readonly TimeProvider _clock;
    private readonly BlockingCollection<LogLine> _queue = new(QueueMax);
    private readonly Thread _writer;
    private long _dropped; // written by every logging thread, read and reset by the writer

    public ConsoleLogs(Stream output, LogLevels levels, bool json, bool colour, TimeProvider clock)
    {
        (_output, _levels, _json, _colour, _clock) = (output, levels, json, colour, clock);
        _writer = new Thread(Drain) { IsBackground = true, Name = "log" };
        _writer.Start();
    }

    public ILogger CreateLogger(string categoryName) => new CategoryLogger(this, categoryName, _levels.For(categoryName));

    /// <summary>Writes what waits, at most two seconds.</summary>
    public void Dispose()
    {
        _queue.CompleteAdding();
        _writer.Join(TimeSpan.FromSeconds(2));
    }

    private void Add(LogLine line)
    {
        try
        {
            if (!_queue.TryAdd(line))
            {
                Interlocked.Increment(ref _dropped);
            }
        }
        catch (InvalidOperationException)
        {
            // Completed: the program is past its end and nobody reads any more.
        }
    }

    private void Drain()
    {
        ArrayBufferWriter<byte> buffer = new(4096);
        foreach (LogLine line in _queue.GetConsumingEnumerable())
        {
            Format(line, buffer);
            long dropped = Interlocked.Exchange(ref _dropped, 0);
            if (dropped > 0)
            {
                Format(new LogLine(line.Time, LogLevel.Warning, "Otedama.Log", default, $"{dropped} messages were dropped: standard error is too slow", [], null), buffer);
            }
            try
            {
                _output.Write(buffer.WrittenSpan);
                _output.Flush();
            }
            catch (IOException)
            {
                // Nobody reads standard error; the program goes on without it.
            }
            buffer.ResetWrittenCount();
        }
    }

    private void Format(LogLine line, ArrayBufferWriter<byte> buffer)
    {
        if (_json)
        {
            LogFormat.WriteJson(line, buffer);
        }
        else
        {
            LogFormat.WriteText(line, _colour, buffer);
        }
    }

    private sealed class CategoryLogger(ConsoleLogs owner, string category, LogLevel least) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                IReadOnlyList<KeyValuePair<string, object?>> fields = state as IReadOnlyList<KeyValuePair<string, object?>> ?? [];
                // Generated states may be reused by their owner, so the fields are copied before this call returns.
                fields = owner._json ? [.. fields] : [];
                owner.Add(new LogLine(owner._clock.GetLocalNow(), logLevel, category, eventId, formatter(state, exception), fields, exception));
            }
        }
    }
}
