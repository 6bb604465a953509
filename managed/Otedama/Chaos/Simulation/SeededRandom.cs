using System.Buffers.Binary;
using System.Numerics;
using Otedama.Pool;

namespace Otedama;

/// <summary>
/// Numbers that a seed fixes for ever, on every machine: xoshiro256**, seeded by splitmix64. Each actor of a simulation
/// has one of its own, so that one more draw by one of them changes nobody else's.
/// </summary>
internal sealed class SeededRandom : IRandomness
{
    private ulong _a, _b, _c, _d;

    public SeededRandom(ulong seed)
    {
        _a = Mix(ref seed);
        _b = Mix(ref seed);
        _c = Mix(ref seed);
        _d = Mix(ref seed);
    }

    /// <summary>A generator for one actor: the same seed and name give the same numbers.</summary>
    public static SeededRandom For(ulong seed, string actor)
    {
        ulong state = seed;
        foreach (char letter in actor)
        {
            state = Mix(ref state) ^ letter;
        }
        return new SeededRandom(state);
    }

    public ulong NextUInt64()
    {
        unchecked
        {
            ulong result = BitOperations.RotateLeft(_b * 5, 7) * 9;
            ulong shifted = _b << 17;
            _c ^= _a;
            _d ^= _b;
            _b ^= _c;
            _a ^= _d;
            _c ^= shifted;
            _d = BitOperations.RotateLeft(_d, 45);
            return result;
        }
    }

    public void Fill(Span<byte> bytes)
    {
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        for (int at = 0; at < bytes.Length; at += word.Length)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, NextUInt64());
            word[..Math.Min(word.Length, bytes.Length - at)].CopyTo(bytes[at..]);
        }
    }

    /// <summary>0 to below - 1; the bias of 2^-32 and less does not matter here.</summary>
    public int Below(int below) => (int)((NextUInt64() >> 32) * (ulong)below >> 32);

    /// <summary>Both ends are possible.</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    /// <summary>0 up to 1, never 1.</summary>
    public double Fraction() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    public bool Chance(double probability) => Fraction() < probability;

    /// <summary>Exponential: waiting times of things that happen at random.</summary>
    public TimeSpan Wait(TimeSpan mean) => mean * -Math.Log(1 - Fraction());

    private static ulong Mix(ref ulong state)
    {
        unchecked
        {
            state += 0x9e3779b97f4a7c15;
            ulong mixed = state;
            mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
            return mixed ^ (mixed >> 31);
        }
    }
}
