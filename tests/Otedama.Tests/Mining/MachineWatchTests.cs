using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Mining;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Mining;

/// <summary>When a machine is needed for something else.</summary>
public sealed class MachineWatchTests : IDisposable
{
    private readonly TempFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Nothing_known_is_no_reason()
    {
        MachineWatch watch = new(true, TimeSpan.FromMinutes(5), TimeProvider.System, _root.Path);
        Assert.True(watch.LooksAtAnything);
        Assert.Equal("", watch.Reason());
        Assert.False(new MachineWatch(false, TimeSpan.Zero, TimeProvider.System, _root.Path).LooksAtAnything);
    }

    [Theory]
    [InlineData("Discharging", "0", "the machine runs on its battery")]
    [InlineData("Full", "0", "the machine runs on its battery")]
    [InlineData("Charging", "1", "")]
    [InlineData("Discharging", "1", "")]
    [InlineData("Discharging", "", "the machine runs on its battery")]
    [InlineData("Charging", "", "")]
    public void The_charger_decides_and_without_one_the_battery(string status, string online, string reason)
    {
        Supply("BAT0", ("type", "Battery"), ("status", status));
        if (online.Length > 0)
        {
            Supply("AC", ("type", "Mains"), ("online", online));
        }
        Assert.Equal(reason, new MachineWatch(true, TimeSpan.Zero, TimeProvider.System, _root.Path).Reason());
        Assert.Equal("", new MachineWatch(false, TimeSpan.Zero, TimeProvider.System, _root.Path).Reason());
    }

    [Fact]
    public void The_battery_of_a_mouse_does_not_count()
    {
        Supply("hid", ("type", "Battery"), ("scope", "Device"), ("status", "Discharging"));
        Assert.Equal("", new MachineWatch(true, TimeSpan.Zero, TimeProvider.System, _root.Path).Reason());
    }

    [Fact]
    public void A_key_at_a_terminal_counts_for_as_long_as_asked()
    {
        string terminal = Path.Combine(_root.Path, "dev", "pts", "0");
        Directory.CreateDirectory(Path.GetDirectoryName(terminal)!);
        File.WriteAllText(terminal, "");
        File.WriteAllText(Path.Combine(_root.Path, "dev", "pts", "ptmx"), "");
        DateTime now = TimeProvider.System.GetUtcNow().UtcDateTime;
        File.SetLastAccessTimeUtc(terminal, now.AddHours(-1));
        Assert.Equal("", new MachineWatch(false, TimeSpan.FromMinutes(30), TimeProvider.System, _root.Path).Reason());
        Assert.Equal("somebody uses the machine", new MachineWatch(false, TimeSpan.FromHours(2), TimeProvider.System, _root.Path).Reason());
    }

    [Fact]
    public void A_key_of_a_built_in_keyboard_counts_too()
    {
        HeldClock clock = new();
        MachineWatch watch = new(false, TimeSpan.FromMinutes(5), clock, _root.Path);
        Keys(10);
        Assert.Equal("", watch.Reason());
        Keys(12);
        Assert.Equal("somebody uses the machine", watch.Reason());
        clock.Advance(299);
        Assert.Equal("somebody uses the machine", watch.Reason());
        clock.Advance(2);
        Assert.Equal("", watch.Reason());

        void Keys(int count)
        {
            Directory.CreateDirectory(Path.Combine(_root.Path, "proc"));
            _root.File("proc/interrupts", $"           CPU0       CPU1\n  1:   {count}   7   IO-APIC   1-edge      i8042\n 16:  99  {count}  IO-APIC  xhci_hcd\n");
        }
    }

    [Fact]
    public async Task A_rig_stays_paused_as_long_as_the_machine_wants_it_whatever_is_commanded()
    {
        Supply("BAT0", ("type", "Battery"), ("status", "Discharging"));
        await using Rig rig = await Rig.StartAsync(
            new RigOptions { CpuThreads = 1, Watch = new MachineWatch(true, TimeSpan.Zero, TimeProvider.System, _root.Path) },
            new FakeSource(),
            NullLoggerFactory.Instance,
            TimeProvider.System,
            default);
        Assert.Equal(RigState.Paused, rig.Snapshot().State);
        Assert.Equal("the machine runs on its battery", rig.Snapshot().PauseReason);
        rig.Pause();
        rig.Resume();
        Assert.Equal(RigState.Paused, rig.Snapshot().State);
    }

    private void Supply(string name, params (string File, string Text)[] files)
    {
        string folder = Path.Combine(_root.Path, "sys", "class", "power_supply", name);
        Directory.CreateDirectory(folder);
        foreach ((string file, string text) in files)
        {
            File.WriteAllText(Path.Combine(folder, file), text + "\n");
        }
    }
}
