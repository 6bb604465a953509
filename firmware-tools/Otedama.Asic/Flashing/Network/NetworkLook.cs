namespace Otedama.Asic;

/// <summary>Looks at a device on the network until it runs what it should, or shows that it does not.</summary>
/// <param name="up">How long it may not answer while it restarts.</param>
internal sealed class NetworkLook(IFleetDriver driver, FleetTarget target, TimeProvider clock, TimeSpan up)
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(2);

    public string At => target.At(target.Ports.Web);

    /// <summary>Null when it does not answer.</summary>
    public async Task<FleetReading?> TryAsync(CancellationToken stop)
    {
        try
        {
            return await driver.ReadAsync(target, stop).ConfigureAwait(false);
        }
        catch (FleetException)
        {
            return null;
        }
    }

    /// <summary>New = another version than before, or the one the plan names; Old = that of before; Unknown = no answer, or no version is told.</summary>
    /// <param name="down">How long an answer with the old version may still be one from before the restart.</param>
    public async Task<FlashBoots> SettleAsync(FlashPlan plan, TimeSpan down, CancellationToken stop)
    {
        long start = clock.GetTimestamp();
        while (true)
        {
            if (await TryAsync(stop).ConfigureAwait(false) is { } now)
            {
                if (now.Id != plan.Device.Id)
                {
                    throw new FleetException(FleetFault.Device, At, $"{At} is {now.Id} now; the plan is for {plan.Device.Id}. Nothing more is sent to it.");
                }
                string? runs = now.Identity.Version;
                if (runs is not null && (plan.To.Version is { } wanted ? runs == wanted && wanted != plan.From.Version : plan.From.Version is not null && runs != plan.From.Version))
                {
                    return FlashBoots.New;
                }
                if (clock.GetElapsedTime(start) >= down)
                {
                    return runs is null ? FlashBoots.Unknown : runs == plan.From.Version ? FlashBoots.Old : FlashBoots.Neither;
                }
            }
            else if (clock.GetElapsedTime(start) >= up)
            {
                return FlashBoots.Unknown;
            }
            await Task.Delay(s_look, clock, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Rule 10 on any driver's readings; null = passed.</summary>
    public async Task<string?> GateAsync(FlashHealth before, Action<TimeSpan> tell, CancellationToken stop)
    {
        FleetReading? first = await TryAsync(stop).ConfigureAwait(false);
        HealthGate gate = new(before, first?.Rates.Expected);
        long start = clock.GetTimestamp();
        string? failed = gate.Add(first is null ? null : HealthOf(first), TimeSpan.Zero);
        while (failed is null && clock.GetElapsedTime(start) < HealthGate.Time)
        {
            await Task.Delay(HealthGate.Interval, clock, stop).ConfigureAwait(false);
            TimeSpan since = clock.GetElapsedTime(start);
            failed = gate.Add(await TryAsync(stop).ConfigureAwait(false) is { } now ? HealthOf(now) : null, since);
            tell(since);
        }
        return failed ?? gate.End();
    }

    public static FlashHealth HealthOf(FleetReading reading) => new()
    {

        // Chips of large miners are at 80 C and more where their boards are at 60; the rule's limit is meant for boards.
        TemperatureC = reading.Temperatures.Board ?? reading.Chains.Max(static chain => chain.TemperatureC) ?? reading.Temperatures.ChipMax,
        Overheat = reading.State == FleetState.Throttled,
        WifiSignal = reading.WifiSignal,
        Wired = reading.WifiSignal is null ? true : null,
        UptimeSeconds = reading.Uptime?.TotalSeconds,
        Paused = reading.State == FleetState.Unknown ? null : reading.State == FleetState.Paused,
        Watts = reading.Power.Watts,
        Rate = reading.Rates.TenMinutes ?? reading.Rates.OneMinute ?? reading.Rates.FiveSeconds,
        Accepted = reading.Shares.Accepted,
        Rejected = reading.Shares.Rejected,
        PoolUser = (reading.Pools.FirstOrDefault(static pool => pool.Priority == 0) ?? (reading.Pools.Count > 0 ? reading.Pools[0] : null))?.User,
    };
}
