namespace Otedama.Core;

/// <summary>
/// One share of a share chain, immutable but for what was seen when its proof of work was checked. Its bytes are the
/// only encoding of it.
/// </summary>
public sealed class ChainShare
{
    /// <summary>Bytes of the longest share.</summary>
    public const int LengthMax = 4_096;

    public ChainShare(ShareCore core, ShareWork work)
    {
        Core = core;
        Work = work;
        ByteWriter writer = new(1_024);
        core.Write(writer);
        work.Write(writer);
        Bytes = writer.ToArray();
        Id = Sha256d.Hash(Bytes.Span);
    }

    /// <summary>Decoded: of the bytes, which no field has another form of.</summary>
    private ChainShare(ShareCore core, ShareWork work, ReadOnlySpan<byte> bytes)
    {
        (Core, Work, Bytes) = (core, work, bytes.ToArray());
        Id = Sha256d.Hash(bytes);
    }

    public ShareCore Core { get; }

    public ShareWork Work { get; }

    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>H2 of the bytes; shown in the order of the bytes, not reversed as block ids are.</summary>
    public Hash256 Id { get; }

    /// <summary>
    /// Whether it is a block of the coin: its proof of work meets the target of its header. Null until the hash was
    /// worked out that its proof rests on. No part of its bytes.
    /// </summary>
    public bool? IsCoinBlock { get; private set; }

    /// <summary>This is the hash its proof of work rests on. The bits of its header have to be a target.</summary>
    internal void NoteProof(Hash256 hash) => NoteCoinBlock(Target.FromCompact(Work.Header.Bits).IsMetBy(hash));

    /// <summary>What was seen of these very bytes before. Whoever calls twice says the same.</summary>
    public void NoteCoinBlock(bool isCoinBlock) => IsCoinBlock = isCoinBlock;

    /// <summary>Step 1: the share in these bytes, or null and why they are none.</summary>
    public static ChainShare? Decode(ReadOnlySpan<byte> bytes, ChainCoin coin, out ShareFault? fault)
    {
        fault = null;
        if (bytes.Length > LengthMax)
        {
            string reason = $"a share of {bytes.Length} bytes; at most {LengthMax} are allowed";
            fault = new ShareFault(ShareFault.Bytes, reason);
            return null;
        }
        try
        {
            ByteReader reader = new(bytes);
            ShareCore core = ShareCore.Read(ref reader);
            ShareWork work = ShareWork.Read(ref reader, coin);
            if (reader.Left == 0)
            {
                return new ChainShare(core, work, bytes);
            }
            fault = new ShareFault(ShareFault.Bytes, $"{reader.Left} bytes follow the share's last field");
        }
        catch (FormatException e)
        {
            fault = new ShareFault(ShareFault.Bytes, e.Message);
        }
        return null;
    }

    /// <summary>The order of ids as byte strings, in which uncles are listed. Hash256 compares as numbers do.</summary>
    public static int CompareIds(Hash256 left, Hash256 right)
    {
        Span<byte> first = stackalloc byte[Hash256.Size];
        Span<byte> second = stackalloc byte[Hash256.Size];
        left.CopyTo(first);
        right.CopyTo(second);
        return first.SequenceCompareTo(second);
    }

    /// <summary>The id's hex in the order of its bytes.</summary>
    public override string ToString() => Hex.Encode(Id.ToArray());
}
