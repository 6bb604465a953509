using System.CommandLine;
using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama;

/// <summary>Starts what the configuration and the verb ask for and stays until it is told to stop.</summary>
internal static class RunCommand
{
    public static async Task<int> RunAsync(
        CommandContext context, ParseResult result, Roles? roles, IEnumerable<FlagValue> flags, CancellationToken stop)
    {
        Configuration configuration = context.Load(result, flags);
        InstancePlan plan = InstancePlan.Make(configuration, roles, context.Outside.Environment);
        using Shutdown shutdown = new(stop);
        using ILoggerFactory loggers = context.OpenLogs(configuration, result, shutdown);
        ILogger logger = loggers.CreateLogger(LogCategory.Instance);
        InstanceLog.Begins(logger, ThisProgram.Version, ConfigurationSearch.Sentence(configuration));
        foreach (string warning in configuration.Warnings)
        {
            InstanceLog.ConfigurationWarning(logger, warning);
        }
        if (PrivateFiles.LooseConfiguration(configuration) is { } loose)
        {
            InstanceLog.ConfigurationWarning(logger, loose);
        }
        TimeProvider clock = context.Outside.Clock;
        Instance instance;
        try
        {
            instance = await Instance.StartAsync(plan, loggers, clock, shutdown.Token);
        }
        catch (OperationCanceledException) when (shutdown.Token.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
        instance.Reread = () => InstancePlan.Make(context.LoadFile(result, configuration.File, flags), roles, context.Outside.Environment);
        instance.Reloaded = context.SetLogLevels;
        if (configuration.File is not null)
        {
            // The answer of a signal is the log.
            shutdown.OnHangUp(() => _ = Task.Run(() => instance.ReloadAsync(CancellationToken.None)));
        }
        if (plan.Pools.Any(static pool => PoolTls.IsConfigured(pool.Configuration)))
        {
            shutdown.OnHangUp(instance.RenewCertificates);
        }
        Greet(context, instance, result);
        await Task.Delay(Timeout.Infinite, shutdown.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        long stopping = clock.GetTimestamp();
        InstanceLog.Stopping(logger);
        await instance.DisposeAsync();
        InstanceLog.Stopped(logger, clock.GetElapsedTime(stopping).TotalSeconds);
        return ExitCode.Done;
    }

    /// <summary>Where to look, for people; programs read instance.json or the log.</summary>
    private static void Greet(CommandContext context, Instance instance, ParseResult result)
    {
        if (context.Load(result).Get(Settings.LogFormat) == "json")
        {
            return;
        }
        List<(string Name, string? Value)> rows =
        [
            ("dashboard", instance.NewDashboardUrl()),
            .. instance.StratumUrls.Select(static url => ("stratum", (string?)url)),
            ("chain rpc", instance.RpcUrl?.ToString()),
            ("metrics", instance.MetricsUrl?.ToString()),
            ("data", instance.DataRoot),
        ];
        context.Say($"otedama {ThisProgram.Version} is running. Ctrl-C stops it.");
        foreach ((string name, string? value) in rows.Where(static row => row.Value is not null))
        {
            context.Say($"  {name,-10} {value}");
        }
        foreach (string note in instance.Notes)
        {
            context.Say($"  note: {note}");
        }
    }
}
