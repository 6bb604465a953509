namespace Otedama.Tests.Asic;

/// <summary>Sends back what it hears, each byte plus one, when both ends agree on the rate; remembers everything.</summary>
internal sealed class EchoDevice(int rate = 0) : ISimulatedDevice
{
    private readonly Lock _gate = new();
    private readonly Queue<byte> _out = [];
    private readonly List<byte> _heard = [];
    private readonly List<int> _rates = [];
    private readonly List<(bool, bool)> _lines = [];

    /// <summary>Bits a second it speaks; 0 = whatever the host does.</summary>
    public int Rate { get; set; } = rate;

    public byte[] Heard
    {
        get
        {
            lock (_gate)
            {
                return [.. _heard];
            }
        }
    }

    /// <summary>The rates it was spoken to at, each once.</summary>
    public int[] Rates
    {
        get
        {
            lock (_gate)
            {
                return [.. _rates];
            }
        }
    }

    public (bool DataTerminalReady, bool RequestToSend)[] Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>Says something by itself.</summary>
    public void Say(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            foreach (byte one in bytes)
            {
                _out.Enqueue(one);
            }
        }
    }

    public void Receive(ReadOnlySpan<byte> bytes, int rate)
    {
        lock (_gate)
        {
            if (!_rates.Contains(rate))
            {
                _rates.Add(rate);
            }
            foreach (byte one in bytes)
            {
                _heard.Add(one);
                _out.Enqueue(unchecked((byte)(Agrees(rate) ? one + 1 : one ^ 0xFF)));
            }
        }
    }

    public int Take(Span<byte> into, int rate)
    {
        lock (_gate)
        {
            int count = Math.Min(into.Length, _out.Count);
            for (int i = 0; i < count; i++)
            {
                into[i] = _out.Dequeue();
            }
            return count;
        }
    }

    public void SetLines(bool dataTerminalReady, bool requestToSend)
    {
        lock (_gate)
        {
            _lines.Add((dataTerminalReady, requestToSend));
        }
    }

    private bool Agrees(int rate) => Rate == 0 || rate == 0 || Math.Abs(rate - Rate) * 100 <= Rate * 4;
}
