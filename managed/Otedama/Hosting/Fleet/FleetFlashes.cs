using Otedama.Asic;

namespace Otedama;

/// <summary>
/// What the ledgers of flash plans in a data directory say was written to which device. Reads only; another program
/// may be writing. Any thread.
/// </summary>
/// <param name="root">Of the plans: a folder a device, in it a folder a plan; it need not be there.</param>
internal sealed class FleetFlashes(string root, TimeProvider clock)
{
    /// <summary>Plans of one device that are looked at, the newest; an older one may have been taken up
    /// again.</summary>
    private const int PlansMax = 4;

    /// <summary>
    /// A write without an end whose ledger said nothing for so long was given up: no step takes that long, the watch of
    /// a quarter of an hour after it included.
    /// </summary>
    private static readonly TimeSpan s_givenUp = TimeSpan.FromHours(1);

    private readonly TimeProvider _time = clock;
    private readonly Lock _gate = new();
    private Dictionary<string, (long Length, FirmwareWrite? Write)> _known = []; // by folder of the plan

    /// <summary>The last write to each device. What cannot be read explains nothing and is left out.</summary>
    public IReadOnlyList<FirmwareWrite> Read()
    {
        lock (_gate)
        {
            Dictionary<string, (long, FirmwareWrite?)> seen = [];
            List<FirmwareWrite> writes = [];
            foreach (string plan in Plans())
            {
                seen[plan] = Of(plan);
                if (seen[plan].Item2 is { } write)
                {
                    bool isAlive = _time.GetUtcNow() - write.At < s_givenUp;
                    writes.Add(write with { IsUnderWay = write.IsUnderWay && isAlive });
                }
            }
            _known = seen;
            return [.. writes.GroupBy(static write => write.Device)
                .Select(static group => group.MaxBy(static write => write.At)!)];
        }
    }

    /// <summary>Why a device gets no order now, in a sentence.</summary>
    public static string Refusal(FirmwareWrite write) =>
        $"Its firmware is being written, or watched after that, by plan {write.Plan} (last entry of its ledger "
        + FormattableString.Invariant($"{write.At.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC); nothing was sent. Wait for ")
        + $"its end, or go on with one that was cut off: otedama asic flash --resume {write.Plan}. One whose ledger says "
        + FormattableString.Invariant($"nothing for {s_givenUp.TotalMinutes:0} minutes counts as given up.");

    private IEnumerable<string> Plans()
    {
        try
        {
            return !Directory.Exists(root) ? []
                : [.. Directory.EnumerateDirectories(root).Take(FleetWatch.DevicesMax).SelectMany(static device =>
                    Directory.EnumerateDirectories(device).OrderDescending(StringComparer.Ordinal).Take(PlansMax))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private (long Length, FirmwareWrite? Write) Of(string plan)
    {
        long length = FlashLedger.LengthIn(plan);
        return length == 0 ? (0, null)
            : _known.TryGetValue(plan, out (long Length, FirmwareWrite? Write) known) && known.Length == length ? known
            : (length, WriteOf(plan));
    }

    private static FirmwareWrite? WriteOf(string plan)
    {
        try
        {
            FlashFolder folder = FlashFolder.Open(plan);
            FlashLedgerReading ledger = FlashLedger.Read(plan, folder.PlanHash);
            return ledger.Damage != LedgerDamage.Broken
                && ledger.Entries.Any(static entry => entry.Kind == FlashEntryKind.Confirmed)
                ? new FirmwareWrite(folder.Plan.Device.Id, folder.Id, folder.Plan.From.Version, folder.Plan.To.Version,
                    ledger.Entries[^1].At, ledger.Entries[^1].Kind != FlashEntryKind.End)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FlashException)
        {
            return null;
        }
    }
}
