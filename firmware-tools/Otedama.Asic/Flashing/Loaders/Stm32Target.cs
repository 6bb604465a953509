namespace Otedama.Asic;

/// <summary>A chip in the UART loader of its ROM. Takes DfuSe files, for the addresses they have.</summary>
/// <param name="open">Opens the port; called once a run.</param>
/// <param name="rate">Baud; the loader finds it out by itself.</param>
public sealed class Stm32Target(Func<ILink> open, string port, int rate) : IFlashTarget
{
    private const string Part = "app", BackupFile = "app.backup";


    /// <summary>A refused or lost answer, and one more try after getting into step again.</summary>
    private const int AttemptsMax = 3;

    private ILink? _link;
    private Stm32Client? _client;
    private Stm32Loader? _loader;
    private Stm32Chip? _chip;

    public string Name => $"stm32 {port}";

    public ValueTask<FlashDevice> ReadAsync(CancellationToken stop)
    {
        try
        {
            Connect();
        }
        catch (Stm32Exception e)
        {
            throw new FlashException(e.Message, e);
        }
        return ValueTask.FromResult(new FlashDevice
        {
            Id = $"stm32:{_loader!.ChipId:x3}:{port}",
            Address = $"stm32:{port}",
            Transport = FlashTransport.Serial,
            Controller = _chip?.Name,
            FlashSize = _chip?.Runs.Sum(static run => run.Count * (long)run.Size),
            Slot = Part,
        });
    }

    public FlashProgram Program(FlashDevice device, ImageReport image, ReadOnlyMemory<byte> bytes, FlashOptions options)
    {
        Stm32Chip chip = _chip ?? throw new FlashException(
            $"The chip says it is {_loader?.ChipId:X3}h, whose pages are not known here; known are "
            + string.Join(", ", Stm32Chip.All.Select(static one => $"{one.Id:X3}h"))
            + ". Nothing is erased by guess.");
        if (image.Kind != DfuSeKind.KindName)
        {
            throw new FlashException(
                $"The image is {image.Kind}; this loader needs the addresses that a DfuSe file has. Take that file.");
        }
        IReadOnlyList<MemoryPiece> pieces = Pieces(bytes);
        if (pieces.Select(piece => chip.Map.Refusal(piece, SectorRights.Write))
            .FirstOrDefault(static refusal => refusal is not null) is { } refusal)
        {
            throw new FlashException($"The image does not fit the chip: {refusal}.");
        }
        int pages = chip.Map.Touched(pieces).Count;
        StepList steps = new();
        steps.Add(FlashStepKind.Backup, Part, $"Keep the {pages} pages that are written to.", file: BackupFile);
        steps.Add(
            FlashStepKind.Write, Part,
            $"Erase {pages} pages and write the image, its first block last.",
            slot: Part, address: pieces[0].Address, length: pieces.Sum(static piece => (long)piece.Data.Length),
            commits: true);
        foreach (MemoryPiece piece in pieces)
        {
            steps.Add(
                FlashStepKind.Compare, Part,
                $"Read {piece.Data.Length} bytes at {piece.Address:X8} back and compare.",
                address: piece.Address, length: piece.Data.Length, md5: EspMd5.Of(piece.Data.Span));
        }
        steps.Add(
            FlashStepKind.Reset, Part,
            $"Start the program at {pieces[0].Address:X8}.",
            address: pieces[0].Address);
        steps.BackFromHere();
        steps.Add(FlashStepKind.Restore, Part, "Write the pages that were kept.", file: BackupFile);
        steps.Add(
            FlashStepKind.Reset, Part,
            $"Start the program at {pieces[0].Address:X8}.",
            address: pieces[0].Address);
        return steps.Program();
    }

    public ValueTask<FlashStepResult> DoAsync(FlashStep step, FlashMaterial material, CancellationToken stop)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                Connect();
                return ValueTask.FromResult(step.Kind switch
                {
                    FlashStepKind.Backup => Keep(step, material, stop),
                    FlashStepKind.Write => Write(step, material, Pieces(material.Image), stop),
                    FlashStepKind.Compare => Compare(step),
                    FlashStepKind.Reset => Start(step),
                    FlashStepKind.Restore => material.Shelf.Find(step.File!) is { } kept
                        ? Write(step, material, Pieces(kept), stop)
                        : FlashStepResult.Failed(
                        $"The backup {step.File} is not there; the loader still answers and takes any image of this "
                        + "chip."),
                    _ => FlashStepResult.Failed($"A step {step.Kind} is not one of the STM32 loader."),
                });
            }
            catch (Stm32Exception e)
            {
                // Steps may be done again from their beginning; a loader that got out of step is met in step first.
                if (attempt >= AttemptsMax || _client?.Recover() != true)
                {
                    return ValueTask.FromResult(FlashStepResult.Failed(e.Message));
                }
            }
        }
    }

    public ValueTask<FlashBoots> LookAsync(FlashPlan plan, CancellationToken stop)
    {
        try
        {
            Connect();
            return ValueTask.FromResult(
                plan.Steps.Where(static step => step.Kind == FlashStepKind.Compare)
                    .All(step => Compare(step).Outcome == FlashStepOutcome.Done) ? FlashBoots.New : FlashBoots.Neither);
        }
        catch (Exception e) when (e is Stm32Exception or LinkException)
        {
            return ValueTask.FromResult(FlashBoots.Unknown);
        }
    }

    public void Dispose() => _link?.Dispose();

    private void Connect()
    {
        if (_loader is not null)
        {
            return;
        }
        _link ??= open();
        _client = new(_link);
        _loader = _client.Connect(rate);
        _chip = _loader.Chip;
    }

    private FlashStepResult Keep(FlashStep step, FlashMaterial material, CancellationToken stop)
    {
        List<MemoryPiece> pages = [];
        foreach (uint page in _chip!.Map.Touched(Pieces(material.Image)))
        {
            stop.ThrowIfCancellationRequested();
            byte[] bytes = new byte[_chip.Runs.First(run => run.Start <= page && page < run.End).Size];
            _client!.Read(page, bytes);
            pages.Add(new(page, bytes));
        }
        byte[] file = new DfuSeFile(
            [new(0, null, pages)], new(DfuSuffix.Any, DfuSuffix.Any, DfuSuffix.Any, DfuSuffix.DfuSe)).Write();
        material.Shelf.Keep(step.File!, file);
        return FlashStepResult.Done($"{pages.Count} pages are kept as {step.File}.");
    }

    private FlashStepResult Write(
        FlashStep step, FlashMaterial material, IReadOnlyList<MemoryPiece> pieces, CancellationToken stop)
    {
        long all = pieces.Sum(static piece => (long)piece.Data.Length), done = 0;
        _client!.ErasePages([.. _chip!.Map.Touched(pieces).Select(_chip.PageAt)]);
        foreach (MemoryPiece block in MemoryPiece.FirstLast(pieces, Stm32Client.BlockMax))
        {
            stop.ThrowIfCancellationRequested();
            _client.Write(block.Address, block.Data.Span);
            done += block.Data.Length;
            material.Tell(step, done, all);
        }
        return FlashStepResult.Done(_client.HasParity
            ? $"{all} bytes are written."
            : $"{all} bytes are written. The port keeps no parity bit, so the line was not checked by it.");
    }

    private FlashStepResult Compare(FlashStep step)
    {
        byte[] there = new byte[(int)(step.Length ?? 0)];
        _client!.Read((uint)(step.Address ?? 0), there);
        string md5 = EspMd5.Of(there);
        return md5 == step.Md5
            ? FlashStepResult.Done($"{there.Length} bytes read back are those of the image.")
            : FlashStepResult.Failed(
            $"{there.Length} bytes read back at {step.Address:X8} have MD5 {md5}; allowed is {step.Md5}.");
    }

    private FlashStepResult Start(FlashStep step)
    {
        _client!.Start((uint)(step.Address ?? 0));
        _loader = null;
        return FlashStepResult.Done("Told to start.");
    }

    private static IReadOnlyList<MemoryPiece> Pieces(ReadOnlyMemory<byte> file)
    {
        try
        {
            MemoryPiece[] pieces =
                [.. DfuSeFile.Read(file, "The image").Targets.Where(static target => target.Alternate == 0)
                .SelectMany(static target => target.Pieces).OrderBy(static piece => piece.Address)];
            return pieces.Length > 0 ? pieces
                : throw new InvalidDataException("The image has no elements for alternate setting 0.");
        }
        catch (InvalidDataException e)
        {
            throw new FlashException(e.Message, e);
        }
    }
}
