using Otedama.Core;

namespace Otedama.Node;

/// <summary>A block from a template with one payee: for generatetoaddress.</summary>
internal static class BlockAssembly
{
    private const uint Version = 0x2000_0000;

    public static Block Draft(BlockTemplate template, ReadOnlyMemory<byte> script, uint time, uint bits)
    {
        List<Transaction> others = [.. template.Bodies];
        byte[] unlocking = [.. Coinbase.HeightPush(template.Height), .. Script.PushData("otedama"u8)];
        TxInput input = new(OutPoint.Null, unlocking, Coinbase.Sequence) { Witness = Coinbase.ReservedWitness };
        TxOutput commitment = new(Amount.Zero, Coinbase.CommitmentScript(Coinbase.Commitment(others)));
        Transaction coinbase = new(2, [input], [new TxOutput(template.CoinbaseValue, script), commitment], Coinbase.LockTime(template.Height));
        Transaction[] all = [coinbase, .. others];
        Hash256 root = Merkle.Root([.. all.Select(transaction => transaction.TxId)]);
        return new Block(new BlockHeader(Version, template.Tip.Id, root, time, bits, 0), all);
    }
}
