namespace Otedama.Wire;

/// <summary>
/// A transport with one thread that serves all its connections, and has room for its user's work between them.
/// </summary>
public interface ILoopTransport : ITransport
{
    /// <summary>Who works on the loop; to be set before Start.</summary>
    ILoopUser? User { get; set; }
}

/// <summary>
/// Work between the turns of a loop: of all that was received since the last one. It must not wait for anything.
/// </summary>
public interface ILoopUser
{
    /// <summary>
    /// After what a turn brought was delivered; what is written meanwhile goes out with the next turn. How long it may
    /// wait; infinite when only for what comes.
    /// </summary>
    TimeSpan OnTurn(ILoopDisk disk);

    /// <summary>A commit that OnTurn began is on disk, or failed; before the OnTurn of its turn.</summary>
    void OnCommitted(IOException? failure);
}

/// <summary>The disk, through the loop's ring.</summary>
public interface ILoopDisk
{
    /// <summary>
    /// Begins to make bytes durable in a file that has its full length; one at a time. ILoopUser.OnCommitted says how
    /// it went, and until then the bytes stay as they are. Throws IOException when it cannot begin.
    /// </summary>
    void BeginCommit(string path, long offset, ReadOnlySpan<byte> bytes);
}
