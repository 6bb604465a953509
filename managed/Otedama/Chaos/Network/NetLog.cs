using Microsoft.Extensions.Logging;
using Otedama.Pool;

namespace Otedama;

/// <summary>
/// A node's own log as part of the trace; whom it blames is looked at, and an exception nobody expected is a failure.
/// </summary>
internal sealed class NetLog(NetWorld world, NetNode node) : ILogger
{
    private const string Blamed = "peer_blamed", Opened = "peer_opened";

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) =>
        logLevel >= (world.Options.IsTraced ? LogLevel.Information : LogLevel.Warning);

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }
        world.Note(node.Name, $"{formatter(state, exception)}");
        if (exception is not null and not IOException)
        {
            world.Fail($"{node.Name}: {formatter(state, exception)}: {exception}");
        }
        if (eventId.Name is Blamed or Opened && state is IReadOnlyList<KeyValuePair<string, object?>> values)
        {
            string peer = (string)values[0].Value!;
            if (eventId.Name == Opened)
            {
                world.Audit.Blames.OnOpened(node, peer);
            }
            else
            {
                world.Audit.Blames.OnBlamed(node, peer, (string)values[1].Value!);
            }
        }
    }
}

/// <summary>Makes them.</summary>
internal sealed class NetLogs(NetWorld world, NetNode node) : ILoggerFactory
{
    public void AddProvider(ILoggerProvider provider)
    {
    }

    public ILogger CreateLogger(string categoryName) => new NetLog(world, node);

    public void Dispose()
    {
    }
}
