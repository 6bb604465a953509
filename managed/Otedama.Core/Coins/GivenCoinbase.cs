namespace Otedama.Core;

/// <summary>
/// A coinbase that a node of the Zcash family offers (coinbasetxn): its first output is the miner's, the others are the
/// chain's own demands. Script and first output can be replaced; everything else is kept byte by byte.
/// </summary>
public sealed class GivenCoinbase
{
    private const uint Overwintered = 0x8000_0000;

    /// <summary>From this version on the identifier is a tree of hashes, and the header commits to the script.</summary>
    private const uint VersionTooNew = 5;

    private const int OutputsMax = 10_000;

    private readonly byte[] _head;
    private readonly byte[] _tail;

    private GivenCoinbase(byte[] head, byte[] script, uint sequence, IReadOnlyList<TxOutput> outputs, byte[] tail) =>
        (_head, Script, Sequence, Outputs, _tail) = (head, script, sequence, outputs, tail);

    public ReadOnlyMemory<byte> Script { get; }

    public uint Sequence { get; }

    /// <summary>The miner's first.</summary>
    public IReadOnlyList<TxOutput> Outputs { get; }

    /// <summary>
    /// Transaction versions 1 to 4, with or without the Overwinter header. Throws FormatException for anything else.
    /// </summary>
    public static GivenCoinbase Parse(ReadOnlySpan<byte> data)
    {
        ByteReader reader = new(data);
        uint header = reader.UInt32();
        uint version = header & ~Overwintered;
        if (version is 0 or >= VersionTooNew)
        {
            throw new FormatException($"a coinbase of transaction version {version}; versions 1 to 4 can be rewritten");
        }
        if ((header & Overwintered) != 0)
        {
            reader.UInt32(); // version group
        }
        byte[] head = data[..reader.Position].ToArray();
        if (reader.CompactSize() != 1 || !new OutPoint(reader.Hash(), reader.UInt32()).IsNull)
        {
            throw new FormatException("the offered coinbase does not have the one empty input of a coinbase");
        }
        byte[] script = reader.Bytes();
        uint sequence = reader.UInt32();
        var outputs = new TxOutput[reader.Count(9)];
        if (outputs.Length is 0 or > OutputsMax)
        {
            throw new FormatException($"the offered coinbase has {outputs.Length} outputs; 1 to {OutputsMax} make sense");
        }
        for (int i = 0; i < outputs.Length; i++)
        {
            outputs[i] = new TxOutput(new Amount(reader.Int64()), reader.Bytes());
        }
        return new GivenCoinbase(head, script, sequence, outputs, reader.Take(reader.Left).ToArray());
    }

    /// <summary>The whole transaction with this script, and these outputs in place of the miner's.</summary>
    public byte[] With(ReadOnlySpan<byte> script, IReadOnlyList<PayoutOutput> payees)
    {
        if (script.Length is < Coinbase.ScriptBytesMin or > Coinbase.ScriptBytesMax)
        {
            throw new ArgumentException(
                $"coinbase script of {script.Length} bytes; {Coinbase.ScriptBytesMin} to {Coinbase.ScriptBytesMax} are allowed. Shorten the tag.");
        }
        ByteWriter writer = new ByteWriter(256 + (43 * payees.Count))
            .Raw(_head).Byte(1).Hash(Hash256.Zero).UInt32(uint.MaxValue).Bytes(script).UInt32(Sequence)
            .CompactSize((ulong)(payees.Count + Outputs.Count - 1));
        foreach (PayoutOutput payee in payees)
        {
            writer.Int64(payee.Amount.Units).Bytes(payee.Script.Span);
        }
        foreach (TxOutput required in Outputs.Skip(1))
        {
            writer.Int64(required.Amount.Units).Bytes(required.Script.Span);
        }
        return writer.Raw(_tail).ToArray();
    }
}
