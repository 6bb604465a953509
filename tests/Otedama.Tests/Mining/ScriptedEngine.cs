using Otedama.Core;
using Otedama.Interop;
using Otedama.Mining;

namespace Otedama.Tests.Mining;

/// <summary>An engine that searches a given number of nonces a scan, or does what the test says instead.</summary>
internal sealed class ScriptedEngine : IScanEngine
{
    public ulong NoncesPerScan { get; set; } = 1000;

    /// <summary>Thrown by each scan while set.</summary>
    public Exception? Problem { get; set; }

    /// <summary>Every scan finds its first nonce.</summary>
    public bool Finds { get; set; }

    public int Cancels { get; private set; }

    public bool Disposed { get; private set; }

    /// <summary>First nonce and number of each scan.</summary>
    public List<(ulong First, ulong Count)> Searched { get; } = [];

    public PowScan Scan(in PowWork work, Span<PowHit> hits, TimeSpan budget)
    {
        if (Problem is not null)
        {
            throw Problem;
        }
        ulong count = Math.Min(NoncesPerScan, work.NonceCount);
        Searched.Add((work.NonceFirst, count));
        int found = Finds && count > 0 ? 1 : 0;
        if (found > 0)
        {
            hits[0] = new PowHit(work.Tag, work.NonceFirst, 0x20000000, Hash256.Zero, []);
        }
        return new PowScan(count, count == work.NonceCount ? 1 : 0, work.NonceFirst + count, found, false);
    }

    public void Cancel() => Cancels++;

    public void Dispose() => Disposed = true;
}
