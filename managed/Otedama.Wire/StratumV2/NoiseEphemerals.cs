namespace Otedama.Wire;

/// <summary>
/// Key pairs made ahead, so that a crowd that reconnects at once does not wait for them. Each is given out once. Any
/// thread.
/// </summary>
public sealed class NoiseEphemerals(int capacity) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Stack<NoiseKeyPair> _pairs = new(capacity);

    public int Capacity { get; } = capacity;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _pairs.Count;
            }
        }
    }

    /// <summary>One that was made ahead, or a fresh one when there is none; the caller disposes it.</summary>
    public NoiseKeyPair Take()
    {
        lock (_gate)
        {
            if (_pairs.TryPop(out NoiseKeyPair? pair))
            {
                return pair;
            }
        }
        return new NoiseKeyPair();
    }

    /// <summary>Makes one more; false when there are enough. About 0.15 ms.</summary>
    public bool MakeOne()
    {
        if (Count >= Capacity)
        {
            return false;
        }
        NoiseKeyPair pair = new();
        lock (_gate)
        {
            if (_pairs.Count < Capacity)
            {
                _pairs.Push(pair);
                return true;
            }
        }
        pair.Dispose(); // another was faster
        return false;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            while (_pairs.TryPop(out NoiseKeyPair? pair))
            {
                pair.Dispose();
            }
        }
    }
}
