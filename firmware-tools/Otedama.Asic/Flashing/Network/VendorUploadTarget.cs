using System.Text;

namespace Otedama.Asic;

/// <summary>
/// A miner with a Linux control board whose own updater takes its vendor's signed package. There is one slot and no way
/// back over the network (an SD card or the vendor's tool is), so an upload is refused by everything that can be known
/// before it.
/// </summary>
public abstract class VendorUploadTarget : IFlashTarget
{
    private const string Part = "firmware", SettingsFile = "settings.json";

    /// <summary>Such miners write their flash and restart for minutes.</summary>
    private static readonly TimeSpan s_up = TimeSpan.FromMinutes(10), s_down = TimeSpan.FromSeconds(60);

    private readonly NetworkLook _look;

    protected VendorUploadTarget(IFleetDriver driver, FleetTransport transport, FleetTarget target)
    {
        Driver = driver;
        Transport = transport;
        Target = target;
        _look = new(driver, target, transport.Clock, s_up);
    }

    public string Name => $"{Driver.Name} {At}";

    protected IFleetDriver Driver { get; }

    protected FleetTransport Transport { get; }

    protected FleetTarget Target { get; }

    protected virtual string At => Target.At(Target.Ports.Web);

    public async ValueTask<FlashDevice> ReadAsync(CancellationToken stop)
    {
        try
        {
            FleetReading reading = await Driver.ReadAsync(Target, stop);
            return await DescribeAsync(
                new FlashDevice
                {
                    Id = reading.Id,
                    Address = $"{Driver.Name}:{At}",
                    Transport = FlashTransport.Network,
                    Family = reading.Identity.Family,
                    Model = reading.Identity.Model,
                    Board = reading.Identity.Board,
                    Chip = reading.Identity.Chip,
                    Controller = FlashDeviceFile.Linux,
                    Version = reading.Identity.Version,
                    Mac = reading.Identity.Mac,
                    Health = NetworkLook.HealthOf(reading),
                },
                stop);
        }
        catch (FleetException e)
        {
            throw new FlashException(e.Message, e);
        }
    }

    public FlashProgram Program(FlashDevice device, ImageReport image, ReadOnlyMemory<byte> bytes, FlashOptions options)
    {
        if (Target.Credentials is null)
        {
            throw new FlashException($"{At} takes firmware only with its user and password, and none is configured.");
        }
        string words = Judge(device, image, bytes);
        StepList steps = new();
        steps.Add(
            FlashStepKind.Backup, "settings",
            "Keep what it says of its settings and pools, without passwords.",
            file: SettingsFile);
        steps.Add(FlashStepKind.Write, Part, words, length: bytes.Length, imageOffset: 0, commits: true);
        steps.Add(FlashStepKind.Compare, Part, "Wait until it is back, and compare version, model, MAC and pool user.");
        steps.Add(FlashStepKind.Gate, Part, "Watch hash rate, temperature and refused shares for 15 min.");
        return steps.Program();
    }

    public async ValueTask<FlashStepResult> DoAsync(FlashStep step, FlashMaterial material, CancellationToken stop)
    {
        try
        {
            return step.Kind switch
            {
                FlashStepKind.Backup => await BackupAsync(step, material, stop),
                FlashStepKind.Write => await WriteAsync(step, material, stop),
                FlashStepKind.Compare => await CompareAsync(material.Plan, stop),
                FlashStepKind.Gate => await GateAsync(step, material, stop),
                _ => FlashStepResult.Failed($"A step {step.Kind} is not one of {Driver.Name}."),
            };
        }
        catch (Exception e) when (e is FleetException or InvalidDataException)
        {
            return FlashStepResult.Failed(e.Message);
        }
    }

    public async ValueTask<FlashBoots> LookAsync(FlashPlan plan, CancellationToken stop)
    {
        try
        {
            return await _look.SettleAsync(plan, TimeSpan.Zero, stop);
        }
        catch (FleetException e)
        {
            throw new FlashException(e.Message, e);
        }
    }

    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <summary>What the vendor's own interface adds. Throws FleetException.</summary>
    protected virtual Task<FlashDevice> DescribeAsync(FlashDevice device, CancellationToken stop) =>
        Task.FromResult(device);

    /// <summary>The sentence of the write step; throws FlashException when the image is not for the device or nothing
    /// may be sent.</summary>
    protected abstract string Judge(FlashDevice device, ImageReport image, ReadOnlyMemory<byte> bytes);

    /// <summary>Sends it once and says how that ended; what came of it is read back afterwards.</summary>
    protected abstract Task<VendorUploadResult> SendAsync(
        FlashStep step, FlashMaterial material, CancellationToken stop);

    /// <param name="Refused">The device said no: there is nothing to wait for.</param>
    protected sealed record VendorUploadResult(bool Refused, string Words);

    private async Task<FlashStepResult> BackupAsync(FlashStep step, FlashMaterial material, CancellationToken stop)
    {
        FleetReading reading = await Driver.ReadAsync(Target, stop);
        string text = string.Join("\n", reading.Raw.Select(static one => $"{one.Key}\n{one.Value}\n"));
        material.Shelf.Keep(step.File!, Encoding.UTF8.GetBytes(text));
        return FlashStepResult.Done($"{reading.Raw.Count} replies are kept as {step.File}.");
    }

    /// <summary>Once: a second upload into a single slot that may be half written is a person's decision.</summary>
    private async Task<FlashStepResult> WriteAsync(FlashStep step, FlashMaterial material, CancellationToken stop)
    {
        FlashBoots before = await _look.SettleAsync(material.Plan, TimeSpan.Zero, stop);
        if (before == FlashBoots.New)
        {
            return FlashStepResult.Done("It already runs the new firmware.");
        }
        VendorUploadResult result = await SendAsync(step, material, stop);
        if (result.Refused)
        {
            return FlashStepResult.Failed($"{result.Words}. Nothing was changed.");
        }
        return await _look.SettleAsync(material.Plan, s_down, stop) switch
        {
            FlashBoots.New => FlashStepResult.Done($"{result.Words}; it is back with the new firmware."),
            FlashBoots.Unknown =>
                FlashStepResult.Failed(
                $"{result.Words}, and it has not answered for {s_up.TotalMinutes:0} min. Cut its power for a moment; "
                + "if it stays silent, recover it by its SD card or its vendor's tool."),
            _ => FlashStepResult.Failed(
                $"{result.Words}, and it still runs {material.Plan.From.Version}: it did not take the package."),
        };
    }

    private async Task<FlashStepResult> CompareAsync(FlashPlan plan, CancellationToken stop)
    {
        if (await _look.SettleAsync(plan, s_down, stop) != FlashBoots.New || await _look.TryAsync(stop) is not { } now)
        {
            return FlashStepResult.Failed($"{At} does not run the new firmware.");
        }
        FlashDevice before = plan.Device;
        string[] changed =
        [
            .. new (string Name, string? Before, string? Now)[]
            {
                ("MAC", before.Mac, now.Identity.Mac),
                ("pool user", before.Health.PoolUser, NetworkLook.HealthOf(now).PoolUser),
            }.Where(static one => one.Before is not null && one.Before != one.Now)
                .Select(static one => $"{one.Name} {one.Before} is {one.Now ?? "gone"} now"),
        ];
        return changed.Length == 0
            ? FlashStepResult.Done($"It runs {now.Identity.Version}; MAC and pool user are what they were.")
            : FlashStepResult.Failed(
            $"{At} is not what it was: {string.Join("; ", changed)}. Set it right before it mines on.");
    }

    private async Task<FlashStepResult> GateAsync(FlashStep step, FlashMaterial material, CancellationToken stop)
    {
        FlashHealth before = material.Plan.Device.Health;
        if (before.Paused == true)
        {
            return FlashStepResult.Done("It did not mine before, so there is no rate to compare with.");
        }
        string? failed =
            await _look.GateAsync(
            before, since => material.Tell(step, (long)since.TotalSeconds, (long)HealthGate.Time.TotalSeconds), stop);
        return failed is null ? FlashStepResult.Done("It hashes as before, as cool as before.")
            : FlashStepResult.Failed($"{At}: {failed}. The way back is its SD card or its vendor's tool.");
    }
}
