using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// The book and the splits of a pool on a share chain. Accounts, shares and found blocks are kept in this node's
/// ledger, for its operator to look at; whom a block pays the chain says. Every payee has a coinbase of its own: the
/// same outputs, and a commitment to a share that is the payee's. Any thread.
/// </summary>
public sealed partial class ChainBook : IShareBook, ISplits, IShareListener
{
    private readonly Ledger _ledger;
    private readonly ShareDesk _desk;
    private readonly ChainBookOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>What a share on this split says. A split lives as long as jobs with it do.</summary>
    private readonly ConditionalWeakTable<PayoutSplit, ShareCore> _cores = [];

    private readonly Lock _gate = new(); // guards _outputs and _outputsOf
    private readonly Dictionary<(byte Class, ulong Reward), PayoutOutput[]> _outputs = [];
    private Hash256 _outputsOf; // the parent they are of
    private long _found;
    private long _refused;

    public ChainBook(Ledger ledger, ShareDesk desk, ChainBookOptions options, PoolWorld world)
    {
        _ledger = ledger;
        _desk = desk;
        _options = options;
        _time = world.Time;
        _logger = world.Loggers.CreateLogger(LogCategory.PoolChain);
        ledger.Changed += OnLedgerChanged;
        desk.Tell(this);
    }

    public event Action? Changed;

    public bool HasOwnCoinbases => true;

    public CoinbaseForm? Form => ShareCoinbase.Form;

    /// <summary>Says why what is mined here might be worth nothing; null while it does not.</summary>
    public Func<Closure?> Gate { get; set; } = static () => null;

    public Closure? WhyClosed => Gate();

    public bool HasPending => _ledger.HasPending;

    /// <summary>Cap class of miners of the usual kind.</summary>
    public byte UsualClass => ClassFor(CoinbaseClass.Default.OutputsMax(Form));

    /// <summary>
    /// Shares of the chain found by miners of this node since start, and how many of them the chain refused.
    /// </summary>
    public (long Found, long Refused) Own => (Interlocked.Read(ref _found), Interlocked.Read(ref _refused));

    /// <summary>For whoever has no coinbase of his own yet: what he finds is the operator's.</summary>
    public PayoutSplit SplitFor(Template template, int outputsMax) => SplitFor(template, outputsMax, _options.Payout);

    public PayoutSplit SplitFor(Template template, int outputsMax, int owner) =>
        SplitFor(template, outputsMax, KeyOf(owner));

    public int CoinbaseOwnerOf(int account) => _ledger.CoinbaseOwnerOf(account);

    public bool TryAppend(ReadOnlySpan<ShareRecord> shares) => _ledger.TryAppend(shares);

    public void Commit() => _ledger.Commit();

    public bool TryBeginCommit(ILoopDisk disk) => _ledger.TryBeginCommit(disk);

    public void EndCommit(IOException? failure) => _ledger.EndCommit(failure);

    public BlockBooking Book(PoolJob job, Hash256 block, int finderAccount) => _ledger.Book(job, block, finderAccount);

    public bool BookKept(BlockBooking booking) => _ledger.BookKept(booking);

    public void BlockRefused(Hash256 blockHash, string reason) => _ledger.BlockRefused(blockHash, reason);

    public void ChainShare(PoolJob job, ReadOnlySpan<byte> header, in Candidate candidate, Hash256 hash)
    {
        if (!_cores.TryGetValue(job.Split, out ShareCore? core) || !job.Split.ChainTarget.IsMetBy(hash))
        {
            return; // a block may be easier than a share
        }
        ChainShare share = Build(core, job, header, candidate.Extranonce, hash);
        Interlocked.Increment(ref _found);
        Arrival arrival = _desk.Arrive(share.Bytes.Span, ShareOrigin.Own);
        if (arrival.Kind == ArrivalKind.Refused)
        {
            Interlocked.Increment(ref _refused);
            LogOwnRefused(share.ToString(), arrival.Fault!.ToString());
        }
        else
        {
            _desk.Transactions.Add(share.Id, job.Prepared.Template);
            LogOwn(core.Height, share.ToString(), arrival.Kind);
        }
    }

    void IShareListener.OnTaken(ChainShare share, ShareOrigin origin)
    {
    }

    void IShareListener.OnNext(NextShare next) => Changed?.Invoke();

    void IShareListener.OnMissing(Hash256 id, long peer)
    {
    }

    private void OnLedgerChanged() => Changed?.Invoke();

    private PayoutSplit SplitFor(Template template, int outputsMax, PayoutKey payout)
    {
        ulong reward = (ulong)template.CoinbaseValue.Units;
        byte capClass = ClassFor(outputsMax);
        (NextShare next, IReadOnlyList<PayoutOutput> outputs) =
            _desk.Look(chain => (NextOf(chain), OutputsOf(chain, capClass, reward, payout)));
        if (template.Height < next.CoinHeightMin)
        {
            throw new ArgumentException(
                $"the coin node offers height {template.Height}, and the share chain is at {next.CoinHeightMin} and more; "
                + "wait until the node is synchronised");
        }
        ShareCore core = new()
        {
            CapClass = capClass,
            Parent = next.Parent,
            Uncles = next.Uncles,
            Height = next.Height,
            Sequence = next.Sequence,
            TimeMs = Math.Max((ulong)_time.GetUtcNow().ToUnixTimeMilliseconds(), next.TimeMinMs),
            Bits = next.Bits,
            CumulativeWork = next.CumulativeWork,
            Payout = payout,
            FeeBasisPoints = _options.FeeBasisPoints,
            FeePayout = _options.FeeBasisPoints == 0 ? default : _options.Payout,
            SoftwareId = ChainBookOptions.SoftwareId,
            SoftwareVersion = _options.SoftwareVersion,
            CoinHeight = (uint)template.Height,
            CoinValue = reward,
            WitnessCommitment = WitnessCommitmentOf(template),
        };
        PayoutSplit split = new()
        {
            Reward = template.CoinbaseValue,
            Outputs = outputs,
            Commitment = ShareCoinbase.CommitmentScript(core.Commitment(_desk.Parameters.Id)),
            Parent = next.Parent,
            ChainTarget = next.Target,
            Form = ShareCoinbase.Form,
        };
        _cores.Add(split, core);
        return split;
    }

    /// <summary>Of the account of an owner; the operator's for scripts that no share can name.</summary>
    private PayoutKey KeyOf(int owner) =>
        PayoutKey.TryFromScript(_ledger.ScriptOf(owner).Span, out PayoutKey key) ? key : _options.Payout;

    /// <summary>Under the desk's lock: what the desk says unless the chain is ahead of it.</summary>
    private NextShare NextOf(ShareChain chain)
    {
        NextShare next = _desk.Next;
        return next.Parent == chain.TipId ? next : chain.Next();
    }

    /// <summary>The same for all payees of this node, but for the first share of a chain.</summary>
    private PayoutOutput[] OutputsOf(ShareChain chain, byte capClass, ulong reward, PayoutKey own)
    {
        lock (_gate)
        {
            if (_outputsOf != chain.TipId)
            {
                _outputs.Clear();
                _outputsOf = chain.TipId;
            }
            if (chain.Tip is not null && _outputs.TryGetValue((capClass, reward), out PayoutOutput[]? known))
            {
                return known;
            }
            PayoutOutput[] outputs = [.. chain.SplitFor(capClass, reward, own) ?? throw new ArgumentException(
                "too little of the share chain is known to say whom a block pays; wait until it is synchronised")];
            if (_outputs.Count < _desk.Parameters.Caps.Count * 2)
            {
                _outputs[(capClass, reward)] = outputs;
            }
            return outputs;
        }
    }

    /// <summary>The widest class whose payees fit; the narrowest where none does.</summary>
    private byte ClassFor(int outputsMax)
    {
        IReadOnlyList<int> caps = _desk.Parameters.Caps;
        int best = -1;
        for (int i = 0; i < caps.Count; i++)
        {
            if (caps[i] <= outputsMax && (best < 0 || caps[i] > caps[best]))
            {
                best = i;
            }
        }
        return best >= 0 ? (byte)best
            : throw new ArgumentException($"no class of this chain pays at most {outputsMax} payees");
    }

    private static Hash256 WitnessCommitmentOf(Template template) =>
        template.WitnessCommitment.IsEmpty
            ? Hash256.Zero : new Hash256(template.WitnessCommitment.Span[^Hash256.Size..]);

    private static ChainShare Build(
        ShareCore core, PoolJob job, ReadOnlySpan<byte> header, Extranonce extranonce, Hash256 hash)
    {
        IBlockRecipe recipe = job.Job.BlockRecipe;
        ReadOnlyMemory<byte> coinbase = recipe.Coinbase(extranonce.Span);
        ByteReader reader = new(recipe.Solve(header, hash).Bytes.Span);
        Hash256[] branch = new Hash256[job.Prepared.Branches.Length / Hash256.Size];
        for (int i = 0; i < branch.Length; i++)
        {
            branch[i] = new Hash256(job.Prepared.Branches.Span.Slice(i * Hash256.Size, Hash256.Size));
        }
        return new ChainShare(core, new ShareWork
        {
            Extranonce = ShareCoinbase.ExtranonceOf(coinbase, (int)core.CoinHeight),
            Link = ShareCoinbase.LinkOf(coinbase.Span),
            Header = BlockHeader.Read(ref reader, job.Template.Family),
            Branch = branch,
        });
    }

    [LoggerMessage(Level = LogLevel.Debug, EventName = "chain_share_found",
        Message = "Share {Height} of the chain is ours: {Share} ({Kind})")]
    private partial void LogOwn(uint height, string share, ArrivalKind kind);

    [LoggerMessage(Level = LogLevel.Error, EventName = "chain_share_own_refused",
        Message = "A share of our own is refused by our own check: {Share}, {Fault}. If this happens again the machine may "
            + "compute wrongly: test its memory, and take back overclocking.")]
    private partial void LogOwnRefused(string share, string fault);
}
