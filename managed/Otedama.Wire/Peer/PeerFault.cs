namespace Otedama.Wire;

/// <summary>What is wrong with what a peer sent. Each costs it the link; Conduct has the points.</summary>
public enum PeerFault : byte
{
    None,

    /// <summary>Flags are not zero.</summary>
    Flags,

    /// <summary>A number below 0x8000 that is no message.</summary>
    UnknownMessage,

    /// <summary>More bytes than this message may have.</summary>
    TooLong,

    /// <summary>Fewer bytes than this message has at least.</summary>
    TooShort,

    /// <summary>A correlation number where none belongs, or none where one does.</summary>
    Correlation,

    /// <summary>Lengths inside the body do not add up, or a list has half an entry.</summary>
    Body,

    /// <summary>A string that is no UTF-8 or longer than it may be.</summary>
    Text,

    /// <summary>HELLO's first four bytes are not OTED.</summary>
    Magic,

    /// <summary>Something else than HELLO came first.</summary>
    HelloMissing,

    /// <summary>A second HELLO.</summary>
    HelloTwice,
}
