using System.Net;

namespace Otedama.Wire;

/// <summary>One connection of a transport engine. All methods are safe from any thread.</summary>
public abstract class TransportConnection
{
    private static long s_lastId;

    /// <summary>Unique in this process, never used again.</summary>
    public long Id { get; } = Interlocked.Increment(ref s_lastId);

    /// <summary>Who is at the other end; behind a believed proxy, what the proxy says.</summary>
    public IPEndPoint Remote { get; protected set; } = new(IPAddress.None, 0);

    /// <summary>Which of the listening ports it came to.</summary>
    public int LocalPort { get; protected init; }

    public bool IsTls { get; protected set; }

    public abstract bool IsClosed { get; }

    /// <summary>Belongs to the handler.</summary>
    public object? State { get; set; }

    /// <summary>
    /// Appends to the output buffer. False when the connection is closed, also when these bytes pass the bound of the
    /// buffer, which closes it.
    /// </summary>
    public abstract bool Write(ReadOnlySpan<byte> bytes);

    /// <summary>
    /// Sends what was written, without waiting. Whoever wrote to many connections ends with ITransport.EndBatch
    /// instead.
    /// </summary>
    public abstract void Flush();

    /// <summary>Sends what goes out at once, then closes; later calls do nothing.</summary>
    public abstract void Close(CloseReason reason);
}
