using System.Net;

namespace Otedama.Wire;

/// <summary>
/// Plain bytes to and from a node whose id is proved, whatever carries them: TLS on a socket, or the memory of a
/// simulation. Any thread, but one writer at a time.
/// </summary>
public interface IPeerLink
{
    NodeId Peer { get; }

    /// <summary>We dialled.</summary>
    bool IsInitiator { get; }

    IPEndPoint Remote { get; }

    /// <summary>
    /// The shortest way there and back in the last minutes as whatever carries the link measured it, which a program at
    /// the other end cannot make longer; null where nothing below tells.
    /// </summary>
    TimeSpan? WireRoundTrip => null;

    /// <summary>Bytes that were written and that nothing below has taken yet.</summary>
    int Unsent { get; }

    /// <summary>False when the link has ended. Calls nobody back.</summary>
    bool Write(ReadOnlyMemory<byte> plain);

    /// <summary>Sends what was written, without waiting.</summary>
    void Flush();

    /// <summary>
    /// Nothing is received until ResumeReading, and the other end is not acknowledged more than fits.
    /// </summary>
    void PauseReading();

    void ResumeReading();

    /// <summary>Sends what goes out at once, then ends; later calls do nothing.</summary>
    void Close(CloseReason reason);
}
