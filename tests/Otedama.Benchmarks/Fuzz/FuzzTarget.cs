using System.Diagnostics;

namespace Otedama.Benchmarks;

/// <summary>
/// One parser that faces the network. Take is given an input and says whether the parser took it; what it throws is a
/// finding. Slowness: how many inputs of the usual number one of its inputs counts for.
/// </summary>
internal sealed record FuzzTarget(string Name, Func<FuzzDamage, byte[]> Make, Func<byte[], bool> Take, int Slowness = 1)
{
    /// <summary>What one hostile input may cost in memory, all that is allocated on the way included.</summary>
    private const long AllocatedMax = 4 << 20;

    public FuzzTarget(string name, IReadOnlyList<byte[]> samples, Func<byte[], bool> take, int slowness = 1)
        : this(name, damage => damage.Of(samples), take, slowness)
    {
    }

    /// <summary>Throws FuzzFinding with the input for the first that is thrown at or that costs too much.</summary>
    public FuzzRow Run(int seed, Func<long, bool> goesOn)
    {
        FuzzDamage damage = new(seed);
        long inputs = 0, taken = 0, mostAllocated = 0;
        TimeSpan slowest = TimeSpan.Zero;
        for (; goesOn(inputs); inputs++)
        {
            byte[] input = Make(damage);
            long before = GC.GetAllocatedBytesForCurrentThread();
            long began = Stopwatch.GetTimestamp();
            taken += Try(input) ? 1 : 0;
            TimeSpan took = Stopwatch.GetElapsedTime(began);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            slowest = took > slowest ? took : slowest;
            mostAllocated = Math.Max(mostAllocated, allocated);
            if (allocated > AllocatedMax)
            {
                throw new FuzzFinding($"{Name}: {allocated} bytes were allocated, at most {AllocatedMax} are allowed", input, null);
            }
        }
        return new FuzzRow(Name, inputs, taken, mostAllocated, slowest);
    }

    private bool Try(byte[] input)
    {
        try
        {
            return Take(input);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new FuzzFinding($"{Name}: {e.GetType().Name}: {e.Message}", input, e);
        }
    }
}

/// <summary>What a run over one parser came to.</summary>
internal sealed record FuzzRow(string Name, long Inputs, long Taken, long MostAllocated, TimeSpan Slowest);

/// <summary>An input that a parser does not stand; the message ends with it.</summary>
internal sealed class FuzzFinding(string what, byte[] input, Exception? inner)
    : Exception($"{what}; input ({input.Length} bytes): {Convert.ToHexStringLower(input.AsSpan(0, Math.Min(input.Length, 4_096)))}", inner);
