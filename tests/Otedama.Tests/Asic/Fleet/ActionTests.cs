using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

public sealed class ActionTests
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000); // a Tuesday, 22:13 UTC

    [Fact]
    public void Three_a_day_and_one_an_hour_go_to_a_device()
    {
        FleetDevice device = Device(1);
        Assert.Null(Refusal(device, []));
        Assert.Contains("30 minutes ago", Refusal(device, [Entry(1, 30)])!, StringComparison.Ordinal);
        Assert.Null(Refusal(device, [Entry(1, 61)]));
        Assert.Contains("3 orders", Refusal(device, [Entry(1, 600), Entry(1, 400), Entry(1, 61)])!, StringComparison.Ordinal);
        Assert.Null(Refusal(device, [Entry(1, 1500), Entry(1, 400), Entry(1, 61)]));
    }

    [Fact]
    public void Orders_of_people_and_tunings_do_not_keep_a_thiefs_pools_in_a_device()
    {
        AuditEntry[] orders = [.. Enumerable.Range(1, 5).Select(static i => Entry(1, i) with { By = "tuning" }),
            .. Enumerable.Range(2, 4).Select(static i => Entry(i, 1)), Entry(1, 1) with { Order = "set pools x as me", By = "asic pools set" }];
        Assert.NotNull(Refusal(Device(1), orders));
        Assert.Null(Restore(orders));
        AuditEntry restored = Entry(1, 61) with { Order = "set pools x as me", By = "alarm pool_user" };
        Assert.Null(Restore([.. orders, restored]));
        Assert.Contains("3 orders", Restore([.. orders, restored, restored, restored])!, StringComparison.Ordinal);
        Assert.Contains("minutes ago", Restore([restored with { At = s_now.AddMinutes(-5) }])!, StringComparison.Ordinal);

        static string? Restore(AuditEntry[] before) => ActionGate.Refusal(Device(1), 10, before, new ActionLimits(), s_now, "restore_pools");
    }

    [Fact]
    public void Five_percent_of_the_fleet_are_under_an_order_at_once()
    {
        AuditEntry[] four = [.. Enumerable.Range(2, 4).Select(static i => Entry(i, 1))];
        Assert.Null(Refusal(Device(1), four, 100));
        Assert.Contains("5 of 100 devices", Refusal(Device(1), [.. four, Entry(9, 1)], 100)!, StringComparison.Ordinal);
        Assert.Null(Refusal(Device(1), [.. four, Entry(9, 11)], 100));
        Assert.Null(Refusal(Device(1), [], 3)); // of few one may be
        Assert.NotNull(Refusal(Device(1), [Entry(2, 1)], 3));
    }

    [Fact]
    public void Who_just_started_is_left_alone()
    {
        Assert.Contains("started 9 minutes ago", Refusal(Device(1, uptime: 9), [])!, StringComparison.Ordinal);
        Assert.Null(Refusal(Device(1, uptime: 10), []));
    }

    [Fact]
    public void Who_is_being_written_is_left_alone() =>
        Assert.Contains("firmware", Refusal(Device(1, state: FleetState.Flashing), [])!, StringComparison.Ordinal);

    [Theory]
    [InlineData("tue 22:00-23:00", true)]
    [InlineData("tue 23:00-23:30", false)]
    [InlineData("wed 22:00-23:00", false)]
    [InlineData("daily 21:00-01:00", true)]
    [InlineData("mon 22:30-22:20", true)]
    [InlineData("tue 22:30-22:20", false)]
    public void In_maintenance_nothing_is_done(string window, bool refused)
    {
        ActionLimits limits = new() { Maintenance = [MaintenanceWindow.Parse(window)!] };
        Assert.Equal(window, limits.Maintenance[0].ToString());
        Assert.Equal(refused, ActionGate.Refusal(Device(1), 10, [], limits, s_now) is not null);
    }

    [Theory]
    [InlineData("")]
    [InlineData("tue")]
    [InlineData("tue 22:00")]
    [InlineData("tue 22:00-22:00")]
    [InlineData("tue 25:00-26:00")]
    [InlineData("someday 02:00-03:00")]
    public void Other_texts_are_no_windows(string text) => Assert.Null(MaintenanceWindow.Parse(text));

    [Fact]
    public async Task An_order_is_written_down_before_it_is_sent_and_with_its_end()
    {
        using TempFolder folder = new();
        using AuditLog audit = AuditLog.Open(folder.Path, s_now);
        HeldClock clock = new(s_now);
        string atSending = "";
        FleetActions actions = new([new ActionRule("hashing_stopped", "restart", TimeSpan.FromMinutes(5))], new ActionLimits { DryRun = false }, audit, Make,
            (_, _, _) =>
            {
                atSending = File.ReadAllText(Path.Combine(folder.Path, "audit.jsonl"));
                return Task.FromResult(new FleetOutcome(FleetResult.Done, "It restarts."));
            },
            clock);
        Assert.Empty(await actions.StepAsync(Fleet(Device(1, alarm: "hashing_stopped", since: 4)), default));
        Assert.Single(await actions.StepAsync(Fleet(Device(1, alarm: "hashing_stopped", since: 6)), default));
        Assert.Contains("restart mining", atSending, StringComparison.Ordinal);
        Assert.Equal(["ordered", "done"], audit.Entries.Select(static entry => entry.What));
        // The alarm stays: refused once, however often it is looked at.
        for (int i = 0; i < 5; i++)
        {
            await actions.StepAsync(Fleet(Device(1, alarm: "hashing_stopped", since: 7)), default);
            clock.Advance(60);
        }
        Assert.Equal(["ordered", "done", "refused"], audit.Entries.Select(static entry => entry.What));
    }

    [Fact]
    public async Task A_dry_run_sends_nothing_and_counts()
    {
        using TempFolder folder = new();
        using AuditLog audit = AuditLog.Open(folder.Path, s_now);
        FleetActions actions = new([new ActionRule("frozen", "reboot", TimeSpan.Zero)], new ActionLimits(), audit, Make,
            static (_, _, _) => throw new InvalidOperationException("sent"), new HeldClock(s_now));
        Assert.Contains("The dry run found nothing against it", Assert.Single(await actions.StepAsync(Fleet(Device(1, alarm: "frozen", since: 1)), default)), StringComparison.Ordinal);
        Assert.Equal("dry_run", audit.Entries.Single().What);
        Assert.Contains("was not done", Assert.Single(await actions.StepAsync(Fleet(Device(1, alarm: "frozen", since: 1)), default)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_says_what_the_driver_would_refuse()
    {
        using TempFolder folder = new();
        using AuditLog audit = AuditLog.Open(folder.Path, s_now);
        FleetActions actions = new([], new ActionLimits(), audit, Make, static (_, _, _) => throw new InvalidOperationException("sent"), new HeldClock(s_now),
            static (_, order) => order is RebootOrder ? null : new FleetOutcome(FleetResult.Unsupported, "It cannot."));
        Assert.Equal(FleetResult.DryRun, (await actions.OrderAsync(Device(1), new RebootOrder(), "me", true, default)).Result);
        Assert.Equal(FleetResult.Unsupported, (await actions.OrderAsync(Device(1), new PauseOrder(), "me", true, default)).Result);
        Assert.Equal(["dry_run", "dry_run"], audit.Entries.Select(static entry => entry.What));
        Assert.Contains("would be refused: It cannot.", audit.Entries[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_that_was_cut_short_has_its_end_at_once_or_at_the_next_start()
    {
        using TempFolder folder = new();
        using (AuditLog audit = AuditLog.Open(folder.Path, s_now))
        {
            using CancellationTokenSource stop = new();
            FleetActions actions = new([], new ActionLimits(), audit, Make, async (_, _, cancel) =>
            {
                await stop.CancelAsync();
                cancel.ThrowIfCancellationRequested();
                return new FleetOutcome(FleetResult.Done, "");
            }, new HeldClock(s_now));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => actions.OrderAsync(Device(1), new RebootOrder(), "me", false, stop.Token));
            Assert.Equal(["ordered", "interrupted"], audit.Entries.Select(static entry => entry.What));
            audit.Add(s_now, "ordered", "d1", "set pools", "me", "to d1"); // and then the power goes
        }
        using AuditLog next = AuditLog.Open(folder.Path, s_now.AddMinutes(5));
        next.EndWhatWasCut(s_now.AddMinutes(5));
        Assert.Equal(["ordered", "interrupted", "ordered", "interrupted"], next.Entries.Select(static entry => entry.What));
        Assert.Contains("before the outcome of line 3 was written", next.Entries[3].Text, StringComparison.Ordinal);
        next.EndWhatWasCut(s_now.AddMinutes(6));
        Assert.Equal(4, next.Entries.Count); // once
    }

    [Fact]
    public async Task What_has_a_cause_of_many_or_does_not_answer_is_not_acted_on()
    {
        using TempFolder folder = new();
        using AuditLog audit = AuditLog.Open(folder.Path, s_now);
        FleetActions actions = new([new ActionRule("frozen", "reboot", TimeSpan.Zero)], new ActionLimits(), audit, Make,
            static (_, _, _) => throw new InvalidOperationException("sent"), new HeldClock(s_now));
        FleetDevice device = Device(1, alarm: "frozen", since: 1);
        Assert.Empty(await actions.StepAsync(Fleet(device with { Misses = 1 }), default));
        Assert.Empty(await actions.StepAsync(Fleet(device with { Alarms = [device.Alarms[0] with { Cause = "network:x" }] }), default));
        Assert.Empty(audit.Entries);
    }

    private static Task<(FleetOrder?, string?)> Make(FleetDevice device, string action, CancellationToken cancel) =>
        Task.FromResult<(FleetOrder?, string?)>((action == "restart" ? new RestartOrder() : new RebootOrder(), null));

    private static FleetSnapshot Fleet(FleetDevice device) => new(s_now, [device], []);

    private static string? Refusal(FleetDevice device, AuditEntry[] before, int fleet = 10) =>
        ActionGate.Refusal(device, fleet, before, new ActionLimits(), s_now);

    private static AuditEntry Entry(int device, double minutesAgo) =>
        new(1, s_now.AddMinutes(-minutesAgo), "ordered", $"d{device}", "reboot", "test", "");

    private static FleetDevice Device(int i, double uptime = 600, FleetState state = FleetState.Mining, string? alarm = null, double since = 0) => new()
    {
        Id = $"d{i}",
        Address = $"192.0.2.{i}:80",
        Name = $"d{i}",
        Group = "x",
        State = state,
        Reading = new FleetReading
        {
            Id = $"d{i}",
            Address = $"192.0.2.{i}:80",
            At = s_now,
            Driver = "axeos",
            State = state,
            Uptime = TimeSpan.FromMinutes(uptime),
        },
        Alarms = alarm is null ? [] : [new AlarmSnapshot(alarm, AlarmSeverity.Critical, s_now.AddMinutes(-since), "x", null, null)],
    };
}
