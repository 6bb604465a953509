namespace Otedama.Core;

/// <summary>A coinbase output that is nobody's part of the reward: the coin or a merge-mined one demands it.</summary>
/// <param name="Value">Smallest units; above 0 only where the coin demands the output.</param>
/// <param name="Script">1 to 83 bytes.</param>
public readonly record struct FixedOutput(ulong Value, ReadOnlyMemory<byte> Script)
{
    public const int CountMax = 8, ScriptBytesMin = 1, ScriptBytesMax = 83;

    /// <summary>Throws OverflowException for a value over 2^63.</summary>
    public PayoutOutput ToOutput() => new(Script, new Amount(checked((long)Value)));

    /// <summary>Throws FormatException.</summary>
    internal static FixedOutput[] ReadAll(ref ByteReader reader)
    {
        int count = reader.Byte();
        List<FixedOutput> outputs = []; // grows with the bytes that are there, not with a stranger's count
        for (int i = 0; i < count; i++)
        {
            ulong value = reader.UInt64();
            outputs.Add(new FixedOutput(value, reader.Take(reader.Byte()).ToArray()));
        }
        return [.. outputs];
    }

    internal static void WriteAll(ByteWriter writer, IReadOnlyList<FixedOutput> outputs)
    {
        writer.Byte(checked((byte)outputs.Count));
        foreach (FixedOutput output in outputs)
        {
            writer.UInt64(output.Value).Byte(checked((byte)output.Script.Length)).Raw(output.Script.Span);
        }
    }
}
