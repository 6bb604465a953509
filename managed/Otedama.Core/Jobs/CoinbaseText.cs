namespace Otedama.Core;

/// <summary>
/// A coinbase transaction around a hole for the extranonce: the bytes before it and the bytes after it, without
/// witness. The identifier is sha256d(Prefix + extranonce + Suffix).
/// </summary>
public sealed class CoinbaseText
{
    /// <summary>Bytes between the start of a coinbase and its script: version, input count, null outpoint, script length.</summary>
    private const int ScriptOffset = 4 + 1 + 36 + 1;

    private CoinbaseText(byte[] prefix, byte[] suffix)
    {
        Prefix = prefix;
        Suffix = suffix;
    }

    public ReadOnlyMemory<byte> Prefix { get; }

    public ReadOnlyMemory<byte> Suffix { get; }

    /// <summary>
    /// Serialises version, the null input with scriptBefore + extranonce + scriptAfter, the outputs in order and the
    /// lock time. Throws ArgumentException when the script leaves 2 to 100 bytes.
    /// </summary>
    public static CoinbaseText Write(
        uint version,
        ReadOnlySpan<byte> scriptBefore,
        int extranonceLength,
        ReadOnlySpan<byte> scriptAfter,
        uint sequence,
        IReadOnlyList<PayoutOutput> outputs,
        uint lockTime)
    {
        int script = scriptBefore.Length + extranonceLength + scriptAfter.Length;
        if (script is < Coinbase.ScriptBytesMin or > Coinbase.ScriptBytesMax)
        {
            throw new ArgumentException(
                $"coinbase script of {script} bytes; {Coinbase.ScriptBytesMin} to {Coinbase.ScriptBytesMax} are "
                + "allowed. Shorten the tag.");
        }
        ByteWriter before = new ByteWriter(ScriptOffset + scriptBefore.Length)
            .UInt32(version)
            .Byte(1) // one input
            .Hash(Hash256.Zero)
            .UInt32(uint.MaxValue) // the null outpoint
            .CompactSize((ulong)script)
            .Raw(scriptBefore);

        ByteWriter after = new ByteWriter(64 + scriptAfter.Length + (outputs.Count * 43))
            .Raw(scriptAfter)
            .UInt32(sequence)
            .CompactSize((ulong)outputs.Count);
        foreach (PayoutOutput output in outputs)
        {
            after.Int64(output.Amount.Units).Bytes(output.Script.Span);
        }
        return new CoinbaseText(before.ToArray(), after.UInt32(lockTime).ToArray());
    }
}
