using System.Text.Json;

namespace Otedama.Asic;

/// <summary>What a reply had to be forgiven.</summary>
public enum RepairKind
{
    /// <summary>Bytes after the NUL or after the end of the value were left out.</summary>
    Trailing,
    TrailingComma,
    MissingComma,
    LeadingComma,
    DoubledQuote,

    /// <summary>inf or nan stands where a figure should: read as unknown.</summary>
    NotANumber,

    /// <summary>A line break inside a string was left out.</summary>
    RawNewline,

    /// <summary>The first brace was missing.</summary>
    MissingOpening,

    /// <summary>A bracket was closed by another kind of bracket.</summary>
    MissingClosing,
    MissingValue,
    MissingColon,

    /// <summary>A word without quotes was read as a string.</summary>
    BareWord,

    /// <summary>A number in a form that JSON does not have: 007, .5, +1.</summary>
    OddNumber,
    BadEscape,
    BadUtf8,

    /// <summary>A character that belongs nowhere was left out.</summary>
    Stray,

    /// <summary>A name stands twice in one object: the last counts.</summary>
    DuplicateKey,
}

/// <param name="Offset">In the reply, in bytes.</param>
public readonly record struct ReplyRepair(RepairKind Kind, int Offset);

/// <summary>A reply as far as it could be read.</summary>
public sealed record TolerantReply
{
    /// <summary>Object or array; null when nothing could be read (Problem says why).</summary>
    public JsonElement? Root { get; init; }

    /// <summary>How many repairs it took.</summary>
    public int Repairs { get; init; }

    /// <summary>The first of them.</summary>
    public IReadOnlyList<ReplyRepair> Made { get; init; } = [];

    /// <summary>It broke off: Root holds only the outermost members that were complete.</summary>
    public bool Truncated { get; init; }

    /// <summary>Why it cannot be read, or where it broke off; null = whole.</summary>
    public string? Problem { get; init; }

    /// <summary>Where, in bytes from the start of the reply.</summary>
    public int? Offset { get; init; }

    /// <summary>It was of the text form: sections with commas and bars.</summary>
    public bool IsText { get; init; }
}
