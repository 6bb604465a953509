using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// Coin blocks that shares of the chain were, whoever found them, and what each pays to miners of this node: how one of
/// them sees that he was paid. The newest ones; a block costs its finder a block's work, so that nobody pushes others out
/// for nothing. Any thread.
/// </summary>
internal sealed class PaidBlocks(ShareDesk desk, Func<PayoutKey, bool> isOwn) : IShareListener
{
    private const int BlocksMax = 100;

    /// <summary>Payments to miners of this node that are told of each; a coinbase has room for fewer as a rule.</summary>
    private const int PaidMax = 400;

    private const byte Version = 1;

    private const int BlockBytes = (3 * Hash256.Size) + sizeof(uint) + (2 * sizeof(ulong)) + 1 + sizeof(ushort);

    private const int PaidBytes = PayoutKey.LengthMax + sizeof(ulong);

    internal const int FileBytesMax = 1 + (BlocksMax * (BlockBytes + (PaidMax * PaidBytes)));

    private readonly Lock _gate = new();
    private readonly List<PaidBlock> _blocks = []; // the oldest first

    /// <summary>The newest first.</summary>
    public IReadOnlyList<PaidBlock> Newest
    {
        get
        {
            lock (_gate)
            {
                return [.. Enumerable.Reverse(_blocks)];
            }
        }
    }

    void IShareListener.OnTaken(ChainShare share, ShareOrigin origin)
    {
        MarkBuiltOn(share.Work.Header.PreviousHash);
        if (share.IsCoinBlock == true)
        {
            Add(share);
        }
    }

    void IShareListener.OnNext(NextShare next)
    {
    }

    void IShareListener.OnMissing(Hash256 id, long peer)
    {
    }

    /// <summary>
    /// u8 1, then of each block, the oldest first: id, share, previous block, u32 height, u64 time in ms, u64 reward,
    /// u8 whether it was built on, u16 count of payments to own miners, and of each its type, program (32 bytes of room)
    /// and u64 amount. Little-endian.
    /// </summary>
    public byte[] Save()
    {
        lock (_gate)
        {
            ByteWriter writer = new(4_096);
            writer.Byte(Version);
            _blocks.ForEach(block => Write(writer, block));
            return writer.ToArray();
        }
    }

    /// <summary>What Save wrote; false for anything else, and then nothing is known.</summary>
    public bool TryLoad(byte[] bytes)
    {
        List<PaidBlock> blocks = [];
        try
        {
            ByteReader reader = new(bytes);
            if (bytes.Length > FileBytesMax || reader.Byte() != Version)
            {
                return false;
            }
            while (reader.Left > 0)
            {
                blocks.Add(Read(ref reader));
            }
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return false;
        }
        lock (_gate)
        {
            blocks.ForEach(Put);
        }
        return true;
    }

    private void MarkBuiltOn(Hash256 block)
    {
        lock (_gate)
        {
            // The newest is asked for nearly always.
            int place = _blocks.FindLastIndex(found => found.Id == block);
            if (place >= 0 && !_blocks[place].IsBuiltOn)
            {
                _blocks[place] = _blocks[place] with { IsBuiltOn = true };
            }
        }
    }

    private void Add(ChainShare share)
    {
        ShareCore core = share.Core;
        IReadOnlyList<PayoutOutput>? outputs = desk.Look(chain => chain.OutputsOf(core));
        List<BlockPayment> paid = [];
        foreach (PayoutOutput output in outputs ?? [])
        {
            if (paid.Count < PaidMax && PayoutKey.TryFromScript(output.Script.Span, out PayoutKey key) && isOwn(key))
            {
                paid.Add(new BlockPayment(key, output.Amount));
            }
        }
        lock (_gate)
        {
            Put(new PaidBlock
            {
                Id = share.Work.Header.Id,
                Share = share.Id,
                Previous = share.Work.Header.PreviousHash,
                Height = core.CoinHeight,
                TimeMs = core.TimeMs,
                Reward = new Amount((long)core.CoinValue),
                Paid = paid,
            });
        }
    }

    /// <summary>Under the lock. Once each, however often it is taken.</summary>
    private void Put(PaidBlock block)
    {
        if (_blocks.Exists(known => known.Id == block.Id))
        {
            return;
        }
        if (_blocks.Count == BlocksMax)
        {
            _blocks.RemoveAt(0);
        }
        _blocks.Add(block);
    }

    private static void Write(ByteWriter writer, PaidBlock block)
    {
        writer.Hash(block.Id).Hash(block.Share).Hash(block.Previous).UInt32(block.Height).UInt64(block.TimeMs)
            .UInt64((ulong)block.Reward.Units).Byte(block.IsBuiltOn ? (byte)1 : (byte)0).UInt16((ushort)block.Paid.Count);
        Span<byte> key = stackalloc byte[PayoutKey.LengthMax];
        foreach (BlockPayment payment in block.Paid)
        {
            key.Clear();
            payment.Key.CopyTo(key);
            writer.Raw(key).UInt64((ulong)payment.Amount.Units);
        }
    }

    /// <summary>Throws FormatException or ArgumentException.</summary>
    private static PaidBlock Read(ref ByteReader reader)
    {
        PaidBlock block = new()
        {
            Id = reader.Hash(),
            Share = reader.Hash(),
            Previous = reader.Hash(),
            Height = reader.UInt32(),
            TimeMs = reader.UInt64(),
            Reward = new Amount(reader.Int64()),
            IsBuiltOn = reader.Byte() switch
            {
                0 => false,
                1 => true,
                byte other => throw new FormatException($"{other} is neither yes nor no"),
            },
            Paid = new BlockPayment[reader.UInt16()],
        };
        BlockPayment[] paid = (BlockPayment[])block.Paid;
        for (int i = 0; i < paid.Length; i++)
        {
            ReadOnlySpan<byte> key = reader.Take(PayoutKey.LengthMax);
            int length = key[0] >= PayoutKey.WitnessScriptHash ? 32 : 20;
            paid[i] = new BlockPayment(new PayoutKey(key[0], key.Slice(1, length)), new Amount(reader.Int64()));
        }
        return block;
    }
}

/// <summary>A coin block that a share of the chain was.</summary>
public sealed record PaidBlock
{
    public required Hash256 Id { get; init; }

    /// <summary>The share that it is.</summary>
    public required Hash256 Share { get; init; }

    /// <summary>The coin block before it.</summary>
    public required Hash256 Previous { get; init; }

    /// <summary>In the coin's chain.</summary>
    public required uint Height { get; init; }

    /// <summary>Unix time in ms, as its finder's clock had it.</summary>
    public required ulong TimeMs { get; init; }

    /// <summary>What its coinbase pays to all.</summary>
    public required Amount Reward { get; init; }

    /// <summary>A share has come that builds on it: its finder's coin node or another one's has accepted it.</summary>
    public bool IsBuiltOn { get; init; }

    /// <summary>What it pays to miners of this node, in the order of the coinbase.</summary>
    public required IReadOnlyList<BlockPayment> Paid { get; init; }
}

/// <summary>One output of a found block.</summary>
public readonly record struct BlockPayment(PayoutKey Key, Amount Amount);
