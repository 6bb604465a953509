using Otedama.Asic;

namespace Otedama.Tests.Asic;

/// <summary>A simulated chip, a cable, a clock, and what flashes it; plans and ledgers in a folder of memory where there is one.</summary>
internal sealed class EspBench : IDisposable
{
    public EspBench(SimulatedFlash flash, SimulatedEsp32S3? device = null)
    {
        Device = device ?? new SimulatedEsp32S3(flash);
        Cable = new EspCable(Device, Clock);
        Device.OnUnplug = Cable.Pull;
        Root = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"otedama-test-{Guid.NewGuid():N}");
    }

    public EspClock Clock { get; } = new();

    public SimulatedEsp32S3 Device { get; }

    public EspCable Cable { get; }

    public string Root { get; }

    /// <summary>When the cable comes back by itself: each wait without a link plugs it in.</summary>
    public bool Replugs { get; set; }

    public static ImageInspector Inspector { get; } = new(EspKinds.All);

    public EspLoader Loader() => new(new EspPort(Cable.Open, Clock, Pause));

    public EspSerialTarget Target() => new(Loader());

    public static CatalogueEntry Entry(byte[] image, ImagePurpose kind = ImagePurpose.App, string? version = null, params string[] boards) => new()
    {
        Family = "Bitaxe",
        Boards = boards.Length == 0 ? ["601", "602"] : boards,
        Chips = ["BM1370"],
        Version = version ?? Inspector.Inspect(image).Version ?? "v0",
        Sha256 = ImageInspector.HashOf(image),
        Size = image.Length,
        Kind = kind,
        WritesBootloader = kind == ImagePurpose.Factory,
    };

    public async Task<FlashPlan> PlanAsync(byte[] image, FlashOptions? options = null, CatalogueEntry? entry = null, string path = "esp-miner.bin")
    {
        using EspSerialTarget target = Target();
        FlashDevice device = await target.ReadAsync(default);
        ImageReport report = Inspector.Inspect(image);
        FlashFacts facts = new()
        {
            Device = device,
            Image = report,
            ImagePath = path,
            Entry = entry ?? Entry(image, report.Purpose),
            Options = options ?? new FlashOptions(),
            Folder = Root,
        };
        return FlashPlanner.Make(facts, target, image, Clock);
    }

    public async Task<FlashOutcome> RunAsync(FlashFolder folder, byte[] image)
    {
        using FlashLedger ledger = FlashLedger.Open(folder.FolderPath, folder.PlanHash, Clock);
        using EspSerialTarget target = Target();
        return await new FlashRun(folder, target, ledger, image).GoAsync(default);
    }

    public async Task<FlashOutcome> FlashAsync(byte[] image, FlashOptions? options = null, CatalogueEntry? entry = null, string path = "esp-miner.bin")
    {
        FlashPlan plan = await PlanAsync(image, options, entry, path);
        return await RunAsync(FlashFolder.Create(Root, plan, image), image);
    }

    public void Dispose()
    {
        if (Directory.Exists(Root))
        {
            Directory.Delete(Root, recursive: true);
        }
    }

    private void Pause(TimeSpan wait)
    {
        Clock.Advance(wait);
        if (Replugs && Cable.IsPulled)
        {
            Cable.Replug();
        }
    }
}
