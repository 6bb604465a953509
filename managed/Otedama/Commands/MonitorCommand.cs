using System.CommandLine;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Otedama;

internal static class MonitorCommand
{
    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(1);

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
            bool live = context.Outside.OutIsTerminal && !result.GetValue(context.Json);
            await (live ? LiveAsync(context, result, client, shutdown.Token) : LinesAsync(context, result, client, shutdown.Token));
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
            await Task.Delay(TimeSpan.FromSeconds(2), context.Outside.Clock, stop);
        }
    }

    private static async Task LiveAsync(CommandContext context, ParseResult result, ApiClient client, CancellationToken stop)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = context.Outside.Colour(true, result.GetValue(context.NoColour)) ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(context.Outside.Out),
        });
        StatusView status = await client.GetAsync("status", AnswerJson.Default.StatusView, stop);
        await console.Live(View(status)).AutoClear(false).StartAsync(async display =>
        {
            while (true)
            {
                display.UpdateTarget(View(await client.GetAsync("status", AnswerJson.Default.StatusView, stop)));
                display.Refresh();
                await Task.Delay(s_step, context.Outside.Clock, stop);
            }
        });
    }

    private static string Line(StatusView s) =>
        $"{Units.Duration(s.UptimeS)}: rig {Units.Hashrate(s.Rig?.HashrateHs ?? 0)}, pool {Units.Hashrate(s.Pool?.HashrateHs ?? 0)}, "
        + $"{s.Pool?.Miners ?? 0} miners, {s.Pool?.Accepted ?? s.Rig?.Accepted ?? 0} accepted, {s.Pool?.Rejected ?? s.Rig?.Rejected ?? 0} rejected, "
        + $"{s.Pool?.Blocks ?? 0} blocks, height {s.Node?.Height?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "?"}"
        + string.Concat(StatusLines.Datasets(s).Select(static line => "; " + line["data   ".Length..]));

    private static IRenderable View(StatusView s)
    {
        Table figures = new Table().Border(TableBorder.Rounded).Expand()
            .AddColumns("Hash rate", "Pool", "Accepted", "Rejected", "Blocks", "Miners", "Height");
        figures.AddRow(
            Units.Hashrate(s.Rig?.HashrateHs ?? 0),
            Units.Hashrate(s.Pool?.HashrateHs ?? 0),
            $"[green]{s.Pool?.Accepted ?? s.Rig?.Accepted ?? 0}[/]",
            $"{s.Pool?.Rejected ?? s.Rig?.Rejected ?? 0}",
            $"[yellow]{s.Pool?.Blocks ?? 0}[/]",
            $"{s.Pool?.Miners ?? 0}",
            $"{s.Node?.Height ?? s.Pool?.Height ?? 0}");
        List<IRenderable> parts = [new Markup($"[bold]otedama {Markup.Escape(s.Version)}[/], running for {Units.Duration(s.UptimeS)}. Ctrl-C leaves this view; mining goes on."), figures];
        parts.AddRange(StatusLines.Datasets(s).Select(static line => new Markup($"[blue]{Markup.Escape(line)}[/]")));
        if (s.Rig is { Workers.Count: > 0 } rig)
        {
            Table workers = new Table().Border(TableBorder.Rounded).Expand().AddColumns("Worker", "Kind", "Rate", "Shares", "Health");
            foreach (WorkerView worker in rig.Workers.Take(64))
            {
                string health = worker.Health is "healthy" ? "[green]healthy[/]" : $"[yellow]{Markup.Escape(worker.Health)}[/]";
                workers.AddRow(Markup.Escape(worker.Name), Markup.Escape(worker.Flavour), Units.Hashrate(worker.HashrateHs), $"{worker.Found}", health);
            }
            parts.Add(workers);
        }
        if (s.Node is { Problem: { } problem })
        {
            parts.Add(new Markup($"[red]{Markup.Escape(problem)}[/]"));
        }
        return new Rows(parts);
    }
}
