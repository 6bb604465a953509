using Otedama.Wire;

namespace Otedama;

/// <summary>
/// A connection between a miner and the pool: bytes arrive in order, late, in pieces, and maybe never. Either end can
/// be
/// gone without the other hearing of it.
/// </summary>
internal sealed class SimWire(SimNetwork network, SimLife miner, Action<ReadOnlyMemory<byte>> received, Action closed)
{
    private long _toPoolAt;
    private long _toMinerAt;
    private bool _isOver; // the miner's end knows

    public SimConnection? Connection { get; set; }

    /// <summary>Nothing arrives any more, in either direction, and nobody is told: a cable was pulled.</summary>
    public bool IsCut { get; private set; }

    public bool IsOver => _isOver;

    /// <summary>The miner's end: to the pool, as it goes.</summary>
    public void Send(byte[] bytes)
    {
        if (Connection is null || _isOver)
        {
            return;
        }
        int start = 0;
        while (start < bytes.Length)
        {
            int length = network.PieceOf(bytes.Length - start);
            ReadOnlyMemory<byte> piece = bytes.AsMemory(start, length);
            SimConnection to = Connection;
            _toPoolAt = network.Arrival(_toPoolAt);
            network.Schedule.At(_toPoolAt, to.Life, () => Deliver(to, piece));
            start += length;
        }
    }

    /// <summary>The miner hangs up; the pool hears of it a moment later.</summary>
    public void Close()
    {
        if (_isOver)
        {
            return;
        }
        _isOver = true;
        if (Connection is { } to)
        {
            _toPoolAt = network.Arrival(_toPoolAt);
            network.Schedule.At(_toPoolAt, to.Life, () => EndAtPool(to, CloseReason.PeerClosed));
        }
    }

    /// <summary>Both ends are told at once that the connection is no more; what was under way is lost.</summary>
    public void Reset()
    {
        IsCut = true;
        if (Connection is { } to)
        {
            network.Schedule.At(network.Schedule.Now, to.Life, () => to.End(CloseReason.Error));
        }
        TellMiner(network.Schedule.Now);
    }

    /// <summary>Silence from now on.</summary>
    public void Cut() => IsCut = true;

    /// <summary>The pool's end: what it flushed.</summary>
    public void SendToMiner(byte[] bytes)
    {
        _toMinerAt = network.Arrival(_toMinerAt);
        network.Schedule.At(_toMinerAt, miner, () =>
        {
            if (!IsCut && !_isOver)
            {
                received(bytes);
            }
        });
    }

    /// <summary>The pool closed, or its process is gone: the miner's system hears of it.</summary>
    public void EndedAtPool()
    {
        if (!IsCut)
        {
            _toMinerAt = network.Arrival(_toMinerAt);
            TellMiner(_toMinerAt);
        }
    }

    private void Deliver(SimConnection to, ReadOnlyMemory<byte> piece)
    {
        if (!IsCut)
        {
            to.Receive(piece.Span);
        }
    }

    private void EndAtPool(SimConnection to, CloseReason reason)
    {
        if (!IsCut)
        {
            to.End(reason);
        }
    }

    private void TellMiner(long at) => network.Schedule.At(at, miner, () =>
    {
        if (!_isOver)
        {
            _isOver = true;
            closed();
        }
    });
}
