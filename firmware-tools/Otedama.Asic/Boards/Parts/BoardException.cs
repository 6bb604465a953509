namespace Otedama.Asic;

/// <summary>Why a board does not do what it was asked, where its link itself works.</summary>
public enum BoardFault
{
    /// <summary>It said nothing, or not what was asked for, in time.</summary>
    NoAnswer,

    /// <summary>Its controller answered that it will not.</summary>
    Refused,

    /// <summary>Another part sits where one was looked for, or none.</summary>
    WrongPart,

    /// <summary>More than the part or the board allows.</summary>
    OutOfRange,

    /// <summary>The part reports a fault of its own: overcurrent, overtemperature.</summary>
    Fault,
}

/// <summary>What is wrong with a board, in a sentence for people: what failed, the value, and the next step.</summary>
public sealed class BoardException(BoardFault fault, string sentence, Exception? inner = null)
    : IOException(sentence, inner)
{
    public BoardFault Fault { get; } = fault;
}
