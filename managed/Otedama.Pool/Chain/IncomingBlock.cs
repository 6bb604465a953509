using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>A coin block that one peer is sending. Under the gate of PeerBlocks.</summary>
/// <param name="height">Of the block.</param>
/// <param name="patience">How long it may take, its share included.</param>
internal sealed class IncomingBlock(
    IChainPeer peer, PeerBlockHead head, BlockHeader header, uint height, Pause patience)
{
    private readonly byte[] _bytes = new byte[head.Length];
    private int _had;

    public IChainPeer Peer => peer;

    public Hash256 Id => head.Id;

    public BlockHeader Header => header;

    public uint Height => height;

    public ReadOnlySpan<byte> Bytes => _bytes;

    public bool IsWhole => _had == _bytes.Length;

    public bool IsLate(TimeProvider time) => patience.Left(time) == TimeSpan.Zero;

    /// <summary>False for bytes that are not the next ones of this block.</summary>
    public bool TryTake(in PeerBlockHead part, ReadOnlySpan<byte> bytes)
    {
        if (part.Id != head.Id || part.Length != head.Length || part.Offset != _had)
        {
            return false;
        }
        bytes.CopyTo(_bytes.AsSpan(_had));
        _had += bytes.Length;
        return true;
    }
}
