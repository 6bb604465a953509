namespace Otedama.Wire;

/// <summary>What is wrong with what the other side sent. Each ends the connection, without an answer.</summary>
public enum Sv2Fault : byte
{
    None,

    /// <summary>The payload ends inside a field.</summary>
    TooShort,

    /// <summary>A string of bytes is longer than its type allows.</summary>
    TooLong,

    /// <summary>The first byte of an optional field is neither 0 nor 1.</summary>
    Option,

    /// <summary>A zero byte in a text, or a code with something else than printable ASCII.</summary>
    Text,

    /// <summary>A header that announces more than a payload may have.</summary>
    Length,

    /// <summary>A field of an extension that does not add up.</summary>
    Extension,

    /// <summary>A tag of the encryption is wrong: bytes were changed, lost or made with another key.</summary>
    Seal,
}
