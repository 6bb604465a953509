using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>Runs one lookup over the network.</summary>
/// <param name="found">Told of the peers in each answer: whose, and true where his id does not fit his address.</param>
/// <param name="ended">Told once, at the end.</param>
internal sealed class LookupRun(
    DhtFamily family, Lookup lookup, KrpcMethod method, DhtAsker asker, Action<KrpcMessage, bool>? found,
        Action<LookupRun>? ended)
{
    private bool _isOver;

    public Lookup Lookup => lookup;

    public DhtFamily Family => family;

    /// <summary>Asks whom it may; false when it is over.</summary>
    public bool Pump(double now)
    {
        if (_isOver)
        {
            return false;
        }
        while (lookup.Next(now) is { } candidate)
        {
            DhtQuestion question = new(method, lookup.Target, [], 0);
            if (!asker.TryAsk(family, candidate.Endpoint, question, now, answer => OnTaken(candidate, answer)))
            {
                lookup.PutBack(candidate);
                break;
            }
        }
        if (!lookup.IsOver(now))
        {
            return true;
        }
        _isOver = true;
        ended?.Invoke(this);
        return false;
    }

    /// <summary>Somebody else goes on with what is left to ask: the node pumps all after every datagram.</summary>
    private void OnTaken(LookupCandidate candidate, KrpcMessage? answer)
    {
        if (_isOver)
        {
            return;
        }
        if (answer is not { Kind: KrpcKind.Response, Id: { } id })
        {
            lookup.OnFailure(candidate);
            return;
        }
        bool isValid = DhtRules.IsValid(id, candidate.Endpoint);
        lookup.OnAnswer(candidate, id, isValid, answer.Token, asker.NodesOf(family, answer));
        if (answer.Values.Count > 0)
        {
            found?.Invoke(answer, !isValid);
        }
    }
}
