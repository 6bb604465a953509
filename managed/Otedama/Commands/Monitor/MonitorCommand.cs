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

    private static string Line(StatusView s) =>
        $"{Units.Duration(s.UptimeS)}: rig {Units.Hashrate(s.Rig?.HashrateHs ?? 0)}, pool {Units.Hashrate(s.Pool?.HashrateHs ?? 0)}, "
        + $"{s.Pool?.Miners ?? 0} miners, {s.Pool?.Accepted ?? s.Rig?.Accepted ?? 0} accepted, {s.Pool?.Rejected ?? s.Rig?.Rejected ?? 0} rejected, "
        + $"{s.Pool?.Blocks ?? 0} blocks, height {s.Node?.Height?.ToString(CultureInfo.InvariantCulture) ?? "?"}"
        + string.Concat(StatusLines.Datasets(s).Select(static line => "; " + line["data   ".Length..]));
}
