using Otedama.Core;

namespace Otedama.Node;

/// <summary>
/// Whether an input may spend its coin. The embedded chain knows three locks: OP_TRUE, and as P2WSH either OP_TRUE
/// or one secp256k1 key. Every other script can be paid to but not spent from here.
/// </summary>
internal static class SpendRules
{
    private const byte SigHashAll = 1;

    /// <summary>Null when allowed, else the reason in Bitcoin Core's frame.</summary>
    public static string? Check(Transaction transaction, int index, Coin coin)
    {
        TxInput input = transaction.Inputs[index];
        ReadOnlySpan<byte> script = coin.Output.Script.Span;
        if (script is [Script.Op1])
        {
            return input.Script.Length == 0 && input.Witness.Count == 0 ? null : Failed("unlocking data for OP_TRUE must be empty");
        }
        if (!Script.TryWitnessProgram(script, out int version, out ReadOnlySpan<byte> program) || version != 0 || program.Length != Hash256.Size)
        {
            return Failed("this chain spends only OP_TRUE and P2WSH of one key");
        }
        if (input.Script.Length != 0)
        {
            return Failed("Witness requires empty scriptSig");
        }
        if (input.Witness.Count == 0)
        {
            return Failed("Witness program was passed an empty witness");
        }
        ReadOnlySpan<byte> inner = input.Witness[^1].Span;
        Span<byte> digest = stackalloc byte[Hash256.Size];
        System.Security.Cryptography.SHA256.HashData(inner, digest);
        return digest.SequenceEqual(program) ? CheckInner(transaction, index, coin, inner) : Failed("Witness program hash mismatch");
    }

    private static string? CheckInner(Transaction transaction, int index, Coin coin, ReadOnlySpan<byte> inner)
    {
        IReadOnlyList<ReadOnlyMemory<byte>> witness = transaction.Inputs[index].Witness;
        if (inner is [Script.Op1])
        {
            return witness.Count == 1 ? null : Failed("Stack size must be exactly one after execution");
        }
        bool oneKey = inner is [Secp256k1.PublicKeyBytes, .., Script.OpCheckSig] && inner.Length == Secp256k1.PublicKeyBytes + 2;
        if (!oneKey)
        {
            return Failed("this chain spends only OP_TRUE and P2WSH of one key");
        }
        ReadOnlySpan<byte> signature = witness.Count == 2 ? witness[0].Span : [];
        if (signature.Length < 9 || signature[^1] != SigHashAll)
        {
            return Failed("one DER signature with SIGHASH_ALL is required");
        }
        Hash256 hash = SignatureHash(transaction, index, inner, coin.Output.Amount);
        return Secp256k1.Verify(inner[1..^1], hash, signature[..^1]) ? null : Failed("Signature must be valid");
    }

    /// <summary>The hash a SIGHASH_ALL signature covers (BIP 143).</summary>
    public static Hash256 SignatureHash(Transaction transaction, int index, ReadOnlySpan<byte> scriptCode, Amount amount)
    {
        ByteWriter previous = new(), sequences = new(), outputs = new();
        foreach (TxInput each in transaction.Inputs)
        {
            previous.Hash(each.Previous.TxId).UInt32(each.Previous.Index);
            sequences.UInt32(each.Sequence);
        }
        foreach (TxOutput output in transaction.Outputs)
        {
            outputs.Int64(output.Amount.Units).Bytes(output.Script.Span);
        }
        TxInput input = transaction.Inputs[index];
        ByteWriter all = new();
        all.Int32(transaction.Version).Hash(Sha256d.Hash(previous.Span)).Hash(Sha256d.Hash(sequences.Span));
        all.Hash(input.Previous.TxId).UInt32(input.Previous.Index).Bytes(scriptCode).Int64(amount.Units).UInt32(input.Sequence);
        all.Hash(Sha256d.Hash(outputs.Span)).UInt32(transaction.LockTime).UInt32(SigHashAll);
        return Sha256d.Hash(all.Span);
    }

    private static string Failed(string detail) => $"mandatory-script-verify-flag-failed ({detail})";
}
