using System.Buffers;
using System.Buffers.Binary;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>Questions of other nodes, and their answers to ours.</summary>
public sealed partial class ChainPeers
{
    private void OnInv(ChainLink link, in PeerFrame frame)
    {
        List<Hash256> unknown = [];
        for (int i = 0; i < PeerBody.Entries(frame) && unknown.Count < AskedIds.Max; i++)
        {
            PeerInv entry = PeerInv.Read(frame.Body, i);
            if (entry.Kind != PeerInvKind.Share)
            {
                continue;
            }
            if (_desk.IsKnown(entry.Id))
            {
                Sync.OnHas(link.Peer, entry.Id);
            }
            else
            {
                unknown.Add(entry.Id);
            }
        }
        lock (_gate)
        {
            unknown.ForEach(id => link.Known.Add(id));
            TimeSpan wait = _gossip.IsHybrid ? s_eagerFirst : TimeSpan.Zero;
            if (unknown.Count(id => _announcedShares.TryAdd(id, link.Peer.Number, wait)) > 0)
            {
                AskAnnounced();
                Wake.Set();
            }
        }
    }

    private void OnGetData(ChainLink link, in PeerFrame frame)
    {
        List<PeerInv> lacking = [];
        for (int i = 0; i < PeerBody.Entries(frame); i++)
        {
            PeerInv entry = PeerInv.Read(frame.Body, i);
            if (entry.Kind != PeerInvKind.Share || Find(entry.Id) is not { } share)
            {
                lacking.Add(entry);
            }
            else if (!link.Peer.Send(PeerMessage.Share, share.Bytes.Span, frame.Correlation))
            {
                return; // it does not read; what it misses it asks for again
            }
        }
        if (lacking.Count > 0)
        {
            byte[] body = new byte[lacking.Count * PeerBody.KindIdBytes];
            for (int i = 0; i < lacking.Count; i++)
            {
                lacking[i].Write(body.AsSpan(i * PeerBody.KindIdBytes));
            }
            link.Peer.Send(PeerMessage.NotFound, body, frame.Correlation);
        }
    }

    private void OnNotFound(ChainLink link, in PeerFrame frame)
    {
        if (TakeUnknown(link, frame.Correlation))
        {
            return;
        }
        lock (_gate)
        {
            List<WantedShare> lacking = [];
            for (int i = 0; i < PeerBody.Entries(frame); i++)
            {
                if (link.Asked.Take(PeerInv.Read(frame.Body, i).Id) is { } wanted)
                {
                    lacking.Add(wanted);
                }
            }
            AskOthers(lacking);
        }
    }

    private void OnGetShares(ChainLink link, in PeerFrame frame)
    {
        ChainShare?[] found = new ChainShare?[PeerBody.Entries(frame)];
        int length = found.Length * sizeof(uint);
        for (int i = 0; i < found.Length; i++)
        {
            found[i] = Find(new Hash256(frame.Body.Slice(i * PeerBody.IdBytes, PeerBody.IdBytes)));
            length += found[i]?.Bytes.Length ?? 0;
        }
        byte[] body = ArrayPool<byte>.Shared.Rent(length);
        int at = 0;
        foreach (ChainShare? share in found)
        {
            ReadOnlySpan<byte> bytes = share is null ? default : share.Bytes.Span;
            BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(at), (uint)bytes.Length);
            bytes.CopyTo(body.AsSpan(at + sizeof(uint)));
            at += sizeof(uint) + bytes.Length;
        }
        link.Peer.Send(PeerMessage.Shares, body.AsSpan(0, length), frame.Correlation);
        ArrayPool<byte>.Shared.Return(body);
    }

    private void OnShares(ChainLink link, in PeerFrame frame)
    {
        link.Peer.Answered(frame.Correlation);
        ReadOnlySpan<byte> parts = frame.Body;
        while (PeerBody.TryTakePart(ref parts, out ReadOnlySpan<byte> bytes))
        {
            if (bytes.IsEmpty)
            {
                continue; // it does not have that one
            }
            Hash256 id = Sha256d.Hash(bytes);
            WantedShare? wanted;
            lock (_gate)
            {
                _announcedShares.Remove(id);
                wanted = link.Asked.Take(id);
                link.Known.Add(id);
            }
            if (wanted is null && !_desk.IsKnown(id)) // one that came late is known by then, or not worth it
            {
                link.Peer.Blame(PeerOffence.Unsolicited, "a share in SHARES");
                return;
            }
            Arrive(link, id, bytes, wanted);
        }
        lock (_gate)
        {
            AskOthers(link.Asked.TakeOf(frame.Correlation));
        }
    }

    private void OnGetChain(ChainLink link, in PeerFrame frame)
    {
        PeerChainRequest request = PeerChainRequest.Read(frame.Body);
        int most = (2 * _desk.Parameters.WindowShares) + ChainSync.BeyondWindows;
        int depth = (int)Math.Min(request.Depth, (uint)most);
        int skip = (int)Math.Min(request.Offset, (uint)most);
        ChainShare[] history = _desk.Look(chain =>
            chain.History(request.From.IsZero ? chain.TipId : request.From).Take(depth).Skip(skip).ToArray());
        lock (_gate)
        {
            link.Stream = new HistoryStream(history, (uint)skip, frame.Correlation); // a new question ends the old answer
            Stream(link);
        }
        Wake.Set();
    }

    /// <summary>Under the gate: as many frames as the peer takes now.</summary>
    private static void Stream(ChainLink link)
    {
        while (link.Stream is { } stream && stream.TrySend(link.Peer))
        {
            link.Stream = stream.IsDone ? null : stream;
        }
    }

    private ChainShare? Find(Hash256 id) => _desk.Look(chain => chain.Find(id));
}
