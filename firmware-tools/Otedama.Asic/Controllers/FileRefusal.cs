namespace Otedama.Asic;

/// <summary>The one form of a sentence about a file that is not what it has to be: where, what is there, what is
/// allowed.</summary>
internal static class FileRefusal
{
    /// <param name="file">As people know it.</param>
    /// <param name="offset">In bytes from the start of the file.</param>
    /// <param name="found">What is there.</param>
    /// <param name="allowed">What may be there, as the rest of "allowed is ...".</param>
    public static InvalidDataException At(string file, long offset, string found, string allowed) =>
        new($"{file}: at offset 0x{offset:X} there is {found}; allowed is {allowed}.");

    /// <summary>The file ends before what it announces.</summary>
    public static InvalidDataException Short(string file, long length, long needed, string what) =>
        new($"{file}: {length} bytes are too few for {what}, which needs {needed}: "
            + "the file is cut off, fetch it again.");
}
