using System.Runtime.InteropServices;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>Connections that were written to and are flushed together. One thread.</summary>
internal sealed class FlushBatch(ITransport transport)
{
    /// <summary>
    /// A broadcast to ten thousand miners goes out in groups: the first do not wait for the last to be written.
    /// </summary>
    private const int Most = 256;

    private readonly List<TransportConnection> _written = new(Most);
    private readonly HashSet<TransportConnection> _known = new(Most);

    /// <summary>A connection that is not in the batch; a full batch goes out.</summary>
    public void Add(TransportConnection connection)
    {
        _written.Add(connection);
        if (_written.Count == Most)
        {
            End();
        }
    }

    /// <summary>A connection that may be in the batch already.</summary>
    public void AddOnce(TransportConnection connection)
    {
        if (_known.Add(connection))
        {
            Add(connection);
        }
    }

    public void End()
    {
        if (_written.Count > 0)
        {
            transport.EndBatch(CollectionsMarshal.AsSpan(_written));
            _written.Clear();
            _known.Clear();
        }
    }
}
