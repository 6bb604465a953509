namespace Otedama.Asic;

/// <summary>The contract of every write: fifteen rules, each with its check. Pure.</summary>
public static class FlashRules
{
    /// <summary>In the order in which they are told.</summary>
    public static IReadOnlyList<FlashRule> All { get; } =
    [
        new(1, "plan", "The device is looked at, and what will be done is written down, before it is touched.",
            DeviceRules.Plan),
        new(2, "catalogue", "The image is whole, and the signed catalogue or a hash typed in full stands for it.",
            ImageRules.Catalogue),
        new(3, "match", "Board and chip of the device are among those the image is for.", ImageRules.Match),
        new(4, "downgrade", "Nothing older without --allow-downgrade, nothing again without --force.",
            ImageRules.Downgrade),
        new(5, "backup", "Settings and what starts the device are kept before anything is written.", OrderRules.Backup),
        new(6, "quiet", "A device is written over the network only when it is cool, well connected and settled.",
            DeviceRules.Quiet),
        new(7, "write", "Only what does not run is written to; boot loader and table only by serial and where the "
            + "catalogue says so.", OrderRules.Write),
        new(8, "order", "Firmware, restart, verification, then web pages.", OrderRules.Order),
        new(9, "transport",
            "One stream with its length told, no pauses, 30 s for a stall, 10 min in all, two attempts.",
            DeviceRules.Transport),
        new(10, "verify", "Version, slot, board, chip, MAC and pool user are compared afterwards, then the hash rate.",
            OrderRules.Verify),
        new(11, "roll_back", "What fails is taken back, and the old figures are checked.", OrderRules.RollBack),
        new(12, "rollout", "One device of each kind first, then 5 %, 25 % and all, with half an hour between.",
            DeviceRules.Rollout),
        new(13, "power_loss", "A power cut anywhere leaves something that starts.", OrderRules.PowerLoss),
        new(14, "ledger", "Each step is on the disk before it is done, so that a restarted tool goes on.",
            DeviceRules.Ledger),
        new(15, "secrets", "No password and no key is in a log, a plan or a ledger.", DeviceRules.Secrets),
    ];

    public static IReadOnlyList<FlashCheck> Check(FlashFacts facts) => [.. All.Select(rule => rule.Check(facts))];

    /// <summary>A board that does not know itself.</summary>
    public static bool IsNoBoard(string? board) => string.IsNullOrWhiteSpace(board) || board.All(static c => c == '0')
        || board.Equals("unknown", StringComparison.OrdinalIgnoreCase)
        || board.Equals("none", StringComparison.OrdinalIgnoreCase);

    internal static (FlashCheckOutcome Outcome, string Says) Passed(string says) => (FlashCheckOutcome.Passed, says);

    internal static (FlashCheckOutcome Outcome, string Says) Failed(string says) => (FlashCheckOutcome.Failed, says);

    internal static (FlashCheckOutcome Outcome, string Says) Unknown(string says) => (FlashCheckOutcome.Unknown, says);

    internal static (FlashCheckOutcome Outcome, string Says) Waived(string says) => (FlashCheckOutcome.Waived, says);

    internal static (FlashCheckOutcome Outcome, string Says) DuringRun(string says) =>
        (FlashCheckOutcome.DuringRun, says);

    internal static (FlashCheckOutcome Outcome, string Says) NotApplicable(string says) =>
        (FlashCheckOutcome.NotApplicable, says);
}
