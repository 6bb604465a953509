using System.CommandLine;
using System.Globalization;
using Otedama.Core;
using Otedama.Mining;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama;

/// <summary>
/// Speaks to every pool and node of the configuration, or to those named, the way the program would: TLS and a subscription
/// with a pool, JSON-RPC with its login with a node. The pool and the chain of this very configuration are no targets.
/// </summary>
internal static class NetTest
{
    private const int AnswerBytesMax = 1 << 20;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(CommandContext context, ParseResult result, string[] urls, CancellationToken stop)
    {
        Configuration configuration = context.Load(result);
        TimeProvider clock = context.Outside.Clock;
        Task<NetRow>[] tests = urls.Length > 0
            ? [.. urls.Select(url => IsNode(url) ? NodeAsync(configuration, new UrlEntry(url), clock, stop) : PoolAsync(url, clock, stop))]
            :
            [
                .. configuration.Rigs.SelectMany(static rig => rig.Get(Settings.MiningPools)).Select(pool => PoolAsync(pool.Url, clock, stop)),
                .. configuration.Pools.SelectMany(pool => Nodes(pool).Select(entry => NodeAsync(pool, entry, clock, stop))),
            ];
        NetRow[] rows = await Task.WhenAll(tests);
        context.Answer(result, new NetAnswer(1, rows), AnswerJson.Default.NetAnswer, static answer => answer.Targets.Count > 0
            ? answer.Targets.Select(Line)
            : ["nothing to test: the configuration names no pool (mining.pools) and no node (node.urls); name one: otedama net test URL"]);
        return rows.All(static row => row.Problem is null) ? ExitCode.Done : ExitCode.Unreachable;
    }

    private static IReadOnlyList<UrlEntry> Nodes(Configuration configuration) =>
        configuration.Get(Settings.NodeMode) == "external" ? configuration.Get(Settings.NodeUrls) : [];

    private static bool IsNode(string url) =>
        url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || url.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    private static async Task<NetRow> PoolAsync(string url, TimeProvider clock, CancellationToken stop)
    {
        NetRow row = new("pool", UrlEntry.HideLogin(url));
        if (!PoolUrl.TryParse(url, out PoolUrl? pool, out string? error))
        {
            return row with { Problem = error };
        }
        PoolProbeResult found = await PoolProbe.RunAsync(pool, $"otedama/{ThisProgram.Version}", s_patience, clock, stop);
        return row with { Tls = pool.Tls, ConnectMs = found.ConnectMs, AnswerMs = found.AnswerMs, Problem = found.Problem };
    }

    private static async Task<NetRow> NodeAsync(Configuration configuration, UrlEntry entry, TimeProvider clock, CancellationToken stop)
    {
        NetRow row = new("node", entry.ShownUrl);
        try
        {
            PoolNode node = PartOptions.External(configuration, entry);
            RpcEndpoint endpoint = RpcEndpoint.Parse(node.Uri.OriginalString, node.User, node.Password, node.CookiePath);
            using RpcClient client = new(endpoint, clock, AnswerBytesMax);
            NodeReport report = await NodeReport.AskAsync(client, s_patience, clock, stop);
            CoinSpec? coin = CoinOf(configuration);
            return row with
            {
                Tls = endpoint.Uri.Scheme == Uri.UriSchemeHttps,
                AnswerMs = report.LatencyMs,
                Chain = report.Chain,
                Height = report.Height,
                Headers = report.Headers,
                Peers = report.Peers,
                Problem = coin is null ? null : report.ForeignTo(coin) ?? await NodeReport.TemplateProblemAsync(client, coin, s_patience, stop),
            };
        }
        catch (Exception e) when (e is RpcException or FormatException or UriFormatException)
        {
            return row with { Problem = e.Message };
        }
    }

    /// <summary>
    /// Only a configuration that names a coin can say that a node is of another one, or gives no work for it.
    /// </summary>
    private static CoinSpec? CoinOf(Configuration configuration) => configuration.Get(Settings.NodeMode) == "external"
        ? CoinCatalogue.Find(configuration.Get(Settings.NodeCoin), configuration.Get(Settings.NodeNetwork))
        : null;

    private static string Line(NetRow row)
    {
        string head = $"{row.Kind,-5} {row.Address}  ";
        if (row.Problem is not null)
        {
            return head + row.Problem;
        }
        return row.Kind == "pool"
            ? $"{head}{(row.Tls == true ? "TLS" : "connected")} after {Ms(row.ConnectMs)}, Stratum answered after {Ms(row.AnswerMs)}"
            : $"{head}answered after {Ms(row.AnswerMs)}: chain {row.Chain ?? "?"}, height {row.Height?.ToString(CultureInfo.InvariantCulture) ?? "?"}"
                + $"{(row.Headers > row.Height ? $" of {row.Headers}" : "")}, {row.Peers?.ToString(CultureInfo.InvariantCulture) ?? "?"} peers";
    }

    private static string Ms(double? value) => string.Create(CultureInfo.InvariantCulture, $"{value ?? 0:0.0} ms");
}

internal sealed record NetAnswer(int Schema, IReadOnlyList<NetRow> Targets);

/// <summary>
/// What one target answered; null where it does not apply or was not found out. Problem is null when all is well.
/// </summary>
internal sealed record NetRow(string Kind, string Address)
{
    public bool? Tls { get; init; }

    public double? ConnectMs { get; init; }

    public double? AnswerMs { get; init; }

    public string? Chain { get; init; }

    public int? Height { get; init; }

    public int? Headers { get; init; }

    public int? Peers { get; init; }

    public string? Problem { get; init; }
}
