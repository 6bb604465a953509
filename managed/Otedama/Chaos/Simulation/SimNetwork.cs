using System.Net;
using Otedama.Wire;

namespace Otedama;

/// <summary>The network between miners and the pool; it outlives both.</summary>
internal sealed class SimNetwork(SimSchedule schedule, SeededRandom random)
{
    private readonly List<SimWire> _wires = [];
    private SimTransport? _listener;

    public SimSchedule Schedule => schedule;

    /// <summary>Mean time of a way, on top of half a millisecond.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How often bytes arrive in pieces.</summary>
    public double Slicing { get; set; } = 0.05;

    /// <summary>Connections that neither end has given up.</summary>
    public IReadOnlyList<SimWire> Wires => _wires;

    public ITransportEngine EngineOf(SimLife life) => new SimEngine(this, life);

    /// <summary>Connects; `closed` is called when it fails, or when it ends from the other side.</summary>
    public SimWire Connect(SimLife miner, IPEndPoint from, Action connected, Action<ReadOnlyMemory<byte>> received,
        Action closed)
    {
        SimWire wire = new(this, miner, received, closed);
        _wires.RemoveAll(static old => old.IsOver);
        _wires.Add(wire);
        SimLife? pool = _listener?.Life;
        if (pool is null || pool.IsOver)
        {
            schedule.At(Arrival(0), miner, wire.Reset);
            return wire;
        }
        schedule.At(Arrival(0), pool, () =>
        {
            wire.Connection = _listener?.Accept(wire, from);
            schedule.At(Arrival(0), miner, wire.Connection is null ? wire.Reset : connected);
        });
        schedule.After(TimeSpan.FromSeconds(5), miner, () =>
        {
            if (wire.Connection is null)
            {
                wire.Reset(); // the pool went down before it answered
            }
        });
        return wire;
    }

    /// <summary>The pool's process is gone; the miners' systems hear of it, but for those whose cable is cut.</summary>
    public void PoolIsGone(SimLife pool)
    {
        foreach (SimWire wire in _wires.ToArray())
        {
            if (wire.Connection?.Life == pool)
            {
                wire.EndedAtPool();
            }
        }
        _listener = _listener?.Life == pool ? null : _listener;
    }

    public void Listen(SimTransport listener) => _listener = listener;

    public void StopListening(SimTransport listener) => _listener = _listener == listener ? null : _listener;

    /// <summary>When something sent now arrives: late, and after what was sent before it.</summary>
    public long Arrival(long after) => Math.Max(after,
        schedule.Now + (TimeSpan.TicksPerMillisecond / 2) + random.Wait(Delay).Ticks);

    /// <summary>How many of these bytes arrive together.</summary>
    public int PieceOf(int length) => length > 1 && random.Chance(Slicing) ? random.Between(1, length - 1) : length;

    private sealed class SimEngine(SimNetwork network, SimLife life) : ITransportEngine
    {
        public ITransport Make(TransportOptions options, TimeProvider time) => new SimTransport(network, life, options);
    }
}
