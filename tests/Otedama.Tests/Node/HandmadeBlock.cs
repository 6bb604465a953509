using System.Globalization;
using System.Text.Json.Nodes;
using Otedama.Core;

namespace Otedama.Tests.Node;

/// <summary>Builds and solves a block from a template as a miner would, with every part open to spoiling.</summary>
internal sealed class HandmadeBlock
{
    public required int Height { get; set; }

    public required Hash256 Previous { get; set; }

    public required uint Bits { get; set; }

    public required uint Time { get; set; }

    public uint Version { get; set; } = 0x2000_0000;

    public required Amount Value { get; set; }

    public List<Transaction> Others { get; init; } = [];

    public byte[] PayTo { get; set; } = [Script.Op1];

    public bool Commit { get; set; } = true;

    /// <summary>Set to spoil the witness commitment.</summary>
    public Hash256? Commitment { get; set; }

    /// <summary>Set to spoil the merkle root.</summary>
    public Hash256? Root { get; set; }

    /// <summary>Makes otherwise equal coinbases differ.</summary>
    public byte Tag { get; set; } = 1;

    public static HandmadeBlock From(JsonNode template) => new()
    {
        Height = (int)template["height"]!,
        Previous = Hash256.FromDisplay((string)template["previousblockhash"]!),
        Bits = uint.Parse((string)template["bits"]!, NumberStyles.HexNumber, CultureInfo.InvariantCulture),
        Time = (uint)template["curtime"]!,
        Value = new Amount((long)template["coinbasevalue"]!),
        Others = [.. template["transactions"]!.AsArray().Select(each => Transaction.Parse(Hex.Decode((string)each!["data"]!)))],
    };

    public Block Build(bool solve = true)
    {
        byte[] script = [.. Coinbase.HeightPush(Height), 1, Tag];
        TxInput input = new(OutPoint.Null, script, Coinbase.Sequence) { Witness = Commit ? Coinbase.ReservedWitness : [] };
        List<TxOutput> outputs = [new TxOutput(Value, PayTo)];
        if (Commit)
        {
            outputs.Add(new TxOutput(Amount.Zero, Coinbase.CommitmentScript(Commitment ?? Coinbase.Commitment(Others))));
        }
        Transaction[] all = [new Transaction(2, [input], outputs, Coinbase.LockTime(Height)), .. Others];
        Hash256 root = Root ?? Merkle.Root([.. all.Select(each => each.TxId)]);
        return Solve(new Block(new BlockHeader(Version, Previous, root, Time, Bits, 0), all), solve);
    }

    /// <summary>Searches a nonce; solved false searches one that fails.</summary>
    public static Block Solve(Block block, bool solved = true)
    {
        Target target = Target.FromCompact(block.Header.Bits);
        for (uint nonce = 0; ; nonce++)
        {
            BlockHeader header = block.Header with { Nonce = nonce };
            if (target.IsMetBy(header.Id) == solved)
            {
                return block with { Header = header };
            }
        }
    }

    public static string Hexed(Block block) => Hex.Encode(block.ToArray());

    /// <summary>An anyone-can-spend transaction from an OP_TRUE output.</summary>
    public static Transaction Spend(OutPoint point, params TxOutput[] outputs) =>
        new(2, [new TxInput(point, ReadOnlyMemory<byte>.Empty, TxInput.SequenceFinal)], outputs, 0);
}
