using CsCheck;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Coins;

public class TransactionTests
{
    private static readonly Gen<ReadOnlyMemory<byte>> s_bytes = Gen.Byte.Array[0, 300].Select(bytes => (ReadOnlyMemory<byte>)bytes);

    private static readonly Gen<Hash256> s_hash = Gen.Byte.Array[32].Select(bytes => new Hash256(bytes));

    private static readonly Gen<TxInput> s_input = Gen.Select(s_hash, Gen.UInt, s_bytes, Gen.UInt, s_bytes.Array[0, 4],
        (hash, index, script, sequence, witness) => new TxInput(new OutPoint(hash, index), script, sequence) { Witness = witness });

    private static readonly Gen<TxOutput> s_output = Gen.Select(Gen.Long[0, 21_000_000_00000000], s_bytes,
        (units, script) => new TxOutput(new Amount(units), script));

    private static readonly Gen<Transaction> s_transaction = Gen.Select(Gen.Int, s_input.Array[1, 5], s_output.Array[0, 5], Gen.UInt,
        (version, inputs, outputs, lockTime) => new Transaction(version, inputs, outputs, lockTime));

    [Fact]
    public void Serialising_and_parsing_again_changes_nothing() => s_transaction.Sample(transaction =>
    {
        byte[] bytes = transaction.ToArray();
        Transaction again = Transaction.Parse(bytes);
        Assert.Equal(bytes, again.ToArray());
        Assert.Equal(transaction.TxId, again.TxId);
        Assert.Equal(transaction.WTxId, again.WTxId);
        Assert.Equal(bytes.Length, again.Size);
        Assert.Equal(Sha256d.Hash(transaction.ToArray(witness: false)), again.TxId);
    }, iter: 500);

    [Fact]
    public void Blocks_round_trip() => s_transaction.Array[1, 4].Sample(transactions =>
    {
        Block block = new(new BlockHeader(1, Hash256.Zero, Hash256.Zero, 2, 3, 4), transactions);
        Block again = Block.Parse(block.ToArray());
        Assert.Equal(block.ToArray(), again.ToArray());
        Assert.Equal((3 * block.ToArray(witness: false).Length) + block.ToArray().Length, again.Weight);
    }, iter: 100);

    [Fact]
    public void Every_cut_and_every_extra_byte_is_refused() => s_transaction.Sample(transaction =>
    {
        byte[] bytes = transaction.ToArray();
        Assert.Throws<FormatException>(() => Transaction.Parse(bytes.AsSpan(..^1)));
        Assert.Throws<FormatException>(() => Transaction.Parse([.. bytes, 0]));
        Assert.Throws<FormatException>(() => Transaction.Parse(bytes.AsSpan(..(bytes.Length / 2))));
    }, iter: 100);

    [Fact]
    public void Hostile_bytes_only_ever_cause_FormatException()
    {
        Random random = new(20260101);
        TxInput input = new(new OutPoint(Sha256d.Hash([1]), 2), new byte[30], 4) { Witness = [new byte[72], new byte[33]] };
        Transaction seed = new(2, [input, input], [new TxOutput(new Amount(5), new byte[22]), new TxOutput(new Amount(6), new byte[34])], 7);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = seed.ToArray();
            for (int flips = random.Next(1, 8); flips > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }
            try
            {
                Transaction.Parse(bytes.AsSpan(..random.Next(bytes.Length + 1)));
            }
            catch (FormatException)
            {
                // The one allowed failure.
            }
        }
    }

    [Theory]
    [InlineData("0100000000fdffff")]                   // one input list of 65,535 in 0 bytes
    [InlineData("01000000ffffffffffffffffff")]         // 2^64 - 1 inputs
    [InlineData("01000000feffffff7f")]                 // 2^31 - 1 inputs
    [InlineData("01000000fd0100")]                     // 1 in three bytes: not the shortest form
    public void Attacker_chosen_counts_are_refused_before_allocation(string hex)
    {
        byte[] bytes = Hex.Decode(hex);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<FormatException>(() => Transaction.Parse(bytes));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }

    [Fact]
    public void A_witness_flag_without_witness_is_refused() =>
        Assert.Throws<FormatException>(() => Transaction.Parse(Hex.Decode(
            "010000000001" + "01" + new string('0', 64) + "00000000" + "00" + "ffffffff" + "00" + "00" + "00000000")));
}
