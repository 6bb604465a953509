using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.ChainNet;

/// <summary>Questions about the transactions of a share's block.</summary>
public sealed class AuditTests
{
    private readonly ChainNode _node = new(audits: true);
    private readonly HandPeer _peer;

    public AuditTests() => _peer = new HandPeer(_node, default).Join();

    [Fact]
    public void About_our_newest_shares_every_question_is_answered()
    {
        Hash256[] ids = [Sha256d.Hash([1]), Sha256d.Hash([2]), Sha256d.Hash([3])];
        Hash256 first = Id(0);
        for (int i = 0; i < 16; i++)
        {
            _node.Desk.Transactions.Add(Id(i), Template(ids));
        }
        _peer.Say(PeerMessage.GetTxList, first.ToArray(), 4);
        (uint question, byte[] list) = _peer.TakeSent(PeerMessage.TxList)!.Value;
        Assert.Equal(4u, question);
        Assert.Equal(ids.SelectMany(static id => id.ToArray()), list);
        _node.Desk.Transactions.Add(Id(16), Template(ids));
        _peer.Say(PeerMessage.GetTxList, first.ToArray(), 5);
        Assert.Equal([1, .. first.ToArray()], _peer.TakeSent(PeerMessage.NotFound)!.Value.Body);
        _node.Desk.Transactions.Add(Id(17), Template([]));
        _peer.Say(PeerMessage.GetTxList, Id(17).ToArray(), 6);
        Assert.NotNull(_peer.TakeSent(PeerMessage.NotFound)); // a list has an id at least
    }

    [Fact]
    public void One_share_in_a_hundred_is_asked_about_and_the_answer_is_checked()
    {
        (uint question, Hash256 id) = Asked();
        _peer.Say(PeerMessage.TxList, Others, question);
        Assert.Equal((1, 0, 0), _node.Peers.Audited);
        Assert.Empty(_peer.Blamed);
        (question, id) = Asked();
        _peer.Say(PeerMessage.TxList, id.ToArray(), question);
        Assert.Equal((1, 1, 0), _node.Peers.Audited);
        Assert.Equal(PeerOffence.Unsolicited, Assert.Single(_peer.Blamed).Offence);
        (question, id) = Asked();
        _peer.Say(PeerMessage.NotFound, [1, .. id.ToArray()], question);
        _peer.Say(PeerMessage.NotFound, [1, .. id.ToArray()], question);
        Assert.Equal((1, 1, 1), _node.Peers.Audited);
    }

    [Fact]
    public void Who_is_not_told_to_audit_asks_nobody()
    {
        ChainNode node = new();
        HandPeer peer = new HandPeer(node, default).Join();
        for (int i = 0; i < 1_000; i++)
        {
            node.Clock.Advance(10);
            peer.Say(PeerMessage.Share, WithBranch(node).Bytes.Span);
        }
        Assert.True(node.Desk.Tip.Height > 900);
        Assert.Null(peer.TakeSent(PeerMessage.GetTxList));
    }

    /// <summary>The one transaction beside the coinbase.</summary>
    private static byte[] Others { get; } = Sha256d.Hash([9]).ToArray();

    private static Hash256 Id(int number) => Sha256d.Hash([7, (byte)number]);

    private static Template Template(Hash256[] ids) => new()
    {
        Algorithm = Algorithm.Sha256d,
        Height = 100,
        Version = 1,
        PreviousHash = ChainNode.Block,
        Bits = EasyShares.CoinBits,
        Time = 0,
        TimeMin = 0,
        CoinbaseValue = new Amount(1),
        Transactions = [.. ids.Select(static id => new TemplateTransaction(id, default, Amount.Zero, 0))],
    };

    private (uint Question, Hash256 Share) Asked()
    {
        for (int i = 0; i < 5_000; i++)
        {
            _node.Clock.Advance(10);
            _peer.Say(PeerMessage.Share, WithBranch(_node).Bytes.Span);
            if (_peer.TakeSent(PeerMessage.GetTxList) is { } asked)
            {
                return (asked.Correlation, new Hash256(asked.Body));
            }
        }
        throw new InvalidOperationException("nothing was asked");
    }

    private static ChainShare WithBranch(ChainNode node) => node.MakeWith(new Hash256(Others));
}
