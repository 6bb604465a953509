using System.CommandLine;
using System.Diagnostics;
using System.Net.Sockets;

namespace Otedama;

/// <summary>Opens a connection to every pool and node of the configuration and says how long it took.</summary>
internal static class NetTest
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(CommandContext context, ParseResult result, CancellationToken stop)
    {
        Configuration configuration = context.Load(result);
        NetRow[] rows = await Task.WhenAll(Targets(configuration).Select(target => TryAsync(target, context.Outside.Clock, stop)));
        context.Answer(result, new NetAnswer(1, rows), AnswerJson.Default.NetAnswer, static answer => answer.Targets.Select(static row =>
            row.Problem is null
                ? $"{row.Kind,-5} {row.Address}  connected in {row.ConnectMs?.ToString("0.0", System.Globalization.CultureInfo.InvariantCulture)} ms"
                : $"{row.Kind,-5} {row.Address}  {row.Problem}"));
        return rows.All(static row => row.Problem is null) ? ExitCode.Done : ExitCode.Unreachable;
    }

    private static IEnumerable<(string Kind, string Address)> Targets(Configuration configuration)
    {
        IReadOnlyList<string> pools = [.. configuration.Get(Settings.MiningPools).Select(static pool => pool.Url)];
        foreach (string pool in pools.Count > 0 ? pools : [$"stratum+tcp://127.0.0.1:{configuration.Get(Settings.PoolPort)}"])
        {
            yield return ("pool", pool);
        }
        bool embedded = configuration.Get(Settings.NodeMode) == "embedded";
        foreach (string node in embedded ? [$"http://127.0.0.1:{configuration.Get(Settings.NodePort)}"]
            : configuration.Get(Settings.NodeUrls).Select(static entry => entry.Url))
        {
            yield return ("node", node);
        }
    }

    private static async Task<NetRow> TryAsync((string Kind, string Address) target, TimeProvider clock, CancellationToken stop)
    {
        if (!Uri.TryCreate(target.Address, UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0 || uri.Port <= 0)
        {
            return new NetRow(target.Kind, target.Address, null, "is not an address such as stratum+tcp://host:3333");
        }
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(s_patience);
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        long started = clock.GetTimestamp();
        try
        {
            await socket.ConnectAsync(uri.Host, uri.Port, patience.Token);
            return new NetRow(target.Kind, target.Address, clock.GetElapsedTime(started).TotalMilliseconds, null);
        }
        catch (SocketException e)
        {
            return new NetRow(target.Kind, target.Address, null, $"not reachable: {e.Message}");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new NetRow(target.Kind, target.Address, null, $"no answer within {s_patience.TotalSeconds} s; a firewall may drop the packets");
        }
    }
}

internal sealed record NetAnswer(int Schema, IReadOnlyList<NetRow> Targets);

internal sealed record NetRow(string Kind, string Address, double? ConnectMs, string? Problem);
