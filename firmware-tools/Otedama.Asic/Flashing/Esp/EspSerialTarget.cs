namespace Otedama.Asic;

/// <summary>An ESP32-S3 on a serial port, written through its ROM loader. One call at a time.</summary>
public sealed class EspSerialTarget(EspLoader loader) : IFlashTarget
{
    /// <summary>Up to the end of an application's descriptor.</summary>
    private const int AppStart = 288;

    /// <summary>Of a sector of otadata: what counts in it, and then FFh.</summary>
    private const int OtaStart = 64;

    /// <summary>Of one range that is read.</summary>
    private const int ReadFaultsMax = 4;

    private static readonly TimeSpan s_bootText = TimeSpan.FromSeconds(3);

    /// <summary>A look reads some 40 KiB in 18 requests for each 64 bytes: 20 s at 921,600, and 10 min where each
    /// request takes 50 ms through a network.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromMinutes(15);

    /// <summary>Of a step beside what its bytes take: faults that are mended, and the look at what starts.</summary>
    private static readonly TimeSpan s_step = TimeSpan.FromMinutes(20);

    private static readonly TimeSpan s_letGo = TimeSpan.FromSeconds(10);

    /// <summary>Five times what the slowest line takes for a byte, so that a part may be written anew.</summary>
    private static readonly TimeSpan s_byte = TimeSpan.FromSeconds(5 * 10 / 115_200.0);

    private readonly EspWriter _writer = new(loader);
    private EspLayout? _layout;
    private bool _isConnected;

    public string Name => $"esp-serial {loader.Port.Name}";

    public ValueTask<FlashDevice> ReadAsync(CancellationToken stop)
    {
        loader.Port.LimitTo(s_look);
        EspChip chip = Connect();
        FlashDevice device = new()
        {
            Id = chip.Mac,
            Address = loader.Port.Name,
            Transport = FlashTransport.Serial,
            Controller = EspImage.ChipName(EspChip.S3),
            Mac = chip.Mac,
            FlashSize = chip.FlashSize,
            SecureBoot = chip.Security.SecureBoot,
            SecureDownload = chip.Security.SecureDownload,
        };
        if (chip.Security.SecureDownload)
        {
            return ValueTask.FromResult(device);
        }
        EspLayout layout = ReadLayout(chip);
        byte[] nvs = layout.Table?.Nvs is { } settings ? loader.Read(settings.Offset, (int)settings.Size) : [];
        Partition? starts = layout.Starts;
        return ValueTask.FromResult(device with
        {
            Model = NvsReader.TextOf(nvs, "devicemodel"),
            Board = NvsReader.TextOf(nvs, "boardversion"),
            Chip = NvsReader.TextOf(nvs, "asicmodel"),
            Version = starts is null ? null : layout.Apps[starts.Name]?.Version,
            Slot = starts?.Name,
            Slots = [.. (layout.Table?.Entries ?? []).Where(static one => one.IsApp || one.Name == "www")
                .Select(one => new FlashSlot(
                    one.Name, one.Offset, one.Size, one == starts, layout.Apps.GetValueOrDefault(one.Name)?.Version))],
            Fingerprints = new Dictionary<string, string>
            {
                ["bootloader"] = loader.Rom.FlashMd5(0, PartitionTable.At),
                ["table"] = loader.Rom.FlashMd5(PartitionTable.At, PartitionTable.Sector),
            },
        });
    }

    public FlashProgram Program(
        FlashDevice device, ImageReport image, ReadOnlyMemory<byte> bytes, FlashOptions options) =>
        device.SecureBoot == true || device.SecureDownload == true
            ? throw new FlashException(
            "The fuses of the chip allow only what its vendor signed, or close its loader. Nothing can be written.")
            : EspSteps.Of(_layout
            ?? throw new FlashException("The device was not read before it was planned for."), image, bytes, options);

    public ValueTask<FlashStepResult> DoAsync(FlashStep step, FlashMaterial material, CancellationToken stop)
    {
        // A backup through registers sends some 40 bytes for each of its own.
        loader.Port.LimitTo(s_step + (s_byte * (step.Length ?? 0) * (step.Kind == FlashStepKind.Backup ? 10 : 1)));
        if (step.Kind is FlashStepKind.Reset)
        {
            return ValueTask.FromResult(Start(step));
        }
        Connect();
        return ValueTask.FromResult(step.Kind switch
        {
            FlashStepKind.Backup => Keep(step, material),
            FlashStepKind.Write or FlashStepKind.Select or FlashStepKind.Restore => Write(step, material),
            FlashStepKind.Verify => Ask(step),
            FlashStepKind.Compare => Compare(material.Plan),
            _ => FlashStepResult.Failed($"A step {step.Kind} is not one of the serial loader."),
        });
    }

    public ValueTask<FlashBoots> LookAsync(FlashPlan plan, CancellationToken stop) => ValueTask.FromResult(Look(plan));

    /// <summary>What cannot be had again from anywhere: name, address and bytes. After ReadAsync.</summary>
    /// <param name="whole">All of the flash, the start by itself, since that is written back last.</param>
    internal IReadOnlyList<(string Name, long Address, int Length)> Precious(bool whole = false)
    {
        if (whole)
        {
            long size = loader.Chip?.FlashSize ?? 0;
            return [("head", 0, EspSteps.HeadLength),
                ("rest", EspSteps.HeadLength, (int)(size - EspSteps.HeadLength))];
        }
        PartitionTable? table = _layout?.Table;
        List<(string, long, int)> all = [("head", 0, EspSteps.HeadLength)];
        if (table?.Nvs is { } nvs && nvs.End > EspSteps.HeadLength)
        {
            all.Add(("nvs", nvs.Offset, (int)nvs.Size));
        }
        if (table?.OtaData is { } ota)
        {
            all.Add(("otadata", ota.Offset, OtaData.Length));
        }
        return all;
    }

    /// <summary>
    /// Up to 64 KiB, checked by the chip's MD5. What is blank is known by that MD5 alone and not read: most of a
    /// flash is. A fault is mended by finding the loader again, a few times.
    /// </summary>
    internal byte[] ReadRange(long address, int length)
    {
        for (int fault = 0; ; fault++)
        {
            try
            {
                byte[] bytes = new byte[length];
                bytes.AsSpan().Fill(0xFF);
                return loader.Rom.FlashMd5((uint)address, (uint)length) == EspMd5.Of(bytes) ? bytes
                    : loader.Read((uint)address, length);
            }
            catch (Exception e) when (e is EspException or LinkException && fault < ReadFaultsMax)
            {
                loader.Recover(e is LinkException { Fault: LinkFault.Gone });
            }
        }
    }

    /// <summary>So much longer may what is asked of the chip take, for that many bytes through registers.</summary>
    internal void Allow(long bytes) => loader.Port.LimitTo(s_look + (s_byte * bytes * 10));

    /// <summary>Whether the chip has these bytes there, by its MD5. After ReadAsync.</summary>
    public bool Has(long address, ReadOnlySpan<byte> bytes) =>
        loader.Rom.FlashMd5((uint)address, (uint)bytes.Length) == EspMd5.Of(bytes);

    /// <summary>A chip that was brought into its loader goes on with what it has.</summary>
    public void Dispose()
    {
        try
        {
            if (_isConnected)
            {
                loader.Port.LimitTo(s_letGo);
                loader.Run();
            }
        }
        catch (Exception e) when (e is LinkException or EspException)
        {
            // It is gone, takes nothing, or talks without end: there is nothing to let go on.
        }
        loader.Dispose();
    }

    private FlashBoots Look(FlashPlan plan)
    {
        loader.Port.LimitTo(s_look);
        EspChip chip = Connect();
        FlashStep[] writes = [.. plan.Steps.Where(static step => step.Kind is FlashStepKind.Write)];
        bool allThere = writes.All(IsThere);
        EspLayout layout = ReadLayout(chip);
        string? starts = layout.Starts?.Name;
        bool isApp = plan.Image.Purpose == ImagePurpose.App;
        return isApp ? starts is null ? FlashBoots.Neither
                : starts == plan.From.Slot ? FlashBoots.Old
                : starts == plan.To.Slot && allThere ? FlashBoots.New
                : FlashBoots.Neither
            : allThere ? FlashBoots.New
            : plan.Image.Purpose == ImagePurpose.Www && starts == plan.From.Slot ? FlashBoots.Old
            : FlashBoots.Neither;
    }

    private EspChip Connect()
    {
        if (_isConnected && loader.Chip is { } chip)
        {
            return chip;
        }
        EspChip found = loader.Connect();
        _isConnected = true;
        return found;
    }

    private EspLayout ReadLayout(EspChip chip)
    {
        PartitionTable? table =
            PartitionTable.Read(loader.Read(PartitionTable.At, PartitionTable.Length), chip.FlashSize, []);
        Dictionary<string, EspDescriptor?> apps = [];
        foreach (Partition app in (table?.Entries ?? []).Where(static one => one.IsApp))
        {
            apps[app.Name] = EspImage.Peek(loader.Read(app.Offset, AppStart));
        }
        byte[] first = Blank();
        byte[] second = Blank();
        if (table?.OtaData is { } ota)
        {
            loader.Read(ota.Offset, OtaStart).CopyTo(first, 0);
            loader.Read(ota.Offset + OtaData.Sector, OtaStart).CopyTo(second, 0);
        }
        _layout = new EspLayout
        {
            Table = table,
            OtaData = table?.OtaData is null ? null : OtaData.Read([.. first, .. second]),
            FirstSector = first,
            SecondSector = second,
            Apps = apps,
        };
        return _layout;

        static byte[] Blank()
        {
            byte[] sector = new byte[OtaData.Sector];
            sector.AsSpan().Fill(0xFF);
            return sector;
        }
    }

    private FlashStepResult Keep(FlashStep step, FlashMaterial material)
    {
        uint at = (uint)(step.Address ?? 0);
        int length = (int)(step.Length ?? 0);
        string md5 = loader.Rom.FlashMd5(at, (uint)length);
        if (material.Shelf.Find(step.File!) is { } kept && EspMd5.Of(kept) == md5)
        {
            return FlashStepResult.Done($"{step.File} is there already.");
        }
        byte[] bytes = new byte[length];
        for (int done = 0; done < length; done += PartitionTable.Sector)
        {
            int count = Math.Min(PartitionTable.Sector, length - done);
            loader.Read(at + (uint)done, count).CopyTo(bytes, done);
            material.Tell(step, done + count, length);
        }
        material.Shelf.Keep(step.File!, bytes);
        return EspMd5.Of(bytes) == md5
            ? FlashStepResult.Done($"{length} bytes at {at:X}h are kept as {step.File}, MD5 {md5}.")
            : FlashStepResult.Failed(
            $"{length} bytes at {at:X}h were read with MD5 {EspMd5.Of(bytes)}, and the chip gives {md5}.");
    }

    private FlashStepResult Write(FlashStep step, FlashMaterial material)
    {
        ReadOnlyMemory<byte> bytes = Padded(material.BytesOf(step), step.Length);
        if (step.Md5 is { } md5 && EspMd5.Of(bytes.Span) != md5)
        {
            return FlashStepResult.Failed(
                $"The bytes for {step.Part} are not those of the plan: MD5 {EspMd5.Of(bytes.Span)} instead of {md5}.");
        }
        bool written = _writer.Write((uint)(step.Address ?? 0), bytes, done => material.Tell(step, done, bytes.Length));
        return FlashStepResult.Done(
            written ? $"{step.Part}: {bytes.Length} bytes are at {step.Address:X}h."
            : $"{step.Part} was there already.");
    }

    private FlashStepResult Ask(FlashStep step) => IsThere(step)
        ? FlashStepResult.Done($"{step.Part} at {step.Address:X}h has MD5 {step.Md5}.")
        : FlashStepResult.Failed($"{step.Part} at {step.Address:X}h does not have MD5 {step.Md5}, which was written.");

    private FlashStepResult Compare(FlashPlan plan)
    {
        FlashBoots boots = Look(plan);
        return boots == FlashBoots.New
            ? FlashStepResult.Done($"{plan.To.Slot ?? "All of it"} is what starts.")
            : FlashStepResult.Failed(
            $"What starts is {boots.ToString().ToLowerInvariant()}, as far as the flash shows, and not the new "
                + "firmware.");
    }

    /// <summary>Runs it, and hears on the port from which offset the boot loader loads, where it tells that
    /// here.</summary>
    private FlashStepResult Start(FlashStep step)
    {
        _isConnected = false;
        if (!loader.Run())
        {
            return FlashStepResult.Done("This link has no lines to reset the chip: press RESET or cut its power once.");
        }
        try
        {
            loader.Port.Listen(s_bootText);
        }
        catch (LinkException)
        {
            return FlashStepResult.Done("It was reset; its port went away with that.");
        }
        const string Loaded = "Loaded app from partition at offset 0x";
        int at = loader.Port.Text.LastIndexOf(Loaded, StringComparison.Ordinal);
        if (at < 0)
        {
            return FlashStepResult.Done("It was reset; it does not tell on this port what it loads.");
        }
        string offset = string.Concat(loader.Port.Text.Skip(at + Loaded.Length).TakeWhile(char.IsAsciiHexDigit));
        return step.Address is not { } wanted
            || offset == wanted.ToString("x", System.Globalization.CultureInfo.InvariantCulture)
            ? FlashStepResult.Done($"It was reset and loads from {offset}h.")
            : FlashStepResult.Failed(
            $"It was reset and loads from {offset}h instead of {wanted:x}h: its boot loader found the new firmware "
                + "bad.");
    }

    private bool IsThere(FlashStep step) => step.Md5 is { } md5
        && loader.Rom.FlashMd5((uint)(step.Address ?? 0), (uint)(step.Length ?? 0)) == md5;

    private static ReadOnlyMemory<byte> Padded(ReadOnlyMemory<byte> bytes, long? length)
    {
        if (length is not { } all || bytes.Length >= all)
        {
            return bytes;
        }
        byte[] padded = new byte[all];
        padded.AsSpan().Fill(0xFF);
        bytes.CopyTo(padded);
        return padded;
    }
}
