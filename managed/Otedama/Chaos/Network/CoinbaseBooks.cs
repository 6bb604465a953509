using Otedama.Core;

namespace Otedama;

/// <summary>Whom a coin block's first transaction pays, read from the block's bytes.</summary>
internal static class CoinbaseBooks
{
    private const int HeaderBytes = 80;

    /// <summary>Its outputs but for those that are worth nothing, in their order. Throws FormatException.</summary>
    public static IReadOnlyList<PayoutOutput> Payees(byte[] block)
    {
        const int Outpoint = 36, Sequence = 4;
        ByteReader reader = new(block);
        reader.Take(HeaderBytes);
        reader.Count(1); // transactions
        reader.Take(sizeof(uint)); // version
        reader.Count(1); // inputs: one
        reader.Take(Outpoint);
        reader.Take(reader.Count(1));
        reader.Take(Sequence);
        PayoutOutput[] outputs = new PayoutOutput[reader.Count(1)];
        for (int i = 0; i < outputs.Length; i++)
        {
            Amount amount = new((long)reader.UInt64());
            outputs[i] = new PayoutOutput(reader.Take(reader.Count(1)).ToArray(), amount);
        }
        return [.. outputs.Where(static output => output.Amount > Amount.Zero)];
    }
}
