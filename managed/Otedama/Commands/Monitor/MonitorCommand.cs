using System.CommandLine;
using System.Globalization;

namespace Otedama;

internal static class MonitorCommand
{
    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(2);

    public static Command Build(CommandContext context)
    {
        Command monitor = new("monitor", "Watch the running instance live; plain lines when the output is no terminal.");
        monitor.SetAction((result, stop) => RunAsync(context, result, stop));
        return monitor;
    }

    private static async Task<int> RunAsync(CommandContext context, ParseResult result, CancellationToken outer)
    {
        using Shutdown shutdown = new(outer);
        using ApiClient client = ApiClient.Find(context.Load(result), context.Outside.Environment);
        try
        {
            if (context.Outside is { OutIsTerminal: true, Screen: { } screen } && !result.GetValue(context.Json))
            {
                bool colour = context.Outside.Colour(true, result.GetValue(context.NoColour));
                await new MonitorView(client, screen, context.Outside, colour).RunAsync(shutdown.Token);
            }
            else
            {
                await LinesAsync(context, result, client, shutdown.Token);
            }
        }
        catch (OperationCanceledException) when (shutdown.Token.IsCancellationRequested)
        {
            // Ctrl-C is how one leaves.
        }
        return ExitCode.Done;
    }

    private static async Task LinesAsync(CommandContext context, ParseResult result, ApiClient client, CancellationToken stop)
    {
        while (true)
        {
            StatusView status = await client.GetAsync("status", AnswerJson.Default.StatusView, stop);
            context.Answer(result, status, AnswerJson.Default.StatusView, static s => [Line(s)]);
            await context.Outside.Out.FlushAsync(stop);
            await Task.Delay(s_step, context.Outside.Clock, stop);
        }
    }

    private static string Line(StatusView s)
    {
        StatusTotals all = StatusTotals.Of(s);
        string heights = string.Join(", ", s.Pools.Select(p =>
            $"height {(s.Pools.Count > 1 ? p.Name + " " : "")}{p.Node.Height?.ToString(CultureInfo.InvariantCulture) ?? "?"}").DefaultIfEmpty("height ?"));
        return $"{Units.Duration(s.UptimeS)}: rig {Units.Hashrate(all.RigHashrateHs ?? 0)}, pool {Units.Hashrate(all.PoolHashrateHs ?? 0)}, "
            + $"{all.Miners} miners, {all.Accepted} accepted, {all.Rejected} rejected, {all.Blocks} blocks, {heights}"
            + string.Concat(StatusLines.Datasets(s).Select(static line => "; " + line["data   ".Length..]));
    }
}
