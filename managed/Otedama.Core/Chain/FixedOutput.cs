namespace Otedama.Core;

/// <summary>A coinbase output that is nobody's share of the reward: what the coin or a merge-mined one demands.</summary>
/// <param name="Value">Smallest units; above 0 only where the coin demands the output.</param>
/// <param name="Script">1 to 83 bytes.</param>
public readonly record struct FixedOutput(ulong Value, ReadOnlyMemory<byte> Script)
{
    public const int CountMax = 8, ScriptBytesMin = 1, ScriptBytesMax = 83;

    /// <summary>Throws FormatException.</summary>
    internal static FixedOutput[] ReadAll(ref ByteReader reader)
    {
        int count = reader.Byte();
        List<FixedOutput> outputs = []; // the count is a stranger's: nothing is allocated for it before its bytes are there
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
