namespace Otedama.Pool;

/// <summary>
/// The disk under the share log: a seam, so that tests can fill it up and break it. Failures are IOExceptions.
/// </summary>
public interface ILogStorage
{
    /// <summary>Makes a file of `length` written zeros, or fails leaving nothing behind.</summary>
    void Create(string path, long length);

    ILogFile Open(string path);
}

/// <summary>One open segment.</summary>
public interface ILogFile : IDisposable
{
    long Length { get; }

    /// <summary>All or an exception; after an exception the bytes at that place are undefined.</summary>
    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Returns fewer bytes than asked only at the end of the file.</summary>
    int Read(Span<byte> bytes, long offset);

    /// <summary>Waits until the disk has all that was written.</summary>
    void Flush();
}
