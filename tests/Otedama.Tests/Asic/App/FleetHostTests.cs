using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>A fleet of one simulated Bitaxe in held time: a thief changes its pool, and what then happens by itself.</summary>
public sealed class FleetHostTests : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly HeldClock _time = new();
    private readonly AxeosServer _server;

    public FleetHostTests() => _server = new AxeosServer(new AxeosDevice(_time) { StartsIn = TimeSpan.Zero });

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_thief_is_told_of_and_the_pools_are_put_back_inside_the_guard_rails()
    {
        List<Alert> alerts = [];
        string said = Path.Combine(_folder.Path, "said");
        string program = _folder.File("tell", $"#!/bin/sh\nprintf '%s\\n' \"$@\" >> {said}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
        using FleetHost host = new(Plan(program), NullLoggerFactory.Instance, _time) { Alerts = alerts.Add };
        await StepAsync(host, () => host.Snapshot().Devices[0].Reading is not null);
        string before = host.Watch.AgreedPools("aa:bb:cc:dd:ee:ff")[0].User;
        Assert.Null(_server.Device.Patch("""{"stratumUser":"bc1qthief"}"""));
        await StepAsync(host, () => UserOf(host) == "bc1qthief");
        await StepAsync(host, () => alerts.Exists(static alert => alert.Event == "asic_security"));
        Alert alert = alerts.Find(static alert => alert.Event == "asic_security")!;
        Assert.Equal(("pool_user", "security", "aa:bb:cc:dd:ee:ff"), (alert.Alarm, alert.Severity, alert.Device));
        Assert.Contains("bc1qthief", alert.Text, StringComparison.Ordinal);
        await StepAsync(host, () => UserOf(host) == before);
        await StepAsync(host, () => host.Snapshot().Devices[0].Alarms.Count == 0);
        string audit = await File.ReadAllTextAsync(Path.Combine(_folder.Path, "fleet", "audit.jsonl"), TestContext.Current.CancellationToken);
        Assert.Contains("alarm pool_user", audit, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", audit, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            await Patience.UntilAsync(() => File.Exists(said) && File.ReadAllText(said).Contains("pool_user", StringComparison.Ordinal));
        }
    }

    private static string? UserOf(FleetHost host) => host.Snapshot().Devices[0].Reading?.Pools[0].User;

    private FleetPlan Plan(string program) => new()
    {
        Devices = [new FleetDeviceChoice(new FleetTarget(IPAddress.Loopback) { Ports = new FleetPorts { Web = _server.Port } }, "axeos", "bench")],
        Ranges = null,
        Credentials = new Dictionary<string, FleetCredentials>(),
        Watch = new FleetWatchOptions { Folder = Path.Combine(_folder.Path, "fleet") },
        Poll = new FleetPollOptions { Timeout = TimeSpan.FromDays(1) },
        Actions = [new ActionRule("pool_user", "restore_pools", TimeSpan.FromSeconds(40))],
        Limits = new ActionLimits { DryRun = false },
        Pools = [],
        Exec = program,
    };

    /// <summary>Moves the held time in steps, with real time between them for the sockets.</summary>
    private async Task StepAsync(FleetHost host, Func<bool> until) => await _time.UntilAsync(
        () =>
        {
            host.Step();
            return until();
        },
        TimeSpan.FromSeconds(1), TimeSpan.FromHours(2));
}
