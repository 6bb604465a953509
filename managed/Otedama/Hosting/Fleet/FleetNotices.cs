using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Otedama.Asic;

namespace Otedama;

/// <summary>Tells people of alarms: the log, the webhooks, a program of theirs. Called by one loop.</summary>
internal sealed class FleetNotices(string exec, ILogger logger)
{
    /// <summary>Programs that run at once; further alarms do not start one and are in the log.</summary>
    private const int ProgramsMax = 4;

    private static readonly TimeSpan s_programTime = TimeSpan.FromSeconds(30);

    private int _programs; // changed by their ends too, through Interlocked

    public Action<Alert>? Alerts { get; set; }

    public void Tell(IReadOnlyList<FleetEvent> events)
    {
        foreach (FleetEvent told in events)
        {
            string severity = Views.Snake(told.Severity.ToString());
            if (!told.IsRaised)
            {
                FleetLog.Over(logger, told.Code, told.Text);
            }
            else if (told.Severity == AlarmSeverity.Security)
            {
                FleetLog.Security(logger, told.Code, told.Text);
            }
            else
            {
                FleetLog.Raised(logger, told.Code, severity, told.Text);
            }
            Alerts?.Invoke(new Alert
            {
                Event = !told.IsRaised ? AlertKind.AsicOver : told.Severity == AlarmSeverity.Security
                    ? AlertKind.AsicSecurity : AlertKind.AsicAlarm,
                Time = told.At.ToUnixTimeSeconds(),
                Text = told.Text,
                Device = told.DeviceId,
                Alarm = told.Code,
                Severity = severity,
            });
            if (exec.Length > 0)
            {
                _ = RunAsync(told, severity);
            }
        }
    }

    /// <summary>The words go as arguments of their own, so that no shell reads what a device says.</summary>
    private async Task RunAsync(FleetEvent told, string severity)
    {
        if (Interlocked.Increment(ref _programs) > ProgramsMax)
        {
            Interlocked.Decrement(ref _programs);
            FleetLog.ExecFailed(logger, exec, $"{ProgramsMax} of it run already");
            return;
        }
        try
        {
            ProcessStartInfo start = new(exec, [told.IsRaised ? "raised"
                : "over", told.Code, severity, told.DeviceId ?? "", told.Text]);
            using Process? process = Process.Start(start);
            using CancellationTokenSource timeout = new(s_programTime);
            await process!.WaitForExitAsync(timeout.Token);
            if (process.ExitCode != 0)
            {
                FleetLog.ExecFailed(logger, exec, $"it ended with {process.ExitCode}");
            }
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or OperationCanceledException
            or IOException)
        {
            FleetLog.ExecFailed(logger, exec, e is OperationCanceledException
                ? $"it still runs after {s_programTime.TotalSeconds:0} s" : e.Message);
        }
        finally
        {
            Interlocked.Decrement(ref _programs);
        }
    }
}
