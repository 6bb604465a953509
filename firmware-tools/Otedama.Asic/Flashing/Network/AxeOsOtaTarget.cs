using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Otedama.Asic;

/// <summary>
/// An AxeOS device (ESP-Miner, NerdQAxe) over the network: its own updater writes the slot that does not run. Its
/// answers are not believed: an update has happened when version and slot read back say so (flash specification 6,
/// fleet 10).
/// </summary>
public sealed class AxeOsOtaTarget(
    AxeosDriver driver, FleetTransport transport, UploadClient uploads, FleetTarget target) : IFlashTarget
{
    /// <summary>Uploads of one step (rule 9), with a restart between them.</summary>
    private const int AttemptsMax = 2;

    private const string App = "app", Www = "www", SettingsFile = "settings.json", Mining = "mining";

    /// <summary>Until the restart after an upload is seen; then until the device is back; and between looks.</summary>
    private static readonly TimeSpan s_down = TimeSpan.FromSeconds(10), s_up = TimeSpan.FromSeconds(120), s_look =
        TimeSpan.FromSeconds(2);

    /// <summary>Until the power has fallen after pausing.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(60);

    /// <summary>Of the power before, that a paused device takes at most.</summary>
    private const double PausedShare = 0.7;

    private TimeProvider Clock => transport.Clock;

    private string At => target.At(target.Ports.Web);

    public string Name => $"{driver.Name} {At}";

    public async ValueTask<FlashDevice> ReadAsync(CancellationToken stop)
    {
        try
        {
            (JsonElement info, FleetReading reading) = await LookAtAsync(stop);
            return AxeOsDevice.Of(info, reading) with { Address = $"{driver.Name}:{At}" };
        }
        catch (FleetException e)
        {
            throw new FlashException(e.Message, e);
        }
    }

    public FlashProgram Program(FlashDevice device, ImageReport image, ReadOnlyMemory<byte> bytes, FlashOptions options)
    {
        string part = image.Kind == EspAppKind.KindName ? App : image.Kind == "raw" ? Www
            : throw new FlashException(
            $"The image is {image.Kind}; over the network an AxeOS device takes its application (esp-miner.bin) or "
            + "its web pages (www.bin). "
                + "A factory image is written by serial.");
        StepList steps = new();
        steps.Add(FlashStepKind.Backup, "settings", "Keep settings and pools, without passwords.", file: SettingsFile);
        steps.Add(FlashStepKind.Pause, Mining, "Pause mining and wait until the power has fallen.");
        string? next = part == App ? AxeOsDevice.NextSlot(device.Slot) : null;
        string place = next ?? "the slot that does not run";
        steps.Add(
            FlashStepKind.Write, part,
            part == App
                ? $"Upload {bytes.Length} bytes; the device writes them to {place}, selects it and restarts."
                : $"Upload {bytes.Length} bytes of web pages; the device erases the old ones first.",
            slot: part == App ? next : Www, length: bytes.Length, imageOffset: 0, commits: part == App);
        steps.Add(
            FlashStepKind.Compare, part,
            "Wait until it is back, and compare version, slot, board, chip, MAC and pool user.",
            slot: part == App ? next : null);
        steps.Add(FlashStepKind.Gate, part, "Watch hash rate, temperature and refused shares for 15 min.");
        if (part == App && device.Slot is { } old)
        {
            steps.BackFromHere();
            steps.Add(FlashStepKind.Select, App, $"Select {old} again and restart.", slot: old);
            steps.Add(FlashStepKind.Compare, App, "Wait until it is back, and compare with what it was.", slot: old);
            steps.Add(
                FlashStepKind.Gate, App,
                "Watch hash rate, temperature and refused shares for 15 min.",
                slot: old);
        }
        return steps.Program();
    }

    public async ValueTask<FlashStepResult> DoAsync(FlashStep step, FlashMaterial material, CancellationToken stop)
    {
        try
        {
            return step.Kind switch
            {
                FlashStepKind.Backup => await BackupAsync(step, material, stop),
                FlashStepKind.Pause => await PauseAsync(material.Plan, stop),
                FlashStepKind.Write when step.Part == App => await WriteAppAsync(step, material, stop),
                FlashStepKind.Write => await WritePagesAsync(step, material, stop),
                FlashStepKind.Select => await SelectAsync(step, material.Plan, stop),
                FlashStepKind.Compare => await CompareAsync(step, material.Plan, stop),
                FlashStepKind.Gate => await GateAsync(material, step, stop),
                _ => FlashStepResult.Failed($"A step {step.Kind} is not one of AxeOS."),
            };
        }
        catch (FleetException e)
        {
            return FlashStepResult.Failed(e.Message);
        }
    }

    public async ValueTask<FlashBoots> LookAsync(FlashPlan plan, CancellationToken stop) =>
        await SettleAsync(plan, plan.Image.Purpose == ImagePurpose.Www ? null : plan.To, s_down, stop);

    public void Dispose()
    {
    }

    private async Task<(JsonElement Info, FleetReading Reading)> LookAtAsync(CancellationToken stop)
    {
        FleetReading reading = await driver.ReadAsync(target, stop);
        JsonElement? info = reading.Raw.TryGetValue("info", out string? text)
            ? TolerantJson.Read(Encoding.UTF8.GetBytes(text)).Root : null;
        return (info ?? await driver.InfoAsync(target, stop), reading);
    }

    /// <summary>Null when it does not answer.</summary>
    private async Task<(JsonElement Info, FleetReading Reading)?> TryLookAsync(CancellationToken stop)
    {
        try
        {
            return await LookAtAsync(stop);
        }
        catch (FleetException)
        {
            return null;
        }
    }

    private async Task<FlashStepResult> BackupAsync(FlashStep step, FlashMaterial material, CancellationToken stop)
    {
        WebReply reply = await driver.SendAsync(target, WebRequest.Get(AxeosDriver.InfoPath), stop);
        if (!reply.IsGood)
        {
            return FlashStepResult.Failed(
                $"{At} answers HTTP {reply.Status} when asked for its settings. Nothing was written.");
        }
        byte[] kept = Encoding.UTF8.GetBytes(
            SecretFilter.Clean(reply.Body, target.Credentials?.Password, target.Credentials?.Totp));
        material.Shelf.Keep(step.File!, kept);
        return FlashStepResult.Done($"{kept.Length} bytes of settings are kept as {step.File}.");
    }

    private async Task<FlashStepResult> PauseAsync(FlashPlan plan, CancellationToken stop)
    {
        (JsonElement info, FleetReading reading) = await LookAtAsync(stop);
        FlashHealth health = AxeOsDevice.HealthOf(info, reading);
        if (AxeOsDevice.Unrest(health) is { } unrest)
        {
            return FlashStepResult.Failed($"{At} is not to be written now: {unrest}. Nothing was written.");
        }
        try
        {
            await driver.PostAsync(target, "pause", stop);
        }
        catch (FleetException e) when (e.Fault == FleetFault.Unsupported)
        {
            return FlashStepResult.Done("This firmware cannot pause; it is written while it mines.");
        }
        long start = Clock.GetTimestamp();
        double? watts = plan.Device.Health.Watts ?? health.Watts;
        while (true)
        {
            if (await TryLookAsync(stop) is { } now)
            {
                FlashHealth paused = AxeOsDevice.HealthOf(now.Info, now.Reading);
                bool wasPaused = health.Paused == true;
                if (paused.Paused != false
                    && (wasPaused || watts is null || paused.Watts is null || paused.Watts < watts * PausedShare))
                {
                    return FlashStepResult.Done(
                        paused.Watts is double left ? $"It pauses at {left:0.#} W." : "It pauses.");
                }
            }
            if (Clock.GetElapsedTime(start) >= s_pause)
            {
                await ResumeAsync(plan, stop);
                return FlashStepResult.Failed(
                    $"{At} was told to pause and still takes power as before after {s_pause.TotalSeconds:0} s. It was "
                    + "told to go on mining; nothing was written.");
            }
            await Task.Delay(s_look, Clock, stop);
        }
    }

    private async Task<FlashStepResult> WriteAppAsync(FlashStep step, FlashMaterial material, CancellationToken stop)
    {
        FlashPlan plan = material.Plan;
        ReadOnlyMemory<byte> image = material.BytesOf(step);
        for (int attempt = 1; ; attempt++)
        {
            if (await SettleAsync(plan, plan.To, TimeSpan.Zero, stop) == FlashBoots.New)
            {
                return FlashStepResult.Done($"It already runs {plan.To.Version} in {plan.To.Slot}.");
            }
            UploadResult result = await UploadAsync(step, material, "/api/system/OTA", image, stop);
            string words = result.Words(image.Length);
            FlashBoots boots = result.Status is >= 400 and < 500 ? FlashBoots.Old
                : await SettleAsync(plan, plan.To, s_down, stop);
            if (boots == FlashBoots.New)
            {
                return FlashStepResult.Done($"In attempt {attempt} {words}; it is back with {plan.To.Version}.");
            }
            if (boots == FlashBoots.Unknown)
            {
                return new(FlashStepOutcome.Unknown,
                    $"In attempt {attempt} {words}, and the device has not answered for {s_up.TotalSeconds:0} s. Cut "
                    + "its power for a moment; if it stays silent, write it by serial.");
            }
            if (attempt >= AttemptsMax || result.Status is >= 400 and < 500)
            {
                await ResumeAsync(plan, stop);
                return FlashStepResult.Failed(result.IsGood
                    ? $"In attempt {attempt} {words}, and by what it says it does not run {plan.To.Version} from "
                        + $"{plan.To.Slot ?? "its other slot"}."
                    : $"In attempt {attempt} {words}.");
            }
            if (await RestartAsync(plan, stop) is { } refusal)
            {
                return FlashStepResult.Failed($"In attempt {attempt} {words}. {refusal}");
            }
        }
    }

    private async Task<FlashStepResult> WritePagesAsync(FlashStep step, FlashMaterial material, CancellationToken stop)
    {
        ReadOnlyMemory<byte> image = material.BytesOf(step);
        for (int attempt = 1; ; attempt++)
        {
            UploadResult result = await UploadAsync(step, material, "/api/system/OTAWWW", image, stop);
            if (result.IsGood)
            {
                return FlashStepResult.Done($"In attempt {attempt} {result.Words(image.Length)}.");
            }
            if (attempt >= AttemptsMax || result.Status is >= 400 and < 500)
            {
                await ResumeAsync(material.Plan, stop);
                return FlashStepResult.Failed(
                    $"In attempt {attempt} {result.Words(image.Length)}. The old pages are erased; mining and the API "
                    + $"go on, and {At}/recovery takes them again.");
            }
            if (await RestartAsync(material.Plan, stop) is { } refusal)
            {
                return FlashStepResult.Failed($"In attempt {attempt} {result.Words(image.Length)}. {refusal}");
            }
        }
    }

    private Task<UploadResult> UploadAsync(
        FlashStep step, FlashMaterial material, string path, ReadOnlyMemory<byte> image, CancellationToken stop)
    {
        Upload upload = new(path, image);
        if (driver is NerdQaxeDriver && target.Credentials?.Totp is { IsEmpty: false } key)
        {
            string code = NerdQaxeDriver.Code(key, Clock.GetUtcNow())
                ?? throw new FleetException(
                FleetFault.Denied, At, $"{At}: the configured key of the second factor is not base32.");
            upload = upload with { Headers = new Dictionary<string, string> { ["X-TOTP"] = code } };
        }
        return uploads.SendAsync(target, upload, sent => material.Tell(step, sent, image.Length), stop);
    }

    /// <summary>Between attempts: a fresh start, and quiet again. Null = ready.</summary>
    private async Task<string?> RestartAsync(FlashPlan plan, CancellationToken stop)
    {
        try
        {
            await driver.PostAsync(target, "restart", stop);
        }
        catch (FleetException e) when (e.Fault is FleetFault.Unknown or FleetFault.Truncated or FleetFault.Timeout)
        {
            // The answer was lost in the restart.
        }
        if (await SettleAsync(plan, plan.To, s_down, stop) is FlashBoots.Unknown)
        {
            return $"Restarted for another attempt, it has not answered for {s_up.TotalSeconds:0} s. Cut its power "
                + "for a moment and go on.";
        }
        try
        {
            await driver.PostAsync(target, "pause", stop);
        }
        catch (FleetException e) when (e.Fault == FleetFault.Unsupported)
        {
            // As in the step before: it is written while it mines.
        }
        return null;
    }

    private async Task<FlashStepResult> SelectAsync(FlashStep step, FlashPlan plan, CancellationToken stop)
    {
        FlashFirmware wanted = Wanted(step, plan);
        if (await SettleAsync(plan, wanted, TimeSpan.Zero, stop) is FlashBoots.New)
        {
            return FlashStepResult.Done($"It already runs {wanted.Version} in {step.Slot}.");
        }
        JsonObject body = new() { ["partition"] = step.Slot };
        FleetException? lost = null;
        try
        {
            WebReply reply =
                await driver.SendAsync(
                target, WebRequest.Json(HttpMethod.Post, "/api/system/boot", body.ToJsonString()), stop);
            if (!reply.IsGood)
            {
                return FlashStepResult.Failed(
                    $"{At} answers HTTP {reply.Status} when told to start {step.Slot}. Bring the old firmware back by "
                    + "serial: otedama asic flash with its image.");
            }
        }
        catch (FleetException e)
        {
            lost = e;
        }
        string why = lost is null ? "" : $" ({lost.Message.TrimEnd('.')})";
        return await SettleAsync(plan, wanted, s_down, stop) is FlashBoots.New
            ? FlashStepResult.Done($"It is back with {wanted.Version} in {step.Slot}.")
            : FlashStepResult.Failed($"{At} was told to start {step.Slot} and does not run it{why}. "
                + "Bring the old firmware back by serial: otedama asic flash with its image.");
    }

    private async Task<FlashStepResult> CompareAsync(FlashStep step, FlashPlan plan, CancellationToken stop)
    {
        FlashFirmware wanted = step.Part == Www ? plan.From : Wanted(step, plan);
        FlashBoots boots = await SettleAsync(plan, wanted, s_down, stop);
        if (boots == FlashBoots.Unknown || await TryLookAsync(stop) is not { } now)
        {
            return FlashStepResult.Failed(
                $"{At} has not answered for {s_up.TotalSeconds:0} s. Cut its power for a moment; if it stays silent, "
                + "write it by serial.");
        }
        DeviceIdentity runs = now.Reading.Identity;
        if (boots != FlashBoots.New)
        {
            return FlashStepResult.Failed(
                $"{At} runs {runs.Version} in {runs.Slot}; it should run {wanted.Version} in {wanted.Slot}.");
        }
        FlashDevice before = plan.Device;
        string? user = AxeOsDevice.HealthOf(now.Info, now.Reading).PoolUser;
        string[] changed =
        [
            .. new (string Name, string? Before, string? Now)[]
            {
                ("board", before.Board, runs.Board), ("chip", before.Chip, runs.Chip), ("MAC", before.Mac, runs.Mac),
                ("pool user", before.Health.PoolUser, user),
            }.Where(static one => one.Before is not null && one.Before != one.Now)
                .Select(static one => $"{one.Name} {one.Before} is {one.Now ?? "gone"} now"),
        ];
        if (changed.Length > 0)
        {
            return FlashStepResult.Failed($"{At} is not what it was: {string.Join("; ", changed)}.");
        }
        if (step.Part == Www)
        {
            WebReply page = await driver.SendAsync(target, WebRequest.Get("/"), stop);
            if (!page.IsGood)
            {
                return FlashStepResult.Failed(
                    $"{At} answers HTTP {page.Status} for its page. {At}/recovery takes the web pages again.");
            }
        }
        await ResumeAsync(plan, stop);
        string place = runs.Slot is { } slot ? $" in {slot}" : "";
        return FlashStepResult.Done(
            $"It runs {runs.Version}{place}; board, chip, MAC and pool user are what they were.");
    }

    private async Task<FlashStepResult> GateAsync(FlashMaterial material, FlashStep step, CancellationToken stop)
    {
        FlashHealth before = material.Plan.Device.Health;
        if (before.Paused == true)
        {
            return FlashStepResult.Done("It did not mine before, so there is no rate to compare with.");
        }
        (JsonElement info, FleetReading first) = await LookAtAsync(stop);
        HealthGate gate = new(before, first.Rates.Expected);
        long start = Clock.GetTimestamp();
        string? failed = gate.Add(AxeOsDevice.HealthOf(info, first), TimeSpan.Zero);
        while (failed is null && Clock.GetElapsedTime(start) is TimeSpan since && since < HealthGate.Time)
        {
            await Task.Delay(HealthGate.Interval, Clock, stop);
            since = Clock.GetElapsedTime(start);
            failed = gate.Add(
                await TryLookAsync(stop) is { } now ? AxeOsDevice.HealthOf(now.Info, now.Reading) : null, since);
            material.Tell(step, (long)Math.Min(since.TotalSeconds, HealthGate.Time.TotalSeconds),
                (long)HealthGate.Time.TotalSeconds);
        }
        failed ??= gate.End();
        return failed is null ? FlashStepResult.Done("It hashes as before, as cool as before.")
            : FlashStepResult.Failed($"{At}: {failed}.");
    }

    /// <summary>
    /// Waits for the restart that may be coming, then for the device: New = it runs what is wanted, Old = it runs
    /// something else, Unknown = it does not answer.
    /// </summary>
    /// <param name="wanted">Null = whatever it runs is Old.</param>
    /// <param name="down">How long an answer of something else may still be one before the restart.</param>
    private async Task<FlashBoots> SettleAsync(
        FlashPlan plan, FlashFirmware? wanted, TimeSpan down, CancellationToken stop)
    {
        long start = Clock.GetTimestamp();
        while (true)
        {
            if (await TryLookAsync(stop) is { } now)
            {
                if (now.Reading.Id != plan.Device.Id)
                {
                    throw new FleetException(
                        FleetFault.Device, At,
                        $"{At} is {now.Reading.Id} now; the plan is for {plan.Device.Id}. Nothing more is sent to it.");
                }
                if (wanted is not null && Runs(now.Reading.Identity, wanted, plan))
                {
                    return FlashBoots.New;
                }
                if (Clock.GetElapsedTime(start) >= down)
                {
                    return wanted is null || Runs(now.Reading.Identity, plan.From, plan) ? FlashBoots.Old
                        : FlashBoots.Neither;
                }
            }
            else if (Clock.GetElapsedTime(start) >= s_up)
            {
                return FlashBoots.Unknown;
            }
            await Task.Delay(s_look, Clock, stop);
        }
    }

    private static bool Runs(DeviceIdentity now, FlashFirmware wanted, FlashPlan plan) =>
        now.Version == wanted.Version
        && (now.Slot == wanted.Slot
        || ((now.Slot is null || wanted.Slot is null) && plan.From.Version != plan.To.Version));

    private static FlashFirmware Wanted(FlashStep step, FlashPlan plan) => step.Slot == plan.From.Slot
        && step.Slot is not null ? plan.From : plan.To;

    public async ValueTask LetGoAsync(FlashPlan plan, CancellationToken stop) => await ResumeAsync(plan, stop);

    /// <summary>Goes on mining where it mined before; a device that does not take it goes on after its next restart
    /// anyway.</summary>
    private async Task ResumeAsync(FlashPlan plan, CancellationToken stop)
    {
        if (plan.Device.Health.Paused == true)
        {
            return;
        }
        try
        {
            if (await TryLookAsync(stop) is { } now && AxeOsDevice.HealthOf(now.Info, now.Reading).Paused == true)
            {
                await driver.PostAsync(target, "resume", stop);
            }
        }
        catch (FleetException)
        {
            // The gate sees whether it mines.
        }
    }
}
