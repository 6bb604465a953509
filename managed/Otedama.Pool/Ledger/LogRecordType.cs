namespace Otedama.Pool;

/// <summary>Kinds of records in the share log; persisted, append only.</summary>
public enum LogRecordType : byte
{
    /// <summary>Only as a default; a frame with it is the end of a segment.</summary>
    None = 0,

    Account = 1,
    Share = 2,
    BlockFound = 3,
    BlockConfirmed = 4,
    BlockOrphaned = 5,

    /// <summary>The PPLNS window's work, when it changes.</summary>
    Window = 6,

    /// <summary>A block that was given up lies in the chain again.</summary>
    BlockPending = 7,

    /// <summary>What work earns under PPS, when it changes.</summary>
    Rate = 8,

    /// <summary>
    /// Written by a repair over damage: u32 number of the records that were lost there, then anything. The kinds of
    /// the log itself count down from 255, those of the ledger up.
    /// </summary>
    Lost = 255,
}
