namespace Otedama.Tests.Asic;

/// <summary>How an API deviates from kanoi's cgminer; each was seen on some firmware.</summary>
internal sealed class CgminerQuirks
{
    /// <summary>The reply goes out in pieces of so many bytes.</summary>
    public int? Pieces { get; set; }

    public TimeSpan BetweenPieces { get; set; } = TimeSpan.FromMilliseconds(2);

    public bool NoNul { get; set; }

    /// <summary>Keeps the connection open after the reply.</summary>
    public bool NoClose { get; set; }

    /// <summary>Says nothing at all and keeps the connection.</summary>
    public bool Silent { get; set; }

    /// <summary>Closes without a reply, as where the address is not allowed.</summary>
    public bool ClosesAtOnce { get; set; }

    /// <summary>Answers "a+b" as an unknown command.</summary>
    public bool NoJoin { get; set; }

    /// <summary>Answers in the text form whatever is asked in.</summary>
    public bool TextOnly { get; set; }

    /// <summary>Denies what is privileged.</summary>
    public bool ReadOnly { get; set; }

    /// <summary>Breaks the reply off after so many bytes.</summary>
    public int? TruncateAt { get; set; }

    /// <summary>Adds spaces until the reply has that size.</summary>
    public int? PadTo { get; set; }

    /// <summary>Last word on each reply: malforms it.</summary>
    public Func<string, string, string>? Rewrite { get; set; }

    /// <summary>URLs of pools that never come alive.</summary>
    public HashSet<string> DeadPools { get; } = [];

    /// <summary>save fails.</summary>
    public bool CannotSave { get; set; }

    /// <summary>Replies so many times that the active pool cannot be removed.</summary>
    public int StaysActive { get; set; }
}
