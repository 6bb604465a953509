namespace Otedama.Core;

/// <summary>A transaction of the Bitcoin family, with or without witness (BIP 144). Immutable.</summary>
public sealed class Transaction
{
    /// <summary>Smallest serialisations: outpoint, empty script, sequence; and amount, empty script.</summary>
    private const int InputBytesMin = 41, OutputBytesMin = 9;

    private readonly Lazy<(Hash256 TxId, Hash256 WTxId, int Stripped, int Full)> _digest;

    public Transaction(int version, IReadOnlyList<TxInput> inputs, IReadOnlyList<TxOutput> outputs, uint lockTime)
    {
        (Version, Inputs, Outputs, LockTime) = (version, inputs, outputs, lockTime);
        HasWitness = inputs.Any(input => input.Witness.Count > 0);
        _digest = new(Digest);
    }

    public int Version { get; }

    public IReadOnlyList<TxInput> Inputs { get; }

    public IReadOnlyList<TxOutput> Outputs { get; }

    /// <summary>Height below 500,000,000, else seconds since 1970.</summary>
    public uint LockTime { get; }

    public bool HasWitness { get; }

    public bool IsCoinbase => Inputs.Count == 1 && Inputs[0].Previous.IsNull;

    /// <summary>Hash of the stripped serialisation: the merkle leaf.</summary>
    public Hash256 TxId => _digest.Value.TxId;

    /// <summary>Hash of the full serialisation. The commitment counts a coinbase's as zero; see Witness.</summary>
    public Hash256 WTxId => _digest.Value.WTxId;

    /// <summary>Bytes without witness.</summary>
    public int StrippedSize => _digest.Value.Stripped;

    /// <summary>Bytes with witness.</summary>
    public int Size => _digest.Value.Full;

    /// <summary>BIP 141: three times the stripped size plus the full size.</summary>
    public int Weight => (StrippedSize * 3) + Size;

    /// <summary>Weight in fours, rounded up.</summary>
    public int VirtualSize => (Weight + 3) / 4;

    /// <summary>Parses a whole buffer; bytes left over are an error. Throws FormatException.</summary>
    public static Transaction Parse(ReadOnlySpan<byte> data)
    {
        ByteReader reader = new(data);
        Transaction transaction = Read(ref reader);
        return reader.Left == 0 ? transaction : throw new FormatException($"{reader.Left} bytes left over after the transaction");
    }

    public static Transaction Read(ref ByteReader reader)
    {
        int version = reader.Int32();
        bool extended = reader.Peek() == 0 && reader.Peek(1) == 1; // marker and flag of BIP 144
        if (extended)
        {
            reader.Take(2);
        }
        TxInput[] inputs = new TxInput[reader.Count(InputBytesMin)];
        for (int i = 0; i < inputs.Length; i++)
        {
            OutPoint previous = new(reader.Hash(), reader.UInt32());
            inputs[i] = new TxInput(previous, reader.Bytes(), reader.UInt32());
        }
        TxOutput[] outputs = new TxOutput[reader.Count(OutputBytesMin)];
        for (int i = 0; i < outputs.Length; i++)
        {
            outputs[i] = new TxOutput(new Amount(reader.Int64()), reader.Bytes());
        }
        if (extended)
        {
            ReadWitnesses(ref reader, inputs);
        }
        return new Transaction(version, inputs, outputs, reader.UInt32());
    }

    /// <summary>Appends the serialisation; without witness it is what the txid covers.</summary>
    public void Write(ByteWriter writer, bool witness)
    {
        bool extended = witness && HasWitness;
        writer.Int32(Version);
        if (extended)
        {
            writer.Byte(0).Byte(1);
        }
        writer.CompactSize((ulong)Inputs.Count);
        foreach (TxInput input in Inputs)
        {
            writer.Hash(input.Previous.TxId).UInt32(input.Previous.Index).Bytes(input.Script.Span).UInt32(input.Sequence);
        }
        writer.CompactSize((ulong)Outputs.Count);
        foreach (TxOutput output in Outputs)
        {
            writer.Int64(output.Amount.Units).Bytes(output.Script.Span);
        }
        if (extended)
        {
            WriteWitnesses(writer);
        }
        writer.UInt32(LockTime);
    }

    public byte[] ToArray(bool witness = true)
    {
        ByteWriter writer = new();
        Write(writer, witness);
        return writer.ToArray();
    }

    private static void ReadWitnesses(ref ByteReader reader, TxInput[] inputs)
    {
        bool any = false;
        for (int i = 0; i < inputs.Length; i++)
        {
            ReadOnlyMemory<byte>[] items = new ReadOnlyMemory<byte>[reader.Count(1)];
            for (int item = 0; item < items.Length; item++)
            {
                items[item] = reader.Bytes();
            }
            any |= items.Length > 0;
            inputs[i] = inputs[i] with { Witness = items };
        }
        if (!any)
        {
            throw new FormatException("the witness flag is set but no input has a witness");
        }
    }

    private void WriteWitnesses(ByteWriter writer)
    {
        foreach (TxInput input in Inputs)
        {
            writer.CompactSize((ulong)input.Witness.Count);
            foreach (ReadOnlyMemory<byte> item in input.Witness)
            {
                writer.Bytes(item.Span);
            }
        }
    }

    private (Hash256 TxId, Hash256 WTxId, int Stripped, int Full) Digest()
    {
        byte[] stripped = ToArray(witness: false);
        Hash256 txId = Sha256d.Hash(stripped);
        if (!HasWitness)
        {
            return (txId, txId, stripped.Length, stripped.Length);
        }
        byte[] full = ToArray();
        return (txId, Sha256d.Hash(full), stripped.Length, full.Length);
    }
}
