using System.Buffers.Binary;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>Questions of other nodes, and their answers to ours.</summary>
public sealed partial class ChainPeers
{
    /// <summary>Shares in one answer: ids that one question can hold.</summary>
    private const int SharesMax = 32;

    /// <summary>A body of a SHARES: so many shares of the greatest length, and a length before each.</summary>
    private const int SharesBytesMax = SharesMax * (ChainShare.LengthMax + sizeof(uint));

    private void OnInv(ChainLink link, in PeerFrame frame)
    {
        List<Hash256> unknown = [];
        for (int i = 0; i < PeerBody.Entries(frame) && unknown.Count < AskedIds.Max; i++)
        {
            PeerInv entry = PeerInv.Read(frame.Body, i);
            if (entry.Kind == PeerInvKind.Share && !Has(entry.Id))
            {
                unknown.Add(entry.Id);
            }
        }
        lock (_gate)
        {
            unknown.ForEach(id => link.Known.Add(id));
            Ask(link, unknown);
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
        List<Hash256> lacking = [];
        lock (_gate)
        {
            for (int i = 0; i < PeerBody.Entries(frame); i++)
            {
                PeerInv entry = PeerInv.Read(frame.Body, i);
                if (link.Asked.Remove(entry.Id))
                {
                    lacking.Add(entry.Id);
                }
            }
        }
        AskAnother(link, lacking);
    }

    private void OnGetShares(ChainLink link, in PeerFrame frame)
    {
        byte[] body = new byte[SharesBytesMax];
        int length = 0;
        for (int i = 0; i < PeerBody.Entries(frame); i++)
        {
            Hash256 id = new(frame.Body.Slice(i * PeerBody.IdBytes, PeerBody.IdBytes));
            ReadOnlySpan<byte> share = Find(id) is { } found ? found.Bytes.Span : default;
            BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(length), (uint)share.Length);
            share.CopyTo(body.AsSpan(length + sizeof(uint)));
            length += sizeof(uint) + share.Length;
        }
        link.Peer.Send(PeerMessage.Shares, body.AsSpan(0, length), frame.Correlation);
    }

    private void OnShares(ChainLink link, in PeerFrame frame)
    {
        link.Peer.Answered(frame.Correlation);
        ReadOnlySpan<byte> parts = frame.Body;
        while (PeerBody.TryTakePart(ref parts, out ReadOnlySpan<byte> bytes))
        {
            if (bytes.IsEmpty)
            {
                continue; // it does not have that one; once late, another is asked
            }
            Hash256 id = Sha256d.Hash(bytes);
            bool isAsked;
            lock (_gate)
            {
                isAsked = link.Asked.Remove(id);
                link.Known.Add(id);
            }
            if (!isAsked)
            {
                link.Peer.Blame(PeerOffence.Unsolicited, "a share in SHARES");
                return;
            }
            Arrive(link, bytes, isAsked: true);
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

    private bool Has(Hash256 id) => Find(id) is not null;

    private ChainShare? Find(Hash256 id) => _desk.Look(chain => chain.Find(id));
}
