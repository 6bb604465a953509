using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>A fleet of one simulated Bitaxe: a thief changes its pool, and what then happens by itself.</summary>
public sealed class FleetHostTests : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly AxeosServer _server = new(new AxeosDevice(TimeProvider.System) { StartsIn = TimeSpan.Zero });

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_thief_is_told_of_and_the_pools_are_put_back_inside_the_guard_rails()
    {
        ConcurrentQueue<Alert> alerts = [];
        string said = Path.Combine(_folder.Path, "said");
        string program = _folder.File("tell", $"#!/bin/sh\nprintf '%s\\n' \"$@\" >> {said}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
        using FleetHost host = new(Plan(program), NullLoggerFactory.Instance, TimeProvider.System) { Alerts = alerts.Enqueue };
        using CancellationTokenSource stop = new();
        Task loop = FleetLoop.RunAsync(host, NullLogger.Instance, stop.Token);
        await Patience.UntilAsync(() => host.Snapshot().Devices[0].Reading is not null);
        string before = host.Watch.AgreedPools("aa:bb:cc:dd:ee:ff")[0].User;
        Assert.True(_server.Device.PutPool(0, """{"stratumURL":"pool.bench.example","stratumPort":3333,"stratumUser":"bc1qthief","stratumPassword":"hunter2"}"""));
        await Patience.UntilAsync(() => UserOf(host) == "bc1qthief");
        await Patience.UntilAsync(() => alerts.Any(static alert => alert.Event == "asic_security"));
        Alert alert = alerts.First(static alert => alert.Event == "asic_security");
        Assert.Equal(("pool_user", "security", "aa:bb:cc:dd:ee:ff"), (alert.Alarm, alert.Severity, alert.Device));
        Assert.Contains("bc1qthief", alert.Text, StringComparison.Ordinal);
        await Patience.UntilAsync(() => UserOf(host) == before);
        await Patience.UntilAsync(() => host.Snapshot().Devices[0].Alarms.Count == 0);
        string audit = await File.ReadAllTextAsync(Path.Combine(_folder.Path, "fleet", "audit.jsonl"), TestContext.Current.CancellationToken);
        Assert.Contains("alarm pool_user", audit, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", audit, StringComparison.Ordinal);
        await stop.CancelAsync();
        await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
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
        Watch = new FleetWatchOptions { Folder = Path.Combine(_folder.Path, "fleet"), Settle = TimeSpan.Zero },
        Poll = new FleetPollOptions { Interval = TimeSpan.FromMilliseconds(200) },
        Actions = [new ActionRule("pool_user", "restore_pools", TimeSpan.Zero)],
        Limits = new ActionLimits { DryRun = false },
        Pools = [],
        Exec = program,
    };
}
