using System.Buffers.Binary;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>One answer to GETCHAIN on its way out, a frame at a time, as fast as the peer reads.</summary>
internal sealed class HistoryStream(IReadOnlyList<ChainShare> shares, uint offset, uint correlation)
{
    /// <summary>Bytes of one CHAIN frame.</summary>
    public const int FrameBytes = 256 << 10;

    private readonly byte[] _frame = new byte[FrameBytes];
    private int _next;

    /// <summary>Sends the next frame; false when the peer takes none now. After the last one IsDone.</summary>
    public bool TrySend(IChainPeer peer)
    {
        int length = PeerBody.ChainHeadBytes;
        int end = _next;
        while (end < shares.Count && length + sizeof(uint) + shares[end].Bytes.Length <= FrameBytes)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(_frame.AsSpan(length), (uint)shares[end].Bytes.Length);
            shares[end].Bytes.Span.CopyTo(_frame.AsSpan(length + sizeof(uint)));
            length += sizeof(uint) + shares[end].Bytes.Length;
            end++;
        }
        new PeerChainHead(offset + (uint)_next, end == shares.Count).Write(_frame);
        if (!peer.Send(PeerMessage.Chain, _frame.AsSpan(0, length), correlation))
        {
            return false;
        }
        _next = end;
        IsDone = _next == shares.Count;
        return true;
    }

    public bool IsDone { get; private set; }
}
