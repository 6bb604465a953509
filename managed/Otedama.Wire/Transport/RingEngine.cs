using System.Diagnostics.CodeAnalysis;
using Otedama.Interop;

namespace Otedama.Wire;

/// <summary>
/// The engine on Linux' io_uring: one loop thread for all connections of a transport, one system call a turn.
/// </summary>
public sealed class RingEngine : ITransportEngine
{
    /// <summary>A ring of the smallest size is opened and closed: what says no to it says no to a large one.</summary>
    public static bool IsPossible([NotNullWhen(false)] out string? whyNot)
    {
        RingOptions small = new()
        {
            Connections = 1,
            QueueBytesMax = 1_024,
            Unread = TimeSpan.FromSeconds(1),
            Entries = 8,
            Buffers = 2,
            Blocks = 1,
            CommitBytesMax = 1,
        };
        try
        {
            Ring.Open(small).Dispose();
            whyNot = null;
            return true;
        }
        catch (NativeException e)
        {
            whyNot = e.Detail;
            return false;
        }
    }

    /// <summary>Throws NativeException where the system has no ring to give.</summary>
    public ITransport Make(TransportOptions options, TimeProvider time) => new RingTransport(options, time);
}
