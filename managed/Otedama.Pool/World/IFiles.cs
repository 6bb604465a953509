namespace Otedama.Pool;

/// <summary>
/// The disk under everything the pool keeps, folders and locks included: a seam, so that tests can fill it up, break it
/// and cut its power. Failures are IOExceptions, or UnauthorizedAccessExceptions where the system says so. Any thread.
/// </summary>
public interface IFiles
{
    /// <summary>
    /// Makes the folder and those above it that are missing, for the owner only; their names are then safe.
    /// </summary>
    void CreateFolder(string path);

    /// <summary>
    /// Holds this file, made when missing, until the answer is disposed or the process ends; IOException when another
    /// process or another holder here has it.
    /// </summary>
    IDisposable Lock(string path);

    /// <summary>
    /// Makes a file of `length` written zeros in place of one with this name and waits for its bytes, or fails leaving
    /// nothing behind. The name is safe after SyncFolder only.
    /// </summary>
    void Create(string path, long length);

    /// <summary>
    /// Opens an existing file; while one has it for writing, nobody else opens it for that. FileNotFoundException when
    /// there is none.
    /// </summary>
    IFile Open(string path, bool forWriting = true);

    bool Exists(string path);

    /// <summary>
    /// Nobody but its owner may read or write it. A disk that has one user only, as those of tests have, need not ask.
    /// </summary>
    bool IsPrivate(string path) => true;

    /// <summary>Names, without the folder, of the files in it; none when there is no such folder.</summary>
    IReadOnlyList<string> List(string folder);

    /// <summary>Replaces what has the new name. Safe after SyncFolder only.</summary>
    void Rename(string from, string to);

    /// <summary>Nothing happens when there is none.</summary>
    void Delete(string path);

    /// <summary>Waits until the disk has the names in this folder.</summary>
    void SyncFolder(string folder);
}

/// <summary>One open file.</summary>
public interface IFile : IDisposable
{
    /// <summary>Bytes.</summary>
    long Length { get; }

    /// <summary>All or an exception; after an exception the bytes at that place are undefined.</summary>
    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Returns fewer bytes than asked only at the end of the file.</summary>
    int Read(Span<byte> bytes, long offset);

    /// <summary>Waits until the disk has all that was written.</summary>
    void Flush();
}
