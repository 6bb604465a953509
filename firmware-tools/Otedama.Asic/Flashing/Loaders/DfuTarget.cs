namespace Otedama.Asic;

/// <summary>A device on USB that takes firmware by DFU 1.1 or ST's DfuSe, known by the port it is plugged into: its ids
/// may change with its program.</summary>
/// <param name="alternate">Of the DFU interface; 0 is the program's memory on nearly all devices.</param>
public sealed class DfuTarget(IUsbPorts ports, string portPath, int alternate, TimeProvider clock) : IFlashTarget
{
    /// <summary>Elements of a DfuSe file that is written; each is asked for afterwards by a step of its own.</summary>
    private const int PiecesMax = 32;

    /// <summary>Bytes of firmware a device gives for the backup: twice the largest flash of such controllers.</summary>
    private const int BackupMax = 16 << 20;

    private const string Part = "app", BackupFile = "app.backup";

    /// <summary>Until a device that was started is back as what it now is.</summary>
    private static readonly TimeSpan s_back = TimeSpan.FromSeconds(10), s_look = TimeSpan.FromMilliseconds(250);

    private IUsbControl? _usb;
    private DfuClient? _client;
    private DfuInterface? _face;
    private MemoryMap? _map;

    public string Name => $"dfu {portPath}";

    public async ValueTask<FlashDevice> ReadAsync(CancellationToken stop)
    {
        try
        {
            return await LookAtAsync(stop);
        }
        catch (Exception e) when (e is DfuException or InvalidDataException)
        {
            throw new FlashException(e.Message, e);
        }
    }

    public FlashProgram Program(FlashDevice device, ImageReport image, ReadOnlyMemory<byte> bytes, FlashOptions options)
    {
        DfuInterface face = _face ?? throw new FlashException("The device was not read before it was planned for.");
        try
        {
            return face.IsDfuSe ? DfuSeProgram(image, bytes) : DfuProgram(face, image, bytes);
        }
        catch (InvalidDataException e)
        {
            throw new FlashException(e.Message, e);
        }
    }

    public async ValueTask<FlashStepResult> DoAsync(FlashStep step, FlashMaterial material, CancellationToken stop)
    {
        try
        {
            return step.Kind switch
            {
                FlashStepKind.Backup => await BackupAsync(step, material, stop),
                FlashStepKind.Write => await WriteAsync(step, material, material.Image, stop),
                FlashStepKind.Verify => await VerifyAsync(step, stop),
                FlashStepKind.Reset => await StartAsync(step, stop),
                FlashStepKind.Compare => await CompareAsync(step, material.Plan, stop),
                FlashStepKind.Restore => await RestoreAsync(step, material, stop),
                _ => FlashStepResult.Failed($"A step {step.Kind} is not one of DFU."),
            };
        }
        catch (Exception e) when (e is DfuException or LinkException or InvalidDataException)
        {
            Forget();
            return FlashStepResult.Failed(e.Message);
        }
    }

    public async ValueTask<FlashBoots> LookAsync(FlashPlan plan, CancellationToken stop)
    {
        Forget();
        long start = clock.GetTimestamp();
        IUsbControl? found = Look();
        while (found is null && clock.GetElapsedTime(start) < s_back)
        {
            await Task.Delay(s_look, clock, stop);
            found = Look();
        }
        if (found is null)
        {
            return FlashBoots.Unknown;
        }
        using IUsbControl usb = found;
        if (!DfuInterface.Find(usb.Configuration.Span).Any(static face => face.Loader))
        {
            string? runs = LoaderKind.Version(usb.Release);
            return plan.To.Version == plan.From.Version ? FlashBoots.Unknown
                : runs == plan.To.Version ? FlashBoots.New
                : runs == plan.From.Version ? FlashBoots.Old
                : FlashBoots.Unknown;
        }
        usb.Dispose();
        FlashStep[] asks = [.. plan.Steps.Where(static step => step.Kind == FlashStepKind.Verify)];
        foreach (FlashStep step in asks)
        {
            if (await VerifyAsync(step, stop) is not { Outcome: FlashStepOutcome.Done })
            {
                return FlashBoots.Neither;
            }
        }
        return asks.Length > 0 ? FlashBoots.New : FlashBoots.Neither;
    }

    public void Dispose() => Forget();

    private async Task<FlashDevice> LookAtAsync(CancellationToken stop)
    {
        Forget();
        IUsbControl usb = ports.Open(portPath)
            ?? throw new FlashException(
            $"Nothing is plugged in at USB port {portPath}. List the ports with: otedama asic list")
            { Fault = FlashFault.Absent };
        try
        {
            IReadOnlyList<DfuInterface> faces = DfuInterface.Find(usb.Configuration.Span);
            _face = faces.FirstOrDefault(face => face.Loader && face.Alternate == alternate)
                ?? faces.FirstOrDefault(static face => !face.Loader)
                ?? throw new FlashException(faces.Count == 0
                    ? $"{usb.Name} has no DFU interface (FE/01). Bring it into its loader by its button or jumper, or "
                    + "name another port."
                    : $"{usb.Name} has no alternate setting {alternate}; it has "
                    + $"{string.Join(", ", faces.Select(static face => face.Alternate))}.");
            FlashDevice device = new()
            {
                Id = $"usb-port:{portPath}",
                Address = $"dfu:{portPath}",
                Transport = FlashTransport.Usb,
                UsbId = LoaderKind.UsbId(usb.Vendor, usb.Product),
                Version = _face.Loader ? null : LoaderKind.Version(usb.Release),
                Slot = Part,
            };
            if (!_face.IsDfuSe)
            {
                return device;
            }

            // Its memory is described only by the loader, so that is entered now; the next power-on leaves it again.
            (usb, _face) = await DfuDetach.EnterAsync(ports, usb, alternate, clock, stop);
            _map = MapOf(usb, _face);
            return device with { FlashSize = _map.Runs.Sum(static run => run.Count * (long)run.Size) };
        }
        finally
        {
            usb.Dispose();
        }
    }

    private FlashProgram DfuProgram(DfuInterface face, ImageReport image, ReadOnlyMemory<byte> bytes)
    {
        if (image.Kind != DfuKind.KindName)
        {
            throw new FlashException(
                $"The image is {image.Kind}; a DFU loader takes a program with a DFU suffix. Take that file, or add "
                + "the suffix with dfu-suffix.");
        }
        DfuSuffix suffix = DfuSuffix.Read(bytes.Span, "The image");
        ReadOnlySpan<byte> payload = suffix.Strip(bytes.Span);
        bool reads = face.Abilities.HasFlag(DfuAbilities.Upload), stays =
            face.Abilities.HasFlag(DfuAbilities.ManifestationTolerant);
        StepList steps = new();
        if (reads)
        {
            steps.Add(FlashStepKind.Backup, Part, "Keep the program that is there.", file: BackupFile);
        }
        steps.Add(
            FlashStepKind.Write, Part,
            $"Send {payload.Length} bytes to the loader, which replaces the program with them.",
            slot: Part, length: payload.Length, imageOffset: 0, md5: EspMd5.Of(payload), commits: true);
        if (reads && stays)
        {
            steps.Add(
                FlashStepKind.Verify, Part,
                "Read the program back and compare.",
                length: payload.Length, md5: EspMd5.Of(payload));
        }
        if (stays)
        {
            steps.Add(FlashStepKind.Reset, Part, "Reset the device, which starts the program.");
        }
        steps.Add(FlashStepKind.Compare, Part, "Wait until it is back as its program.", slot: Part);
        if (reads)
        {
            steps.BackFromHere();
            steps.Add(FlashStepKind.Restore, Part, "Send the program that was kept.", file: BackupFile);
            if (stays)
            {
                steps.Add(FlashStepKind.Reset, Part, "Reset the device, which starts the program.");
            }
        }
        return steps.Program();
    }

    private FlashProgram DfuSeProgram(ImageReport image, ReadOnlyMemory<byte> bytes)
    {
        MemoryMap map = _map ?? throw new FlashException("The device was not read before it was planned for.");
        if (image.Kind != DfuSeKind.KindName)
        {
            throw new FlashException(
                $"The image is {image.Kind}; this loader needs the addresses that a DfuSe file has. Take that file.");
        }
        IReadOnlyList<MemoryPiece> pieces = PiecesOf(bytes);
        if (pieces.Select(piece => map.Refusal(piece, SectorRights.Erase | SectorRights.Write))
            .FirstOrDefault(static refusal => refusal is not null) is { } refusal)
        {
            throw new FlashException($"The image does not fit the device: {refusal}.");
        }
        long length = pieces.Sum(static piece => (long)piece.Data.Length);
        bool reads = pieces.All(piece => map.Refusal(piece, SectorRights.Read) is null)
            && _face!.Abilities.HasFlag(DfuAbilities.Upload);
        StepList steps = new();
        if (reads)
        {
            steps.Add(
                FlashStepKind.Backup, Part,
                $"Keep the {map.Touched(pieces).Count} pages that are written to.",
                file: BackupFile);
        }
        steps.Add(
            FlashStepKind.Write, Part,
            $"Erase {map.Touched(pieces).Count} pages of \"{map.Name}\" and write {length} bytes, the first of "
                + "them last.",
            slot: Part, address: pieces[0].Address, length: length, commits: true);
        foreach (MemoryPiece piece in reads ? pieces : [])
        {
            steps.Add(
                FlashStepKind.Verify, Part,
                $"Read {piece.Data.Length} bytes at {piece.Address:X8} back and compare.",
                address: piece.Address, length: piece.Data.Length, md5: EspMd5.Of(piece.Data.Span));
        }
        steps.Add(
            FlashStepKind.Reset, Part,
            $"Start the program at {pieces[0].Address:X8}.",
            address: pieces[0].Address);
        steps.Add(FlashStepKind.Compare, Part, "Wait until the loader is gone and the program runs.", slot: Part);
        if (reads)
        {
            steps.BackFromHere();
            steps.Add(FlashStepKind.Restore, Part, "Write the pages that were kept.", file: BackupFile);
            steps.Add(
                FlashStepKind.Reset, Part,
                $"Start the program at {pieces[0].Address:X8}.",
                address: pieces[0].Address);
        }
        return steps.Program();
    }

    private async Task<FlashStepResult> BackupAsync(FlashStep step, FlashMaterial material, CancellationToken stop)
    {
        DfuClient client = await EnterAsync(material.Plan, stop);
        byte[] kept;
        if (client.Interface.IsDfuSe)
        {
            DfuSeClient dfuse = new(client, _map!);
            List<MemoryPiece> pages = [];
            IReadOnlyList<uint> touched = _map!.Touched(PiecesOf(material.Image));
            foreach (uint page in touched)
            {
                int size = (int)_map.Runs.First(run => run.Start <= page && page < run.End).Size;
                pages.Add(new(page, await dfuse.ReadAsync(page, size, null, stop)));
                material.Tell(step, pages.Count, touched.Count);
            }
            kept = new DfuSeFile(
                [new((byte)alternate, null, pages)],
                new(client.Usb.Vendor, client.Usb.Product, DfuSuffix.Any, DfuSuffix.DfuSe)).Write();
        }
        else
        {
            byte[] program = await client.UploadAsync(BackupMax, stop);
            kept = new DfuSuffix(client.Usb.Vendor, client.Usb.Product, DfuSuffix.Any, 0x0100).Append(program);
        }
        material.Shelf.Keep(step.File!, kept);
        return FlashStepResult.Done($"{kept.Length} bytes are kept as {step.File}.");
    }

    private async Task<FlashStepResult> WriteAsync(
        FlashStep step, FlashMaterial material, ReadOnlyMemory<byte> file, CancellationToken stop)
    {
        DfuClient client = await EnterAsync(material.Plan, stop);
        if (client.Interface.IsDfuSe)
        {
            IReadOnlyList<MemoryPiece> pieces =
                PiecesOf(file, step.Kind == FlashStepKind.Restore ? DfuSeFile.ElementsMax : PiecesMax);
            long all = pieces.Sum(static piece => (long)piece.Data.Length);
            await new DfuSeClient(client, _map!).WriteAsync(pieces, done => material.Tell(step, done, all), stop);
            return FlashStepResult.Done($"{all} bytes are written.");
        }
        DfuSuffix suffix = DfuSuffix.Read(file.Span, "The image");
        ReadOnlyMemory<byte> payload = file[..^suffix.Length];
        DfuEnd end = await client.DownloadAsync(payload, done => material.Tell(step, done, payload.Length), stop);
        if (end != DfuEnd.Idle)
        {
            Forget();
        }
        string how = end switch
        {
            DfuEnd.Idle => "the loader stays",
            DfuEnd.Reset => "reset as it asked",
            _ => "it left to start them",
        };
        return FlashStepResult.Done($"{payload.Length} bytes are sent and taken over ({how}).");
    }

    private async Task<FlashStepResult> RestoreAsync(FlashStep step, FlashMaterial material, CancellationToken stop)
    {
        byte[]? kept = material.Shelf.Find(step.File!);
        return kept is null
            ? FlashStepResult.Failed(
            $"The backup {step.File} is not there; the loader still answers and takes any image of this device.")
            : await WriteAsync(step, material, kept, stop);
    }

    private async Task<FlashStepResult> VerifyAsync(FlashStep step, CancellationToken stop)
    {
        DfuClient client = await EnterAsync(null, stop);
        int length = (int)(step.Length ?? 0);
        byte[] there;
        if (client.Interface.IsDfuSe)
        {
            there = await new DfuSeClient(client, _map!).ReadAsync((uint)(step.Address ?? 0), length, null, stop);
        }
        else
        {
            byte[] all = await client.UploadAsync(BackupMax, stop);
            there = all[..Math.Min(length, all.Length)];
        }
        string md5 = EspMd5.Of(there);
        return md5 == step.Md5
            ? FlashStepResult.Done($"{there.Length} bytes read back are those of the image.")
            : FlashStepResult.Failed($"{there.Length} bytes read back have MD5 {md5}; allowed is {step.Md5}.");
    }

    private async Task<FlashStepResult> StartAsync(FlashStep step, CancellationToken stop)
    {
        DfuClient client = await EnterAsync(null, stop);
        if (client.Interface.IsDfuSe)
        {
            await new DfuSeClient(client, _map!).LeaveAsync((uint)(step.Address ?? 0), stop);
        }
        else
        {
            try
            {
                client.Usb.Reset();
            }
            catch (LinkException e) when (e.Fault == LinkFault.Gone)
            {
                // It comes back as its program.
            }
        }
        Forget();
        return FlashStepResult.Done("Told to start.");
    }

    private async Task<FlashStepResult> CompareAsync(FlashStep step, FlashPlan plan, CancellationToken stop)
    {
        Forget();
        long start = clock.GetTimestamp();
        bool loaderSeen = false, isDfuSe =
            plan.Steps.Any(static one => one is { Kind: FlashStepKind.Reset, Address: not null });
        do
        {
            await Task.Delay(s_look, clock, stop);
            using IUsbControl? usb = Look();
            loaderSeen = usb is not null && DfuInterface.Find(usb.Configuration.Span).Any(static face => face.Loader);
            if (usb is null || loaderSeen)
            {
                continue;
            }
            string? runs = LoaderKind.Version(usb.Release);
            return isDfuSe || plan.To.Version is null || plan.To.Version == runs
                ? FlashStepResult.Done($"{usb.Name} is back, release {runs}.")
                : FlashStepResult.Failed(
                $"{usb.Name} is back with release {runs}; the image is {plan.To.Version}. Something else runs than "
                + "was sent.");
        }
        while (clock.GetElapsedTime(start) < s_back);
        return loaderSeen
            ? FlashStepResult.Failed(
            $"Its loader is still at port {portPath} after {s_back.TotalSeconds:0} s: it does not start what was "
            + "written.")
            : isDfuSe ? FlashStepResult.Done(
            $"The loader is gone from port {portPath}; the program shows nothing on USB.")
            : FlashStepResult.Failed(
            $"Nothing is back at port {portPath} after {s_back.TotalSeconds:0} s. Plug it in again; with its loader "
            + "button held, it takes an image again.");
    }

    /// <summary>The device in its loader, claimed; refuses when another is plugged in there.</summary>
    private async Task<DfuClient> EnterAsync(FlashPlan? plan, CancellationToken stop)
    {
        if (_client is { } known)
        {
            return known;
        }
        IUsbControl usb = ports.Open(portPath)
            ?? throw new DfuException(
            $"Nothing is plugged in at USB port {portPath}. Plug the device in there again, with its loader button "
            + "held if it has one.");
        string before = LoaderKind.UsbId(usb.Vendor, usb.Product);
        (usb, _face) = await DfuDetach.EnterAsync(ports, usb, alternate, clock, stop);
        _usb = usb;
        string now = LoaderKind.UsbId(usb.Vendor, usb.Product);
        if (plan is { Image.Kind: DfuKind.KindName or DfuSeKind.KindName, Device.UsbId: { } planned }
            && before != planned && now != planned)
        {
            // In its loader a device may have other ids than beside its program; then the suffix, checked by the rules,
            // names one of them.
            _map = null;
            Forget();
            throw new DfuException(
                $"USB {now} is plugged in at port {portPath}; the plan is for {planned}. Nothing was sent. Plug that "
                + "one in, or make a plan for this.");
        }
        _map = _face.IsDfuSe ? MapOf(usb, _face) : null;
        _client = new(usb, _face, clock);
        _client.Claim();
        return _client;
    }

    private IReadOnlyList<MemoryPiece> PiecesOf(ReadOnlyMemory<byte> file, int most = PiecesMax)
    {
        MemoryPiece[] pieces =
        [
            .. DfuSeFile.Read(file, "The image").Targets.Where(target => target.Alternate == alternate)
                .SelectMany(static target => target.Pieces).OrderBy(static piece => piece.Address),
        ];
        return pieces.Length > 0 && pieces.Length <= most
            ? pieces
            : throw new InvalidDataException(
            $"The image has {pieces.Length} elements for alternate setting {alternate}; allowed are 1 to {most}.");
    }

    private static MemoryMap MapOf(IUsbControl usb, DfuInterface face) =>
        MemoryMap.Read(usb.Text(face.Text)
            ?? throw new InvalidDataException(
            $"{usb.Name} does not describe its memory. Nothing is written to memory that is not described."));

    private IUsbControl? Look()
    {
        try
        {
            return ports.Open(portPath);
        }
        catch (LinkException)
        {
            return null; // it is coming or going
        }
    }

    private void Forget()
    {
        _usb?.Dispose();
        _usb = null;
        _client = null;
    }
}
