namespace Otedama.Core;

/// <summary>What a share says and its proof of work commits to: the core, 186 bytes or more (fields 1 to 18).</summary>
public sealed record ShareCore
{
    /// <summary>The only version there is; first byte of every share.</summary>
    public const byte Version = 1;

    /// <summary>Index into the caps of the parameters: how many payees the coinbase has at most.</summary>
    public required byte CapClass { get; init; }

    /// <summary>Zero in this version. Bits 0 to 3: how many powers of two the target is harder.</summary>
    public ushort Flags { get; init; }

    /// <summary>Id of the share before; the chain id where there is none.</summary>
    public required Hash256 Parent { get; init; }

    /// <summary>Ids, ascending as byte strings (ChainShare.CompareIds).</summary>
    public IReadOnlyList<Hash256> Uncles { get; init; } = [];

    /// <summary>The parent's plus 1; the virtual genesis has 0.</summary>
    public required uint Height { get; init; }

    /// <summary>The parent's plus 1 and 1 for each uncle: how many shares this chain counts.</summary>
    public required ulong Sequence { get; init; }

    /// <summary>Milliseconds since 1970.</summary>
    public required ulong TimeMs { get; init; }

    /// <summary>The share's target, compact.</summary>
    public required uint Bits { get; init; }

    /// <summary>Work of the whole chain up to this share, uncles included.</summary>
    public required UInt128 CumulativeWork { get; init; }

    public required PayoutKey Payout { get; init; }

    /// <summary>Hundredths of a percent of this share's credit that go to FeePayout; at most 1,000.</summary>
    public ushort FeeBasisPoints { get; init; }

    /// <summary>Nobody exactly when the fee is 0.</summary>
    public PayoutKey FeePayout { get; init; }

    public uint SoftwareId { get; init; }

    public uint SoftwareVersion { get; init; }

    /// <summary>Height of the coin block the share would be.</summary>
    public required uint CoinHeight { get; init; }

    /// <summary>Everything the coinbase pays, smallest units.</summary>
    public required ulong CoinValue { get; init; }

    /// <summary>What the coinbase's witness commitment output commits to; zero = the coinbase has none.</summary>
    public Hash256 WitnessCommitment { get; init; }

    public IReadOnlyList<FixedOutput> FixedOutputs { get; init; } = [];

    /// <summary>Root of a tree of merge-mined blocks; zero = none.</summary>
    public Hash256 AuxRoot { get; init; }

    /// <summary>The hash the coinbase commits to: H2(chain id + core).</summary>
    public Hash256 Commitment(Hash256 chainId)
    {
        ByteWriter writer = new(512);
        writer.Hash(chainId);
        Write(writer);
        return Sha256d.Hash(writer.Span);
    }

    internal void Write(ByteWriter writer)
    {
        writer.Byte(Version).Byte(CapClass).UInt16(Flags).Hash(Parent).Byte(checked((byte)Uncles.Count));
        foreach (Hash256 uncle in Uncles)
        {
            writer.Hash(uncle);
        }
        writer.UInt32(Height).UInt64(Sequence).UInt64(TimeMs).UInt32(Bits).UInt128(CumulativeWork);
        Payout.Write(writer);
        writer.UInt16(FeeBasisPoints);
        FeePayout.Write(writer);
        writer.UInt32(SoftwareId).UInt32(SoftwareVersion).UInt32(CoinHeight).UInt64(CoinValue).Hash(WitnessCommitment);
        FixedOutput.WriteAll(writer, FixedOutputs);
        writer.Hash(AuxRoot);
    }

    /// <summary>Throws FormatException.</summary>
    internal static ShareCore Read(ref ByteReader reader)
    {
        byte version = reader.Byte();
        if (version != Version)
        {
            throw new FormatException($"share version {version}; {Version} is known");
        }
        return new ShareCore // in the order of the bytes: initialisers run from top to bottom
        {
            CapClass = reader.Byte(),
            Flags = reader.UInt16(),
            Parent = reader.Hash(),
            Uncles = reader.Hashes(reader.Byte()),
            Height = reader.UInt32(),
            Sequence = reader.UInt64(),
            TimeMs = reader.UInt64(),
            Bits = reader.UInt32(),
            CumulativeWork = reader.UInt128(),
            Payout = PayoutKey.Read(ref reader, noneAllowed: false),
            FeeBasisPoints = reader.UInt16(),
            FeePayout = PayoutKey.Read(ref reader, noneAllowed: true),
            SoftwareId = reader.UInt32(),
            SoftwareVersion = reader.UInt32(),
            CoinHeight = reader.UInt32(),
            CoinValue = reader.UInt64(),
            WitnessCommitment = reader.Hash(),
            FixedOutputs = FixedOutput.ReadAll(ref reader),
            AuxRoot = reader.Hash(),
        };
    }
}
