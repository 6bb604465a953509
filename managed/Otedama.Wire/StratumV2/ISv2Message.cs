namespace Otedama.Wire;

/// <summary>
/// A message of Stratum V2. Its spans lie in the payload it was read from and are valid as long as that is. All
/// integers are little-endian; hashes and targets are 32 bytes in chain order, targets as little-endian numbers.
/// </summary>
public interface ISv2Message
{
    static abstract Sv2Type Type { get; }

    /// <summary>Shows every field, in the order of the wire, to who reads, writes or compares them.</summary>
    void Visit<TFields>(scoped ref TFields fields)
        where TFields : struct, ISv2Fields, allows ref struct;
}
