namespace Otedama.Core;

/// <summary>
/// A template with what all its jobs share, computed once: merkle branches and the part of the block after the
/// coinbase. Thread-safe.
/// </summary>
public sealed class PreparedTemplate
{
    private volatile byte[]? _tailHex;

    public PreparedTemplate(Template template)
    {
        Template = template;
        Branches = JobBuilder.MerkleBranches(template);
        Measure = BlockMeasure.OfTransactions(template);
    }

    public Template Template { get; }

    /// <summary>Merkle siblings of the coinbase, 32 bytes each in chain order, deepest first.</summary>
    public ReadOnlyMemory<byte> Branches { get; }

    /// <summary>What a block takes beside its coinbase.</summary>
    public BlockMeasure Measure { get; }

    /// <summary>The first job that was made of a template whose jobs are all the same work; 0 before. Written under the mint lock.</summary>
    public uint FirstJob { get; set; }

    /// <summary>
    /// Transactions and suffix as lower-case hex in ASCII, made on first use. Warm it up after publishing so that a
    /// found block finds it ready.
    /// </summary>
    public ReadOnlyMemory<byte> TailHex => _tailHex ??= WriteTail();

    /// <summary>True when jobs of both are the same work for the same reward; times and sources may differ.</summary>
    public bool IsSameWorkAs(PreparedTemplate other) =>
        Template.CoinbaseValue == other.Template.CoinbaseValue
        && Template.Version == other.Template.Version
        && Template.VersionRequired == other.Template.VersionRequired
        && Template.Bits == other.Template.Bits
        && Template.Reserved == other.Template.Reserved
        && Template.Solution.Span.SequenceEqual(other.Template.Solution.Span)
        && Branches.Span.SequenceEqual(other.Branches.Span);

    /// <summary>Gives the hex back when a newer template took over; a late block writes it again.</summary>
    public void Cool() => _tailHex = null;

    private byte[] WriteTail()
    {
        int length = Template.BlockSuffix.Length;
        foreach (TemplateTransaction transaction in Template.Transactions)
        {
            length += transaction.Data.Length;
        }
        byte[] hex = new byte[2 * length];
        int position = 0;
        foreach (TemplateTransaction transaction in Template.Transactions)
        {
            Convert.TryToHexStringLower(transaction.Data.Span, hex.AsSpan(position), out int written);
            position += written;
        }
        Convert.TryToHexStringLower(Template.BlockSuffix.Span, hex.AsSpan(position), out _);
        return hex;
    }
}
