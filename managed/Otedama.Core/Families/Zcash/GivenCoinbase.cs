namespace Otedama.Core;

/// <summary>
/// A coinbase that a node of the Zcash family offers (coinbasetxn): one output is the miner's, the others are the chain's own
/// demands. Script and the miner's output can be replaced. Version 5, whose identifier is a tree of hashes, is written as
/// version 4, which stays valid; everything else is kept byte by byte.
/// </summary>
public sealed class GivenCoinbase
{
    private const uint Overwintered = 0x8000_0000, SaplingGroup = 0x892f_2085;

    private const uint VersionSapling = 4, VersionNu5 = 5;

    private const int OutputsMax = 10_000;

    private readonly byte[] _head;
    private readonly byte[] _tail;

    private GivenCoinbase(uint version, byte[] head, byte[] script, uint sequence, IReadOnlyList<TxOutput> outputs, byte[] tail) =>
        (Version, _head, Script, Sequence, Outputs, _tail) = (version, head, script, sequence, outputs, tail);

    /// <summary>As offered, 1 to 5.</summary>
    public uint Version { get; }

    public ReadOnlyMemory<byte> Script { get; }

    public uint Sequence { get; }

    public IReadOnlyList<TxOutput> Outputs { get; }

    /// <summary>
    /// Which output is the miner's where the node does not say: the largest, as what chains demand is a part of the reward.
    /// </summary>
    public int LargestOutput
    {
        get
        {
            int largest = 0;
            for (int i = 1; i < Outputs.Count; i++)
            {
                largest = Outputs[i].Amount > Outputs[largest].Amount ? i : largest;
            }
            return largest;
        }
    }

    /// <summary>Throws FormatException for other versions, more than one input, or anything shielded.</summary>
    public static GivenCoinbase Parse(ReadOnlySpan<byte> data)
    {
        ByteReader reader = new(data);
        uint header = reader.UInt32();
        uint version = header & ~Overwintered;
        if (version is 0 or > VersionNu5)
        {
            throw new FormatException($"a coinbase of transaction version {version}; versions 1 to {VersionNu5} are known");
        }
        byte[] ending = [];
        if ((header & Overwintered) != 0)
        {
            reader.UInt32(); // version group
            ending = version == VersionNu5 ? ReadNu5Times(ref reader) : [];
        }
        byte[] head = version == VersionNu5
            ? new ByteWriter(8).UInt32(Overwintered | VersionSapling).UInt32(SaplingGroup).ToArray()
            : data[..reader.Position].ToArray();
        if (reader.CompactSize() != 1 || !new OutPoint(reader.Hash(), reader.UInt32()).IsNull)
        {
            throw new FormatException("the offered coinbase does not have the one empty input of a coinbase");
        }
        (byte[] script, uint sequence) = (reader.Bytes(), reader.UInt32());
        TxOutput[] outputs = new TxOutput[reader.Count(9)];
        if (outputs.Length is 0 or > OutputsMax)
        {
            throw new FormatException($"the offered coinbase has {outputs.Length} outputs; 1 to {OutputsMax} make sense");
        }
        for (int i = 0; i < outputs.Length; i++)
        {
            outputs[i] = new TxOutput(new Amount(reader.Int64()), reader.Bytes());
        }
        ReadOnlySpan<byte> tail = reader.Take(reader.Left);
        if (version == VersionNu5 && (tail.Length != 3 || tail.ContainsAnyExcept((byte)0)))
        {
            throw new FormatException("the offered coinbase pays a shielded address; give the node a transparent one");
        }
        return new GivenCoinbase(version, head, script, sequence, outputs, [.. ending, .. version == VersionNu5 ? [] : tail]);
    }

    /// <summary>The whole transaction with this script, and these outputs in place of output `miner`.</summary>
    public byte[] With(ReadOnlySpan<byte> script, IReadOnlyList<PayoutOutput> payees, int miner)
    {
        if (script.Length is < Coinbase.ScriptBytesMin or > Coinbase.ScriptBytesMax)
        {
            throw new ArgumentException(
                $"coinbase script of {script.Length} bytes; {Coinbase.ScriptBytesMin} to {Coinbase.ScriptBytesMax} are allowed. Shorten the tag.");
        }
        ByteWriter writer = new ByteWriter(256 + (43 * payees.Count))
            .Raw(_head).Byte(1).Hash(Hash256.Zero).UInt32(uint.MaxValue).Bytes(script).UInt32(Sequence)
            .CompactSize((ulong)(payees.Count + Outputs.Count - 1));
        for (int i = 0; i < Outputs.Count; i++)
        {
            if (i == miner)
            {
                foreach (PayoutOutput payee in payees)
                {
                    writer.Int64(payee.Amount.Units).Bytes(payee.Script.Span);
                }
            }
            else
            {
                writer.Int64(Outputs[i].Amount.Units).Bytes(Outputs[i].Script.Span);
            }
        }
        return writer.Raw(_tail).ToArray();
    }

    /// <summary>
    /// Branch, lock time and expiry come before the inputs in version 5; in version 4 the latter two come last, with the
    /// value balance of zero and three empty lists.
    /// </summary>
    private static byte[] ReadNu5Times(ref ByteReader reader)
    {
        reader.UInt32(); // consensus branch
        return new ByteWriter(19).UInt32(reader.UInt32()).UInt32(reader.UInt32()).Int64(0).Byte(0).Byte(0).Byte(0).ToArray();
    }
}
