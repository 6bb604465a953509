namespace Otedama.Asic;

/// <summary>
/// A loader that shows a drive and takes a UF2 file on it (RP2040 boards). Known by the Board-ID in INFO_UF2.TXT; has
/// written when the drive is gone and, where the USB port is known, the device is back there as its program.
/// </summary>
/// <param name="drive">Where it is mounted.</param>
/// <param name="boardId">The Board-ID that has to be there, such as RPI-RP2.</param>
/// <param name="ports">Null = only the drive is watched.</param>
/// <param name="portPath">Of the device on USB.</param>
public sealed class Uf2Target(IUf2Drive drive, string boardId, IUsbPorts? ports, string? portPath, TimeProvider clock)
    : IFlashTarget
{
    private const string Part = "app";

    /// <summary>Until the drive is gone and the program is back.</summary>
    private static readonly TimeSpan s_back = TimeSpan.FromSeconds(10), s_look = TimeSpan.FromMilliseconds(250);

    /// <summary>Letters of a value in INFO_UF2.TXT that are shown.</summary>
    private const int ValueMax = 64;

    public string Name => $"uf2 {drive.Path}";

    /// <summary>Values of INFO_UF2.TXT by their names; what is no "name: value" is passed over.</summary>
    public static IReadOnlyDictionary<string, string> ReadInfo(string text)
    {
        Dictionary<string, string> values = new(StringComparer.OrdinalIgnoreCase);
        foreach (string line in text.Split('\n').Take(32))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                string value = line[(colon + 1)..].Trim();
                values[line[..colon].Trim()] = value.Length > ValueMax ? value[..ValueMax] : value;
            }
        }
        return values;
    }

    public ValueTask<FlashDevice> ReadAsync(CancellationToken stop)
    {
        string text = drive.Info() ?? throw new FlashException(
            $"{drive.Path} has no INFO_UF2.TXT: no UF2 loader is mounted there. Hold BOOTSEL while you plug the board "
                + "in, mount its drive, and repeat.")
        { Fault = FlashFault.Absent };
        IReadOnlyDictionary<string, string> info = ReadInfo(text);
        string found = info.GetValueOrDefault("Board-ID", "");
        return found.Equals(boardId, StringComparison.OrdinalIgnoreCase)
            ? ValueTask.FromResult(new FlashDevice
            {
                // The drive has no serial number; the port is the only thing that tells two boards of a kind apart.
                Id = portPath is null ? $"uf2:{found}" : $"uf2:{found}:{portPath}",
                Address = $"uf2:{drive.Path},{boardId}{(portPath is null ? "" : $",{portPath}")}",
                Transport = FlashTransport.Storage,
                Model = info.GetValueOrDefault("Model"),
                Controller = found.Equals("RPI-RP2", StringComparison.OrdinalIgnoreCase) ? Uf2Family.Rp2040.Name : null,
                Slot = Part,
            })
            : throw new FlashException(
            $"The loader at {drive.Path} says Board-ID \"{found}\"; allowed is \"{boardId}\". Mount the drive of the "
            + "right board, or name its id.");
    }

    public FlashProgram Program(FlashDevice device, ImageReport image, ReadOnlyMemory<byte> bytes, FlashOptions options)
    {
        if (image.Kind != Uf2Kind.KindName)
        {
            throw new FlashException(
                $"The image is {image.Kind}; this loader takes UF2 files. Take that file of the same release.");
        }
        Uf2Image uf2 = Checked(bytes, device.Controller);
        StepList steps = new();
        steps.Add(
            FlashStepKind.Write, Part,
            $"Copy {uf2.Blocks} blocks for the {uf2.Family.Name} onto the drive and sync it.",
            slot: Part, address: uf2.Pieces[0].Address, length: bytes.Length, imageOffset: 0, commits: true);
        steps.Add(
            FlashStepKind.Compare, Part,
            portPath is null ? "Wait until the drive is gone, which means that the program starts."
                : "Wait until the drive is gone and the program is back on USB.",
            slot: Part);
        return steps.Program();
    }

    public async ValueTask<FlashStepResult> DoAsync(FlashStep step, FlashMaterial material, CancellationToken stop) =>
        step.Kind switch
        {
            FlashStepKind.Write => Write(step, material),
            FlashStepKind.Compare => await CompareAsync(material.Plan, stop),
            _ => FlashStepResult.Failed($"A step {step.Kind} is not one of a UF2 drive."),
        };

    public ValueTask<FlashBoots> LookAsync(FlashPlan plan, CancellationToken stop)
    {
        if (drive.Info() is not null)
        {
            return ValueTask.FromResult(FlashBoots.Neither);
        }
        using IUsbControl? usb = Program();
        string? runs = usb is null ? null : LoaderKind.Version(usb.Release);
        return ValueTask.FromResult(
            runs is null || plan.To.Version is null || plan.To.Version == plan.From.Version ? FlashBoots.Unknown
            : runs == plan.To.Version ? FlashBoots.New
            : runs == plan.From.Version ? FlashBoots.Old
            : FlashBoots.Unknown);
    }

    public void Dispose()
    {
    }

    private static Uf2Image Checked(ReadOnlyMemory<byte> bytes, string? controller)
    {
        try
        {
            Uf2Family family = Uf2Family.All.FirstOrDefault(family => family.Name == controller)
                ?? Uf2Image.FamilyOf(bytes.Span) ?? Uf2Family.Rp2040;
            return Uf2Image.Read(bytes.Span, "The image", family);
        }
        catch (InvalidDataException e)
        {
            throw new FlashException(e.Message, e);
        }
    }

    private FlashStepResult Write(FlashStep step, FlashMaterial material)
    {
        ReadOnlyMemory<byte> bytes = material.BytesOf(step);
        long handed = 0;
        try
        {
            drive.Write("firmware.uf2", bytes.Span, written =>
            {
                handed = written;
                material.Tell(step, written, bytes.Length);
            });
            return FlashStepResult.Done($"{bytes.Length} bytes are on the drive.");
        }
        catch (IOException e)
        {
            // The loader restarts at the last block, often before the system has closed the file.
            return handed == bytes.Length && drive.Info() is null
                ? FlashStepResult.Done($"{bytes.Length} bytes are on the drive, which left while it was synced.")
                : FlashStepResult.Failed(
                    $"{drive.Path} took {handed} of {bytes.Length} bytes: {e.Message.TrimEnd('.')}. Hold BOOTSEL "
                        + "while you plug the board in, and go on: it always takes an image again.");
        }
    }

    private async Task<FlashStepResult> CompareAsync(FlashPlan plan, CancellationToken stop)
    {
        long start = clock.GetTimestamp();
        string? runs = null;
        do
        {
            await Task.Delay(s_look, clock, stop);
            if (drive.Info() is not null)
            {
                continue;
            }
            if (portPath is null)
            {
                return FlashStepResult.Done(
                    "The drive is gone: the program was started. Its USB port was not named, so its release was not "
                    + "read.");
            }
            using IUsbControl? usb = Program();
            runs = usb is null ? null : LoaderKind.Version(usb.Release);
            if (runs is not null && (plan.To.Version is null || runs == plan.To.Version))
            {
                return FlashStepResult.Done($"{usb!.Name} is back, release {runs}.");
            }
        }
        while (clock.GetElapsedTime(start) < s_back);
        return FlashStepResult.Failed(
            drive.Info() is not null
                ? $"The drive is still at {drive.Path} after {s_back.TotalSeconds:0} s: the loader did not take the "
                + "file."
            : runs is not null
            ? $"The device at port {portPath} is back with release {runs}; the image is {plan.To.Version}. Something "
            + "else runs than was sent."
            : $"The drive is gone, and nothing is back at port {portPath} within {s_back.TotalSeconds:0} s. Hold "
            + "BOOTSEL while you plug the board in: it always takes an image again.");
    }

    /// <summary>The device as its program: whatever is at the port while the drive is gone.</summary>
    private IUsbControl? Program()
    {
        try
        {
            return portPath is null ? null : ports?.Open(portPath);
        }
        catch (LinkException)
        {
            return null; // it is coming
        }
    }
}
