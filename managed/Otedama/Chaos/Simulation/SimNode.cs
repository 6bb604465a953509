using System.Globalization;
using System.Text;
using System.Text.Json;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama;

/// <summary>How a simulated node behaves towards the pool.</summary>
internal enum SimNodeMood
{
    Well,

    /// <summary>Nobody answers the connection.</summary>
    Away,

    /// <summary>Takes calls and answers none.</summary>
    Hung,

    /// <summary>Error -28.</summary>
    Starting,

    /// <summary>Answers, seconds late.</summary>
    Slow,

    /// <summary>Hears nothing of other nodes' blocks.</summary>
    Deaf,

    /// <summary>Says that it is far higher than it is.</summary>
    Lying,
}

/// <summary>A coin node: its view of the chain, and the calls a pool makes.</summary>
internal sealed class SimNode(SimWorld world, string name, bool longPolls)
{
    /// <summary>A new transaction waits this often, and ends a long poll.</summary>
    private static readonly TimeSpan s_transactionEvery = TimeSpan.FromSeconds(10);

    private readonly SimLife _life = new(world.Schedule, name);
    private readonly SeededRandom _random = world.RandomFor(name);
    private readonly HashSet<Hash256> _known = [world.Chain.Genesis.Id];
    private readonly List<(string PollId, Action Answer)> _polls = [];
    private long _tipAt;
    private long _moodAt;

    public string Name => name;

    public SimBlock Tip { get; private set; } = world.Chain.Genesis;

    public SimNodeMood Mood { get; private set; }

    public SimNode Peer { get; set; } = null!;

    /// <summary>Blocks of ours whose submission it has read, whatever it said.</summary>
    public HashSet<Hash256> Seen { get; } = [];

    /// <summary>Called for each block of ours that it reads first.</summary>
    public Action<Hash256>? BlockSeen { get; set; }

    /// <summary>Called when its best chain changes: the tip before.</summary>
    public Action<SimNode, SimBlock>? Moved { get; set; }

    /// <summary>Blocks of ours that it will not have, good as they are, and when it said so last; ticks.</summary>
    public Dictionary<Hash256, long> Refused { get; } = [];

    /// <summary>Since when it is as it is, and has the tip it has; ticks.</summary>
    public long SteadySince => Math.Max(_moodAt, _tipAt);

    /// <summary>Refuses the next block, and goes on refusing it.</summary>
    public bool RefusesNext { get; set; }

    /// <summary>The next answers are lost on their way.</summary>
    public int AnswersLost { get; set; }

    public bool Knows(SimBlock block) => _known.Contains(block.Id);

    public void Become(SimNodeMood mood)
    {
        SimNodeMood before = Mood;
        Mood = mood;
        _moodAt = world.Schedule.Now;
        if (mood == SimNodeMood.Away)
        {
            _polls.Clear();
        }
        if (before is SimNodeMood.Away or SimNodeMood.Deaf or SimNodeMood.Starting)
        {
            world.Schedule.After(TimeSpan.FromMilliseconds(100), _life, () => Learn(Peer.Tip));
        }
    }

    /// <summary>A block, with those before it, of its own miners or from its peer. False when it was known.</summary>
    public bool Learn(SimBlock block)
    {
        if (Mood is SimNodeMood.Away || Refused.ContainsKey(block.Id) || !_known.Add(block.Id))
        {
            return false;
        }
        for (SimBlock? before = block.Parent; before is not null && _known.Add(before.Id); before = before.Parent)
        {
            // the peer has those as well
        }
        if (block.Height > Tip.Height)
        {
            SimBlock old = Tip;
            Tip = block;
            _tipAt = world.Schedule.Now;
            Moved?.Invoke(this, old);
            EndPolls();
        }
        Tell(block);
        return true;
    }

    /// <summary>
    /// Gossip: the peer has it after a moment, unless the network between them is cut or it does not listen.
    /// </summary>
    private void Tell(SimBlock block) => world.Schedule.After(_random.Wait(TimeSpan.FromMilliseconds(300)), _life, () =>
    {
        if (!world.NodesArePartitioned && Peer.Mood is not (SimNodeMood.Deaf or SimNodeMood.Away))
        {
            Peer.Learn(block);
        }
    });

    /// <summary>
    /// One call of the pool's process: what the result is, as JSON. Fails with RpcException as a client of a real
    /// node would.
    /// The long poll answers when something is new.
    /// </summary>
    public Task<string> CallAsync(string method, string parameters, SimLife caller, TimeSpan timeout,
        CancellationToken stop)
    {
        TaskCompletionSource<string> answer = new();
        world.Schedule.After(Way(), caller, () => Take(method, parameters, caller, answer));
        world.Schedule.After(timeout, caller, () => answer.TrySetException(new RpcException(RpcFailure.Timeout,
            $"node {name}, {method}: no answer")));
        if (stop.CanBeCanceled)
        {
            stop.Register(() => answer.TrySetCanceled(stop));
        }
        return answer.Task;
    }

    private TimeSpan Way() => TimeSpan.FromMilliseconds(1) + _random.Wait(TimeSpan.FromMilliseconds(5));

    private void Take(string method, string parameters, SimLife caller, TaskCompletionSource<string> answer)
    {
        if (Mood == SimNodeMood.Away)
        {
            answer.TrySetException(new RpcException(RpcFailure.Unreachable, $"node {name}, {method}: no connection"));
            return;
        }
        if (Mood == SimNodeMood.Hung)
        {
            return;
        }
        if (Mood == SimNodeMood.Starting)
        {
            Reply(caller, () => answer.TrySetException(new RpcException(RpcFailure.WarmingUp,
                $"node {name}, {method}: starting", -28)));
            return;
        }
        string? poll = method == "getblocktemplate" ? PollOf(parameters) : null;
        if (longPolls && poll == PollId)
        {
            _polls.Add((poll, () => Reply(caller, () => answer.TrySetResult(Template()))));
            world.Schedule.After(s_transactionEvery, _life, EndPolls);
            return;
        }
        string? result = Answer(method, parameters);
        if (AnswersLost > 0 && method == "submitblock")
        {
            AnswersLost--;
            Reply(caller, () => answer.TrySetException(new RpcException(RpcFailure.Unreachable,
                $"node {name}, {method}: the connection broke")));
            return;
        }
        Reply(caller, () => _ = result is null
            ? answer.TrySetException(new RpcException(RpcFailure.NoSuchMethod,
                $"node {name}, {method}: no such method", -32601))
            : answer.TrySetResult(result));
    }

    private void Reply(SimLife caller, Action reply) =>
        world.Schedule.After(Mood == SimNodeMood.Slow ? Way() + _random.Wait(TimeSpan.FromSeconds(3)) : Way(), caller,
            reply);

    private void EndPolls()
    {
        foreach ((string pollId, Action answer) in _polls.ToArray())
        {
            if (pollId != PollId)
            {
                _polls.RemoveAll(poll => poll.Answer == answer);
                answer();
            }
        }
    }

    private string? Answer(string method, string parameters) => method switch
    {
        "getblockchaininfo" => string.Create(CultureInfo.InvariantCulture,
            $$"""{"chain":"{{world.Chain.Coin.Network}}","blocks":{{Tip.Height}},"headers":{{Tip.Height}},"initialblockdownload":false}"""),
        "getconnectioncount" => "1",
        "getbestblockhash" => $"\"{Tip.Id}\"",
        "getblockcount" => (Mood == SimNodeMood.Lying ? Tip.Height + 1_000
            : Tip.Height).ToString(CultureInfo.InvariantCulture),
        "getblockhash" => HashAt(int.Parse(parameters, CultureInfo.InvariantCulture)),
        "getblocktemplate" when parameters.Contains("\"proposal\"", StringComparison.Ordinal) => Propose(parameters),
        "getblocktemplate" => Template(),
        "submitblock" => Submit(parameters),
        _ => null,
    };

    private string? HashAt(int height) => height > Tip.Height || height < 0 ? null : $"\"{Tip.At(height).Id}\"";

    private int WaitingCount => (int)Math.Min(SimChain.WaitingMax,
        (world.Schedule.Now - _tipAt) / s_transactionEvery.Ticks);

    private string PollId => $"{Tip.Id}{WaitingCount}";

    private static string? PollOf(string parameters)
    {
        using JsonDocument request = JsonDocument.Parse(parameters);
        return request.RootElement.TryGetProperty("longpollid", out JsonElement id) ? id.GetString() : null;
    }

    private string Template()
    {
        int waiting = WaitingCount;
        StringBuilder transactions = new();
        for (int i = 0; i < waiting; i++)
        {
            Transaction transaction = SimChain.Waiting(Tip, i);
            transactions.Append(CultureInfo.InvariantCulture,
                $$"""{{(i == 0 ? "" : ",")}}{"data":"{{Convert.ToHexStringLower(transaction.ToArray())}}","txid":"{{transaction.TxId}}","hash":"{{transaction.WTxId}}","fee":{{SimChain.FeeOf(Tip, i).Units}},"depends":[],"sigops":0,"weight":{{transaction.Weight}}}""");
        }
        string poll = longPolls ? $",\"longpollid\":\"{PollId}\"" : "";
        return string.Create(CultureInfo.InvariantCulture,
            $$"""{"version":536870912,"rules":[],"previousblockhash":"{{Tip.Id}}","transactions":[{{transactions}}],"coinbaseaux":{},"coinbasevalue":{{world.Chain.RewardOf(Tip, waiting).Units}},"target":"{{world.Chain.Target}}","mintime":{{Tip.MedianTime + 1}},"mutable":["time","transactions","prevblock"],"noncerange":"00000000ffffffff","sigoplimit":80000,"sizelimit":4000000,"weightlimit":4000000,"curtime":{{Math.Max(world.UnixTime, Tip.MedianTime + 1)}},"bits":"{{world.Chain.Bits:x8}}","height":{{Tip.Height + 1}}{{poll}}}""");
    }

    private string Propose(string parameters)
    {
        using JsonDocument request = JsonDocument.Parse(parameters);
        byte[] bytes = Convert.FromHexString(request.RootElement.GetProperty("data").GetString()!);
        if (BlockHeader.Parse(bytes).PreviousHash != Tip.Id)
        {
            return "\"inconclusive-not-best-prevblk\"";
        }
        return world.Chain.Read(bytes, world.UnixTime, isProposal: true).Problem is { } problem ? $"\"{problem}\""
            : "null";
    }

    private string Submit(string parameters)
    {
        byte[] bytes = Convert.FromHexString(parameters.AsSpan(1, parameters.IndexOf('"', 1) - 1));
        BlockHeader header = BlockHeader.Parse(bytes);
        Hash256 id = header.FieldsHash;
        if (Seen.Add(id))
        {
            BlockSeen?.Invoke(id);
        }
        string result = Judge(bytes, header, id);
        world.Trace.Note(name, $"submitblock {id.ToString()[^12..]}: {result}");
        return result;
    }

    private string Judge(byte[] bytes, BlockHeader header, Hash256 id)
    {
        if (_known.Contains(id))
        {
            return "\"duplicate\"";
        }
        if (!_known.Contains(header.PreviousHash))
        {
            return "\"prev-blk-not-found\"";
        }
        if (RefusesNext)
        {
            RefusesNext = false;
            Refused[id] = 0;
        }
        if (Refused.ContainsKey(id))
        {
            Refused[id] = world.Schedule.Now;
            return "\"rejected\"";
        }
        (SimBlock? block, string? problem) = world.Chain.Read(bytes, world.UnixTime, isProposal: false);
        if (block is null)
        {
            world.Fail($"{name} refuses a block of ours: {problem}");
            return $"\"{problem}\"";
        }
        Learn(block);
        return Tip == block ? "null" : "\"inconclusive\"";
    }
}
