namespace Otedama.Asic;

/// <summary>
/// Braiins OS, old and new, read through its cgminer API. Writing wants its gRPC interface, which this driver does not
/// speak.
/// </summary>
public sealed class BraiinsDriver(FleetTransport transport) : CgminerDriver(transport)
{
    private static readonly string[] s_reads = ["version", "summary", "pools", "devs", "temps", "fans", "tunerstatus"];

    public override string Name => "braiins";

    public override FleetAbilities Abilities => FleetAbilities.None;

    protected override IReadOnlyList<string> Reads => s_reads;

    public override FleetMatch? Recognise(FleetSigns signs) =>
        signs.Version is { } version
            && (version.Contains("BOSMINER", StringComparison.OrdinalIgnoreCase)
            || version.Contains("BOSER", StringComparison.OrdinalIgnoreCase))
            ? new FleetMatch(85, "Antminer", "its version names bosminer or boser") { Firmware = "Braiins OS" }
            : signs.WebText?.Contains("Braiins OS", StringComparison.OrdinalIgnoreCase) == true
            ? new FleetMatch(85, "Antminer", "its page names Braiins OS") { Firmware = "Braiins OS" } : null;

    protected override async Task<FleetReading> LookAsync(FleetTarget target, CancellationToken cancel)
    {
        Dictionary<string, CgminerReply> replies = await AskAllAsync(target, cancel);
        FleetReading reading = CgminerReader.Read(
            replies, new ReadingFrame(Name, At(target), Transport.Clock.GetUtcNow()));
        return BosReader.Add(reading, replies);
    }
}
