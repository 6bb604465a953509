using System.Buffers.Binary;

namespace Otedama.Benchmarks;

/// <summary>Inputs that are nearly right: samples cut, stretched, spliced, repeated, reordered, bent. A seed makes all again.</summary>
internal sealed class FuzzDamage(int seed)
{
    private const int ChangesMax = 5;

    /// <summary>Bytes an input may grow by at once; once in a while by all that a frame may have.</summary>
    private const int GrowthMax = 2_000, RareGrowthMax = 1 << 20;

    private static readonly uint[] s_numbers =
        [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fff_ffff, 0x8000_0000, uint.MaxValue - 3, uint.MaxValue];

    public Random Random { get; } = new(seed);

    public T One<T>(IReadOnlyList<T> of) => of[Random.Next(of.Count)];

    /// <summary>One of the samples, damaged; seldom as it is, seldom nothing but noise.</summary>
    public byte[] Of(IReadOnlyList<byte[]> samples)
    {
        int kind = Random.Next(20);
        return kind switch
        {
            0 => One(samples),
            1 => Noise(Random.Next(GrowthMax)),
            _ => Damage(One(samples), One(samples)),
        };
    }

    /// <summary>One to five changes; other: another sample, of which a piece may come in.</summary>
    public byte[] Damage(byte[] sample, byte[] other)
    {
        byte[] bytes = sample;
        for (int change = Random.Next(1, ChangesMax + 1); change > 0; change--)
        {
            bytes = Change([.. bytes], other);
        }
        return bytes;
    }

    private byte[] Change(byte[] bytes, byte[] other)
    {
        int at = Random.Next(bytes.Length + 1), end = Random.Next(at, Math.Min(bytes.Length, at + 64) + 1);
        switch (Random.Next(9))
        {
            case 0:
                return bytes[..at];
            case 1:
                return [.. bytes, .. Noise(Random.Next(200) == 0 ? Random.Next(RareGrowthMax) : Random.Next(GrowthMax))];
            case 2:
                return [.. bytes[..at], .. bytes[end..]];
            case 3:
                return [.. bytes[..at], .. bytes[at..end], .. bytes[at..end], .. bytes[end..]];
            case 4:
                return [.. bytes[end..], .. bytes[..end]];
            case 5:
                int from = Random.Next(other.Length + 1);
                return [.. bytes[..at], .. other[from..Random.Next(from, other.Length + 1)], .. bytes[end..]];
            case 6 when bytes.Length >= at + sizeof(uint):
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), One(s_numbers));
                return bytes;
            case 7 when at < bytes.Length:
                bytes[at] ^= (byte)(1 << Random.Next(8));
                return bytes;
            default:
                return [.. bytes[..at], (byte)Random.Next(256), .. bytes[Math.Min(at + 1, bytes.Length)..]];
        }
    }

    private byte[] Noise(int length)
    {
        byte[] bytes = new byte[length];
        Random.NextBytes(bytes);
        return bytes;
    }
}
