using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Otedama.Tests.Mining;

/// <summary>Keeps what is logged.</summary>
internal sealed class LineLog : ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _lines = [];

    public string[] Lines => [.. _lines.Select(static line => line.Text)];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public string[] At(LogLevel level) => [.. _lines.Where(line => line.Level == level).Select(static line => line.Text)];

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((logLevel, formatter(state, exception)));
}
