using System.Text.Json.Serialization;

namespace Otedama.Asic;

[JsonConverter(typeof(FlashEnum<FlashEntryKind>))]
public enum FlashEntryKind
{
    /// <summary>The plan was shown and confirmed; nothing is done yet.</summary>
    Confirmed,

    /// <summary>A step begins now: on the disk before the device hears of it.</summary>
    Begin,

    /// <summary>The step is done and the device confirmed it.</summary>
    Done,
    Failed,

    /// <summary>A tool that was restarted goes on from here.</summary>
    Resumed,

    /// <summary>The way back begins.</summary>
    RollBack,

    /// <summary>The entry before was cut off; its bytes are kept beside the ledger.</summary>
    Mended,

    /// <summary>The last entry: how it ended.</summary>
    End,
}

/// <summary>One line of a ledger.</summary>
/// <param name="Number">0, 1, ...</param>
/// <param name="Step">FlashStep.Index; null where the entry is about no step.</param>
/// <param name="Says">A sentence without secrets.</param>
public sealed record FlashEntry(int Number, DateTimeOffset At, FlashEntryKind Kind, int? Step, string Says);
