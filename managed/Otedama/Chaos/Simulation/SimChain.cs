using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama;

/// <summary>
/// The rules of the simulated coin, which are those of a Bitcoin node as far as a pool can break them: proof of work,
/// parent,
/// time, merkle root, the coinbase's height and amount, and transactions that exist. Pure but for what it remembers.
/// </summary>
internal sealed class SimChain
{
    /// <summary>Transactions that wait on top of a block at most.</summary>
    public const int WaitingMax = 4;

    private const int CoinbaseScriptMax = 100;
    private const uint AheadMax = 7_200;

    private readonly Dictionary<Hash256, SimBlock> _blocks = [];

    public SimChain(CoinSpec coin, uint bits, uint time)
    {
        (Coin, Bits, Target) = (coin, bits, Target.FromCompact(bits));
        Genesis = new SimBlock(Hash256.FromDisplay(new string('0', 63) + "1"), null, 0, time, null, Amount.Zero);
        _blocks[Genesis.Id] = Genesis;
    }

    public CoinSpec Coin { get; }

    /// <summary>The difficulty never changes.</summary>
    public uint Bits { get; }

    public Target Target { get; }

    public SimBlock Genesis { get; }

    /// <summary>Every valid block there is, whichever nodes know it.</summary>
    public IReadOnlyDictionary<Hash256, SimBlock> Blocks => _blocks;

    /// <summary>The i-th transaction that waits to be mined on this block.</summary>
    public static Transaction Waiting(SimBlock parent, int i) => new(
        2,
        [new TxInput(new OutPoint(parent.Id, (uint)i), ReadOnlyMemory<byte>.Empty, TxInput.SequenceFinal)],
        [new TxOutput(new Amount(1_000), Script.PayToPublicKeyHash(new byte[20]))],
        0);

    public static Amount FeeOf(SimBlock parent, int i)
    {
        Span<byte> id = stackalloc byte[Hash256.Size];
        parent.Id.CopyTo(id);
        return new Amount(BinaryPrimitives.ReadUInt16LittleEndian(id[(2 * i)..]));
    }

    public Amount RewardOf(SimBlock parent, int transactions)
    {
        Amount reward = Coin.Subsidy(parent.Height + 1);
        for (int i = 0; i < transactions; i++)
        {
            reward += FeeOf(parent, i);
        }
        return reward;
    }

    /// <summary>A block of somebody who does not use the pool.</summary>
    public SimBlock Extend(SimBlock parent, uint time, SeededRandom random)
    {
        byte[] id = new byte[Hash256.Size];
        random.Fill(id.AsSpan(0, 24));
        SimBlock block = new(new Hash256(id), parent, parent.Height + 1, Math.Max(time, parent.MedianTime + 1), null,
            RewardOf(parent, 0));
        _blocks.Add(block.Id, block);
        return block;
    }

    /// <summary>
    /// Reads a block in its serialised form. Returns it and null, or null and why no node takes it, in the words of
    /// BIP 22.
    /// A block without a proof is taken as a proposal only.
    /// </summary>
    public (SimBlock? Block, string? Problem) Read(ReadOnlySpan<byte> bytes, uint now, bool isProposal)
    {
        try
        {
            ByteReader reader = new(bytes);
            BlockHeader header = BlockHeader.Read(ref reader);
            Transaction[] transactions = new Transaction[reader.Count(60)];
            for (int i = 0; i < transactions.Length; i++)
            {
                transactions[i] = Transaction.Read(ref reader);
            }
            if (reader.Left > 0 || transactions.Length == 0)
            {
                return (null, "bad-blk-length");
            }
            return Check(header, transactions, now, isProposal);
        }
        catch (FormatException)
        {
            return (null, "Block decode failed");
        }
    }

    private (SimBlock? Block, string? Problem) Check(BlockHeader header, Transaction[] transactions, uint now,
        bool isProposal)
    {
        Hash256 id = header.FieldsHash;
        if (_blocks.TryGetValue(id, out SimBlock? known))
        {
            return (known, null);
        }
        if (!_blocks.TryGetValue(header.PreviousHash, out SimBlock? parent))
        {
            return (null, "prev-blk-not-found");
        }
        string? problem = HeaderProblem(header, id, parent, now, isProposal) ?? BodyProblem(header, transactions,
            parent);
        if (problem is not null || isProposal)
        {
            return (null, problem);
        }
        SimBlock block = new(id, parent, parent.Height + 1, header.Time, transactions[0], RewardOf(parent,
            transactions.Length - 1));
        _blocks.Add(id, block);
        return (block, null);
    }

    private string? HeaderProblem(BlockHeader header, Hash256 id, SimBlock parent, uint now, bool isProposal) =>
        header.Bits != Bits ? "bad-diffbits"
        : !isProposal && !Target.IsMetBy(id) ? "high-hash"
        : header.Time <= parent.MedianTime ? "time-too-old"
        : header.Time > now + AheadMax ? "time-too-new"
        : null;

    private string? BodyProblem(BlockHeader header, Transaction[] transactions, SimBlock parent)
    {
        if (Merkle.Root([.. transactions.Select(static transaction => transaction.TxId)]) != header.MerkleRoot)
        {
            return "bad-txnmrklroot";
        }
        Transaction coinbase = transactions[0];
        ReadOnlySpan<byte> script = coinbase.IsCoinbase ? coinbase.Inputs[0].Script.Span : [];
        if (script.Length is < 2 or > CoinbaseScriptMax)
        {
            return "bad-cb-length";
        }
        if (!Coinbase.HasHeight(script, parent.Height + 1))
        {
            return "bad-cb-height";
        }
        for (int i = 1; i < transactions.Length; i++)
        {
            if (i > WaitingMax || transactions[i].TxId != Waiting(parent, i - 1).TxId)
            {
                return "bad-txns-inputs-missingorspent";
            }
        }
        long paid = coinbase.Outputs.Sum(static output => output.Amount.Units);
        return paid > RewardOf(parent, transactions.Length - 1).Units ? "bad-cb-amount" : null;
    }
}
