namespace Otedama.Asic;

/// <summary>
/// LuxOS on Antminers: the cgminer API with sessions. What writes takes the session first; ours is ended after use,
/// another
/// program's is never taken over. Pools are read only.
/// </summary>
public sealed class LuxosDriver(FleetTransport transport) : CgminerDriver(transport)
{
    public override string Name => "luxos";

    public override FleetAbilities Abilities =>
        FleetAbilities.Restart | FleetAbilities.Reboot | FleetAbilities.Pause | FleetAbilities.Resume
            | FleetAbilities.Locate | FleetAbilities.SetMode;

    public override FleetMatch? Recognise(FleetSigns signs) =>
        signs.Version?.Contains("LUXMINER", StringComparison.OrdinalIgnoreCase) == true
            ? new FleetMatch(85, "Antminer", "its version names LUXminer") { Firmware = "LuxOS" }
        : signs.WebText?.Contains("Luxor Firmware", StringComparison.OrdinalIgnoreCase) == true
            ? new FleetMatch(85, "Antminer", "its page names Luxor Firmware") { Firmware = "LuxOS" } : null;

    public override async Task<FleetTuning> TuningAsync(FleetTarget target, CancellationToken cancel)
    {
        CgminerReply reply = await Transport.Cgminer.AskAsync(target, "profiles", null, cancel);
        return new FleetTuning
        {
            Modes = [.. reply.All(64, "PROFILES").Select(
            static profile => profile.Text("Profile Name")).OfType<string>()]
        };
    }

    protected override async Task<FleetReading> LookAsync(FleetTarget target, CancellationToken cancel)
    {
        FleetReading reading = await base.LookAsync(target, cancel);
        CgminerReply? config = null;
        try
        {
            config = await Transport.Cgminer.AskAsync(target, "config", null, cancel);
        }
        catch (FleetException)
        {
            // Without it the identity is the address.
        }
        return LuxosReader.Add(reading, config is null ? [] : new() { ["config"] = config });
    }

    protected override async Task<FleetOutcome> CarryOutAsync(
        FleetTarget target, FleetOrder order, CancellationToken cancel)
    {
        (string Command, string Parameter, string Words)? call = order switch
        {
            RestartOrder => ("resetminer", "", "restarts its mining program"),
            RebootOrder => ("rebootdevice", "", "reboots"),
            PauseOrder => ("curtail", ",sleep", "goes to sleep"),
            ResumeOrder => ("curtail", ",wakeup", "wakes up"),
            LocateOrder locate => ("ledset", $",red,{(locate.On ? "blink" : "off")}",
                locate.On ? "blinks" : "blinks no more"),
            SetModeOrder mode => ("profileset", $",{CgminerClient.Escape(mode.Mode)}", $"uses profile {mode.Mode}"),
            _ => null,
        };
        if (call is not { } verb)
        {
            return new FleetOutcome(FleetResult.Unsupported, $"{At(target)}: the driver {Name} cannot {order.Words}.");
        }
        if (order is SetModeOrder wanted && !(await TuningAsync(target, cancel)).Modes.Contains(wanted.Mode))
        {
            return new FleetOutcome(FleetResult.Refused,
                $"{At(target)}: it has no profile {ReplyWords.Short(wanted.Mode)}.");
        }
        CgminerReply logon = await Transport.Cgminer.AskAsync(target, "logon", null, cancel);
        if (logon.First("SESSION")?.Text("SessionID") is not { } session)
        {
            return new FleetOutcome(
                FleetResult.Failed, $"{At(target)}: it gave no session: {ReplyWords.Short(logon.Status?.Message)}. "
                    + $"Another program may hold the only one; it lapses.");
        }
        FleetSecret secret = new(session);
        CgminerReply reply = await Transport.Cgminer.AskAsync(
            target, verb.Command, session + verb.Parameter, [secret], cancel);
        FleetOutcome outcome = Judge(target, reply, verb.Words);
        if (order is not RebootOrder)
        {
            try
            {
                await Transport.Cgminer.AskAsync(target, "logoff", session, [secret], cancel);
            }
            catch (FleetException)
            {
                // It lapses by itself.
            }
        }
        return outcome;
    }
}
