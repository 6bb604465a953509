namespace Otedama.Pool;

/// <summary>Numbers nobody can foresee; a simulation gives those of its seed. Any thread.</summary>
public interface IRandomness
{
    /// <summary>Fills all of it.</summary>
    void Fill(Span<byte> bytes);

    /// <summary>Any of the 2^64 values, each as likely.</summary>
    ulong NextUInt64();
}
