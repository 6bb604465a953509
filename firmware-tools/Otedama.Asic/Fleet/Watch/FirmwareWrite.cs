namespace Otedama.Asic;

/// <summary>A write of firmware by this program, as its ledger tells it.</summary>
/// <param name="Device">Id of the device.</param>
/// <param name="Plan">Id of the plan, for --resume.</param>
/// <param name="From">Version that ran before; null = it was not known.</param>
/// <param name="To">Version that was written; null = not known.</param>
/// <param name="At">Of the ledger's last entry.</param>
/// <param name="IsUnderWay">Neither the write nor the watch after it has ended.</param>
public sealed record FirmwareWrite(string Device, string Plan, string? From, string? To, DateTimeOffset At,
    bool IsUnderWay)
{
    /// <summary>How long after it ended a write of an unknown version explains a change.</summary>
    private static readonly TimeSpan s_unnamedFor = TimeSpan.FromMinutes(10);

    /// <summary>Whether it made a firmware out of another.</summary>
    /// <param name="before">Words of the firmware that was agreed to: they end with its version.</param>
    internal bool Explains(string before, string? version, DateTimeOffset now) =>
        (From is null || before.EndsWith(From, StringComparison.OrdinalIgnoreCase))
        && (To is null ? now - At < s_unnamedFor : To.Equals(version, StringComparison.OrdinalIgnoreCase));
}
