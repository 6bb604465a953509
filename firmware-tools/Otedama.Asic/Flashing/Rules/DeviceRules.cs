using static Otedama.Asic.FlashRules;

namespace Otedama.Asic;

/// <summary>Rules 1, 6, 9, 12, 14 and 15: the device, the way to it and what is kept of it.</summary>
internal static class DeviceRules
{
    private const double TemperatureMax = 70;
    private const int SignalMin = -75;
    private const double UptimeMin = 300;
    private const long HeapMin = 50 << 10;

    public static (FlashCheckOutcome Outcome, string Says) Plan(FlashFacts facts)
    {
        FlashDevice device = facts.Device;
        if (device.Id.Length == 0)
        {
            return Failed("The device has no identity: neither MAC nor address.");
        }
        string[] missing =
            [.. new (string Name, string? Value)[] { ("board", facts.Board), ("chip", device.Chip),
            ("version", device.Version), ("slot", device.Slot) }
            .Where(static one => one.Value is null).Select(static one => one.Name)];
        string words = $"{device.Id} at {device.Address}: {device.Model ?? device.Family ?? "a device"}, board "
            + $"{facts.Board ?? "unknown"}, "
            + $"{device.Chip ?? "unknown chip"}, {device.Version ?? "unknown version"}"
            + $"{(device.Slot is { } slot ? $" in {slot}" : "")}.";
        return Passed(missing.Length == 0 ? words : $"{words} It does not say its {string.Join(", ", missing)}.");
    }

    public static (FlashCheckOutcome Outcome, string Says) Quiet(FlashFacts facts)
    {
        if (facts.Device.Transport is not (FlashTransport.Network or FlashTransport.Unknown))
        {
            return NotApplicable("Its loader runs, and no chip mines.");
        }
        FlashHealth health = facts.Device.Health;
        List<string> bad = [];
        List<string> unknown = [];
        Ask(health.TemperatureC, static t => t < TemperatureMax, t => $"{t:F0} C, below {TemperatureMax} is allowed",
            "temperature");
        if (health.Overheat == true)
        {
            bad.Add("it says it is overheated");
        }
        if (health.Wired != true)
        {
            Ask(health.WifiSignal, static s => s > SignalMin, s => $"{s} dBm, above {SignalMin} is allowed", "signal");
        }
        Ask(health.UptimeSeconds, static u => u > UptimeMin, u => $"up for {u:F0} s, more than {UptimeMin} is allowed",
            "uptime");
        if (facts.Device.Controller == EspImage.ChipName(EspImage.ChipS3))
        {
            Ask(health.FreeHeap, static h => h > HeapMin, h => $"{h} bytes of heap, more than {HeapMin} is allowed",
                "heap");
        }
        return bad.Count > 0 ? Failed($"Not now: {string.Join("; ", bad)}. Wait until it is, or see what it lacks.")
            : unknown.Count == 0 ? Passed("Cool, well connected and settled; mining is paused before the write.")
            : facts.Program is null
            ? DuringRun($"What is known of it is good; {string.Join(", ", unknown)} is read just before it is "
            + "written, and must be good.")
            : Unknown($"The device does not say its {string.Join(", ", unknown)}.");

        void Ask<T>(T? value, Func<T, bool> isGood, Func<T, string> words, string name)
            where T : struct
        {
            if (value is not { } known)
            {
                unknown.Add(name);
            }
            else if (!isGood(known))
            {
                bad.Add(words(known));
            }
        }
    }

    public static (FlashCheckOutcome Outcome, string Says) Transport(FlashFacts facts) => facts.Device.Transport switch
    {
        FlashTransport.Network =>
            DuringRun("The upload is one stream with its length told; a stall of 30 s or 10 min in all ends it, and "
            + "there is one more attempt after a look at the device."),
        FlashTransport.Unknown => DuringRun("The way to the device is not chosen yet."),
        _ => NotApplicable("The loader confirms each block, and what is there is asked after every fault."),
    };

    public static (FlashCheckOutcome Outcome, string Says) Rollout(FlashFacts facts) => facts.Devices <= 1
        ? Passed("One device: it is its own canary.")
        : DuringRun($"{facts.Devices} devices: one of each model, board and firmware first, then 5 %, 25 % and all, "
        + "30 min between; two failures or 2 % of a wave stop it.");

    public static (FlashCheckOutcome Outcome, string Says) Ledger(FlashFacts facts) => facts.Folder is { } folder
        ? Passed($"Plan, backup and ledger go to {folder}.")
        : DuringRun("The ledger is opened with the plan that is carried out.");

    /// <summary>A user of a pool with a password behind a colon is the one secret that a device's own words may
    /// carry.</summary>
    public static (FlashCheckOutcome Outcome, string Says) Secrets(FlashFacts facts) =>
        facts.Device.Health.PoolUser?.Contains(':', StringComparison.Ordinal) == true
            || facts.Device.Address.Contains('@', StringComparison.Ordinal)
            ? Failed("The pool user or the address of the device carries a password, and the plan would. Take it out "
            + "of there.")
            : Passed("The plan holds no password. A backup of settings does; only its owner can read the file.");
}
