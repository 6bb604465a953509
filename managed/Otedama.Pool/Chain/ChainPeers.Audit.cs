using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Whether the blocks that shares would be have the transactions that their headers commit to: only its maker can say
/// which these are, so that a share in a hundred is asked about where it came from, and mostly nobody there knows.
/// </summary>
public sealed partial class ChainPeers
{
    /// <summary>One share in so many.</summary>
    private const int AuditOneIn = 100;

    private long _auditsGood, _auditsBad, _auditsUnknown;

    /// <summary>Ask about others' shares, too; about ours every question is answered.</summary>
    public bool Audits { get; init; }

    /// <summary>Shares whose list of transactions was right, was wrong, and was not known to the asked.</summary>
    public (long Good, long Bad, long Unknown) Audited =>
        (Interlocked.Read(ref _auditsGood), Interlocked.Read(ref _auditsBad), Interlocked.Read(ref _auditsUnknown));

    /// <summary>A share of this peer is in the chain. One without transactions shows that itself.</summary>
    private void Audit(ChainLink link, ChainShare share)
    {
        if (!Audits || share.Work.Branch.Count == 0 || _random.NextUInt64() % AuditOneIn != 0)
        {
            return;
        }
        lock (_gate)
        {
            if (link.AuditRest.Left(_time) > TimeSpan.Zero)
            {
                return;
            }
            if (link.Audit is { } old)
            {
                link.Peer.GiveUp(old.Question);
            }
            Span<byte> id = stackalloc byte[PeerBody.IdBytes];
            share.Id.CopyTo(id);
            uint question = link.Peer.Ask(PeerMessage.GetTxList, id);
            link.Audit = question == 0 ? null : (question, share);
            link.AuditRest = Pause.Begin(_time, s_auditEvery);
        }
    }

    /// <summary>Peers answer one such question in a minute.</summary>
    private static readonly TimeSpan s_auditEvery = TimeSpan.FromMinutes(1);

    private void OnGetTxList(ChainLink link, in PeerFrame frame)
    {
        Hash256 share = new(frame.Body[..PeerBody.IdBytes]);
        if (_desk.Transactions.Find(share) is { Count: > 0 } ids)
        {
            byte[] body = new byte[ids.Count * PeerBody.IdBytes];
            for (int i = 0; i < ids.Count; i++)
            {
                ids[i].CopyTo(body.AsSpan(i * PeerBody.IdBytes));
            }
            if (body.Length <= PeerMessageRule.FrameBytesMax)
            {
                link.Peer.Send(PeerMessage.TxList, body, frame.Correlation);
                return;
            }
        }
        Span<byte> none = stackalloc byte[PeerBody.KindIdBytes];
        new PeerInv(PeerInvKind.Share, share).Write(none);
        link.Peer.Send(PeerMessage.NotFound, none, frame.Correlation);
    }

    private void OnTxList(ChainLink link, in PeerFrame frame)
    {
        if (TakeAudit(link, frame.Correlation) is not { } share)
        {
            return;
        }
        Hash256[] ids = new Hash256[1 + PeerBody.Entries(frame)];
        ids[0] = share.Work.Link.TransactionId(ShareCoinbase.Tail(share.Core, _desk.Parameters.Id));
        for (int i = 1; i < ids.Length; i++)
        {
            ids[i] = new Hash256(frame.Body.Slice((i - 1) * PeerBody.IdBytes, PeerBody.IdBytes));
        }
        if (Merkle.Root(ids) == share.Work.Header.MerkleRoot)
        {
            Interlocked.Increment(ref _auditsGood);
            return;
        }
        Interlocked.Increment(ref _auditsBad);
        link.Peer.Blame(PeerOffence.Unsolicited, $"transactions that are not those of share {share}");
    }

    /// <summary>It does not have the list; true when that was the question.</summary>
    private bool TakeUnknown(ChainLink link, uint question)
    {
        bool isAudit = TakeAudit(link, question) is not null;
        Interlocked.Add(ref _auditsUnknown, isAudit ? 1 : 0);
        return isAudit;
    }

    /// <summary>The share that was asked about with this number; null when none was.</summary>
    private ChainShare? TakeAudit(ChainLink link, uint question)
    {
        lock (_gate)
        {
            if (question == 0 || link.Audit is not { } audit || audit.Question != question)
            {
                return null;
            }
            link.Audit = null;
            link.Peer.Answered(question);
            return audit.Share;
        }
    }
}
