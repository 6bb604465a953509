using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>One node: where it answers, and where it publishes its blocks (tcp://host:port; null = nowhere).</summary>
public sealed record NodeEndpoint(RpcEndpoint Rpc, Uri? Blocks = null)
{
    public static implicit operator NodeEndpoint(RpcEndpoint rpc) => new(rpc);
}

/// <summary>Which nodes to ask, for what, how often.</summary>
public sealed record NodeClientGroupOptions
{
    public const int NodesMax = 16;

    public required IReadOnlyList<NodeEndpoint> Nodes { get; init; }

    public required Algorithm Algorithm { get; init; }

    /// <summary>The coin's; what is usual for the algorithm where the coin is not named.</summary>
    public HeaderFamily Family => Coin?.Family ?? AlgorithmFacts.Of(Algorithm).Family;

    /// <summary>Softfork rules we keep, as getblocktemplate wants them named.</summary>
    public IReadOnlyList<string> Rules { get; init; } = ["segwit"];

    /// <summary>
    /// Whom the coinbase of the next template should pay, in proportion, where the node writes it (Verus); null elsewhere.
    /// </summary>
    public Func<IReadOnlyList<(string Address, Amount Weight)>>? Payees { get; init; }

    /// <summary>A node of another coin or network gives no work; null = not checked.</summary>
    public CoinSpec? Coin { get; init; }

    /// <summary>
    /// Height of the highest block the pool knows to be in the chain, asked for with every template; a node far below is not
    /// mined on. Null = nothing is known.
    /// </summary>
    public Func<int>? KnownHeight { get; init; }

    /// <summary>Time limit of ordinary calls; a template of a full block takes a node seconds to make and us to read.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// A long poll ends when the chain or the mempool changes. Nodes keep a thread busy for a poll that was left alone,
    /// so it is only given up after this long; the probe notices earlier when the poll missed something.
    /// </summary>
    public TimeSpan LongPollTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Health probe of a node that long polls.</summary>
    public TimeSpan ProbeEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Question for the best block of a node that does not long poll.</summary>
    public TimeSpan PollEvery { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>New transactions of a node that does not long poll.</summary>
    public TimeSpan PollTemplateEvery { get; init; } = TimeSpan.FromSeconds(15);

    public TimeSpan BackOffFirst { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan BackOffLast { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest pause before a node that cannot be reached or is starting is asked again.</summary>
    public TimeSpan BackOffBrief { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The rules that go with a coin: segwit where it has it, and what its own forks added.</summary>
    public static IReadOnlyList<string> RulesOf(CoinSpec coin)
    {
        List<string> rules = coin.HasSegwit ? ["segwit"] : [];
        if (coin.Name == "ltc")
        {
            rules.Add("mweb");
        }
        if (coin.Network == "signet")
        {
            rules.Add("signet");
        }
        return rules;
    }
}
