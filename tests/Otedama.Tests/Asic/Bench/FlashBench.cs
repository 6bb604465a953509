using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>Plans and runs an image on a device as the command does, with its folder and ledger on the disk.</summary>
internal sealed class FlashBench(TimeProvider clock) : IDisposable
{
    private readonly TempFolder _root = new();

    public static ImageInspector Inspector { get; } = new([new EspFactoryKind(), new EspAppKind(), .. LoaderKinds.All]);

    public FlashFolder? Folder { get; private set; }

    public IReadOnlyList<FlashEntry> Entries => FlashLedger.Read(Folder!.FolderPath, Folder.PlanHash).Entries;

    /// <summary>The plan, kept; its image trusted by its hash.</summary>
    public async Task<FlashPlan> PlanAsync(IFlashTarget target, byte[] image, FlashOptions? options = null)
    {
        ImageReport report = Inspector.Inspect(image);
        FlashFacts facts = new()
        {
            Device = await target.ReadAsync(default),
            Image = report,
            ImagePath = "image.bin",
            Entry = options is { Www: true } ? EspBench.Entry(image, ImagePurpose.Www) : null, // nobody else may stand for pages
            Options = (options ?? new()) with { TrustHash = report.Sha256 },
            Folder = _root.Path,
        };
        FlashPlan plan = FlashPlanner.Make(facts, target, image, clock);
        Assert.True(plan.MayBeWritten, string.Join('\n', plan.Checks.Where(static check => check.Outcome is FlashCheckOutcome.Failed or FlashCheckOutcome.Unknown)));
        Folder = FlashFolder.Create(_root.Path, plan, image);
        return plan;
    }

    /// <summary>Runs the plan, or goes on with it.</summary>
    public async Task<FlashOutcome> RunAsync(IFlashTarget target, Action<FlashProgress>? progress = null, CancellationToken stop = default)
    {
        using FlashLedger ledger = FlashLedger.Open(Folder!.FolderPath, Folder.PlanHash, clock);
        return await new FlashRun(Folder, target, ledger, Folder.Image(), progress).GoAsync(stop);
    }

    public string Ledger() => string.Join('\n', Entries.Select(static entry => $"{entry.Number} {entry.Kind} {entry.Step} {entry.Says}"));

    public void Dispose() => _root.Dispose();
}
