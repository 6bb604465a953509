using System.Buffers;
using System.Buffers.Binary;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>One answer to GETCHAIN on its way out, a frame at a time, as fast as the peer reads.</summary>
internal sealed class HistoryStream(IReadOnlyList<ChainShare> shares, uint offset, uint correlation)
{
    /// <summary>
    /// Bytes of one CHAIN frame: a fourth of what it may have, so that a second of the slowest line that is not given
    /// up (64 KiB) shows that something comes.
    /// </summary>
    public const int FrameBytes = 64 << 10;

    private int _next;

    /// <summary>Sends the next frame; false when the peer takes none now. After the last one IsDone.</summary>
    public bool TrySend(IChainPeer peer)
    {
        byte[] frame = ArrayPool<byte>.Shared.Rent(FrameBytes);
        bool isSent = Send(peer, frame);
        ArrayPool<byte>.Shared.Return(frame);
        return isSent;
    }

    public bool IsDone { get; private set; }

    private bool Send(IChainPeer peer, byte[] frame)
    {
        int length = PeerBody.ChainHeadBytes;
        int end = _next;
        while (end < shares.Count && length + sizeof(uint) + shares[end].Bytes.Length <= FrameBytes)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(length), (uint)shares[end].Bytes.Length);
            shares[end].Bytes.Span.CopyTo(frame.AsSpan(length + sizeof(uint)));
            length += sizeof(uint) + shares[end].Bytes.Length;
            end++;
        }
        new PeerChainHead(offset + (uint)_next, end == shares.Count).Write(frame);
        if (!peer.Send(PeerMessage.Chain, frame.AsSpan(0, length), correlation))
        {
            return false;
        }
        _next = end;
        IsDone = _next == shares.Count;
        return true;
    }
}
