using Microsoft.Extensions.Logging;

namespace Otedama;

/// <summary>
/// The pool's own log as part of the trace, from warnings up; an exception nobody expected is a failure.
/// </summary>
internal sealed class SimLog(SimWorld world, string category) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState,
        Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }
        world.Trace.Note(category, $"{formatter(state, exception)}");
        if (exception is not null and not IOException && !world.IsPoolOver)
        {
            world.Fail($"{formatter(state, exception)}: {exception}");
        }
    }
}

/// <summary>Makes them.</summary>
internal sealed class SimLogs(SimWorld world) : ILoggerFactory
{
    public void AddProvider(ILoggerProvider provider)
    {
    }

    public ILogger CreateLogger(string categoryName) => new SimLog(world,
        categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    public void Dispose()
    {
    }
}
