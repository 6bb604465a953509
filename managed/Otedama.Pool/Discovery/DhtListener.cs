using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>What comes in: answers to our questions, and questions, which only a server answers.</summary>
internal sealed class DhtListener(
    DhtOptions options, DhtWorld world, DhtRules rules, DhtBudget budget, DhtAsker asker,
        IReadOnlyList<DhtFamily> families, double startedAt)
{
    /// <summary>
    /// Pings a second of nodes that asked us something: a flood of strangers must not use up our questions.
    /// </summary>
    private const double NewcomerRate = 2, NewcomerBurst = 8;

    private readonly DhtAnswers _answers = new(options, world, families, startedAt);
    private readonly byte[] _buffer = new byte[KrpcWriter.BytesMax];
    private TokenBucket _newcomers = new(NewcomerBurst, startedAt);

    /// <summary>Datagrams that were not looked at.</summary>
    public long Refused { get; private set; }

    public int StoredPeers => _answers.StoredPeers;

    public void Take(DhtFamily family, PeerEndpoint from, ReadOnlySpan<byte> datagram, double now)
    {
        // Whom we asked may always answer: a flood from elsewhere does not make us deaf. Not so his questions.
        bool isExpected = asker.IsExpected(from);
        if (!isExpected && !MayAsk(from, now))
        {
            Refused++;
            return;
        }
        if (from.Port == 0 || !KrpcReader.TryRead(datagram, out KrpcMessage? message))
        {
            return;
        }
        if (message.Kind != KrpcKind.Query)
        {
            asker.OnAnswer(from, message, now);
        }
        else if ((!isExpected || MayAsk(from, now)) && message.Id != family.Table.Own && budget.TryAnswer(now))
        {
            KrpcMessage answer = _answers.Answer(family, from, message, now);
            world.Datagrams.Send(from, _buffer.AsSpan(0, KrpcWriter.Write(answer, _buffer)));
            Meet(family, from, message, now);
        }
    }

    private bool MayAsk(PeerEndpoint from, double now) => options.Mode == DhtMode.Server && budget.TryReceive(from, now);

    /// <summary>
    /// A node that asks us something gets into the table when it answers a question too: an address can be forged.
    /// </summary>
    private void Meet(DhtFamily family, PeerEndpoint from, KrpcMessage query, double now)
    {
        if (query is { IsReadOnly: false, Id: { } id } && rules.IsUsable(from) && !asker.IsExpected(from)
            && family.Table.HasRoomFor(new KrpcNode(id, from), DhtRules.IsValid(id, from))
            && _newcomers.TryTake(NewcomerRate, NewcomerBurst, now))
        {
            asker.TryAsk(family, from, new DhtQuestion(KrpcMethod.Ping, default, [], 0), now, static _ => { });
        }
    }
}
