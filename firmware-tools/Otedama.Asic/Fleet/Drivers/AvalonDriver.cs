using System.Globalization;
using System.Text.Json;

namespace Otedama.Asic;

/// <summary>
/// Avalon: the cgminer API with "ascset". Says success with code 118 as well. Options that write voltages, factory
/// values or
/// the board's memory are not offered.
/// </summary>
public sealed class AvalonDriver(FleetTransport transport) : CgminerDriver(transport)
{
    private static readonly string[] s_reads = ["version", "summary", "pools", "devs", "estats"];
    private static readonly string[] s_levels = ["0", "1", "2"];

    public override string Name => "avalon";

    public override FleetAbilities Abilities =>
        FleetAbilities.Reboot | FleetAbilities.Pause | FleetAbilities.Resume | FleetAbilities.Locate
            | FleetAbilities.SetPools | FleetAbilities.SetMode;

    protected override IReadOnlyList<string> Reads => s_reads;

    public override FleetMatch? Recognise(FleetSigns signs) =>
        signs.Version?.Contains("Avalon", StringComparison.OrdinalIgnoreCase) == true
            ? new FleetMatch(80, "Avalon", "its version names Avalon") { Firmware = "stock" }
        : signs.WebText?.Contains("Avalon", StringComparison.OrdinalIgnoreCase) == true
            ? new FleetMatch(60, "Avalon", "its page names Avalon") { Firmware = "stock" }
        : null;

    public override Task<FleetTuning> TuningAsync(FleetTarget target, CancellationToken cancel) =>
        Task.FromResult(new FleetTuning { Modes = s_levels });

    protected override async Task<FleetReading> LookAsync(FleetTarget target, CancellationToken cancel)
    {
        Dictionary<string, CgminerReply> replies = await AskAllAsync(target, cancel);
        if (!replies.TryGetValue("estats", out CgminerReply? extended) || extended.Root?.Member("STATS") is null)
        {
            replies["stats"] = await Transport.Cgminer.AskAsync(target, "stats", null, cancel);
        }
        FleetReading reading = CgminerReader.Read(
            replies, new ReadingFrame(Name, At(target), Transport.Clock.GetUtcNow()));
        return reading with { Identity = reading.Identity with { Family = "Avalon" } };
    }

    protected override async Task<FleetOutcome> CarryOutAsync(
        FleetTarget target, FleetOrder order, CancellationToken cancel)
    {
        string now = (Transport.Clock.GetUtcNow().ToUnixTimeSeconds() + 1).ToString(CultureInfo.InvariantCulture);
        return order switch
        {
            RebootOrder => await TellAsync(target, "ascset", "0,reboot,0", "reboots", cancel),
            PauseOrder => await TellAsync(target, "ascset", $"0,softoff,1:{now}", "goes to sleep", cancel),
            ResumeOrder => await TellAsync(target, "ascset", $"0,softon,1:{now}", "wakes up", cancel),
            LocateOrder locate => await TellAsync(
                target, "ascset", $"0,led,1-{(locate.On ? 1 : 0)}", locate.On ? "blinks" : "blinks no more", cancel),
            SetModeOrder mode when !s_levels.Contains(mode.Mode) =>
                new FleetOutcome(FleetResult.Refused,
                    $"{At(target)}: {ReplyWords.Short(mode.Mode)} is no work level; they are 0, 1 and 2."),
            SetModeOrder mode => await TellAsync(
                target, "ascset", $"0,worklevel,set,{mode.Mode}", $"works at level {mode.Mode}", cancel),
            _ => await base.CarryOutAsync(target, order, cancel),
        };
    }

    /// <summary>118 is also the code of the help: it counts as done only where its text says success.</summary>
    protected override FleetOutcome Judge(FleetTarget target, CgminerReply reply, string done)
    {
        if (reply.Status is { Code: 118 } status)
        {
            return status.Message?.Contains("success", StringComparison.OrdinalIgnoreCase) == true
                ? Done($"{At(target)} {done}.")
                : new FleetOutcome(FleetResult.Failed,
                    $"{At(target)}: {reply.Command}: {ReplyWords.Short(status.Message)}");
        }
        return base.Judge(target, reply, done);
    }
}
