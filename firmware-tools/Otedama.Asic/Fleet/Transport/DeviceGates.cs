using System.Net;

namespace Otedama.Asic;

/// <summary>
/// One request at a time to each port of each device: a cgminer API serves one client and blocks the others. Entries
/// live
/// only while somebody is inside or waits. Any thread.
/// </summary>
public sealed class DeviceGates
{
    private readonly Lock _tableGate = new();
    private readonly Dictionary<IPEndPoint, Gate> _gates = [];

    /// <summary>Devices somebody is inside of or waits for.</summary>
    public int Count
    {
        get
        {
            lock (_tableGate)
            {
                return _gates.Count;
            }
        }
    }

    /// <summary>Waits for its turn; disposing lets the next in.</summary>
    public async Task<IDisposable> EnterAsync(IPEndPoint device, CancellationToken cancel)
    {
        Gate? gate;
        lock (_tableGate)
        {
            if (!_gates.TryGetValue(device, out gate))
            {
                gate = new Gate(this, device);
                _gates[device] = gate;
            }
            gate.Users++;
        }
        try
        {
            await gate.Turn.WaitAsync(cancel);
        }
        catch
        {
            Leave(gate);
            throw;
        }
        return new Visit(gate);
    }

    private void Leave(Gate gate)
    {
        lock (_tableGate)
        {
            if (--gate.Users == 0)
            {
                _gates.Remove(gate.Device);
                gate.Turn.Dispose();
            }
        }
    }

    private sealed class Gate(DeviceGates all, IPEndPoint device)
    {
        public DeviceGates All { get; } = all;

        public IPEndPoint Device { get; } = device;

        public SemaphoreSlim Turn { get; } = new(1, 1);

        public int Users { get; set; }
    }

    private sealed class Visit(Gate gate) : IDisposable
    {
        private Gate? _gate = gate;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _gate, null) is { } left)
            {
                left.Turn.Release();
                left.All.Leave(left);
            }
        }
    }
}
