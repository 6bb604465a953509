using System.Net;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Mining;

/// <summary>
/// What one Stratum connection has agreed on, without a socket: lines go in, lines come out, jobs and verdicts go to
/// the sink once the session is active. Only the connection's reader calls it, except where a member says otherwise.
/// </summary>
internal sealed partial class StratumSession : IDisposable
{
    private const int ConfigureId = 1;
    private const int SubscribeId = 2;
    private const int AuthorizeId = 3;
    private const int ExtranonceSubscribeId = 4;
    private const int SuggestId = 5;
    public const int PingId = 6;

    /// <summary>Lines in a row that are not Stratum before we believe the other side never will be.</summary>
    private const int GarbageMax = 100;

    private const int TextMax = 200;

    private readonly StratumSessionOptions _options;
    private readonly JobNumbers _numbers;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SubmitWindow _window;
    private UpstreamDialect _dialect;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _firstJob = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SessionMemory? _earlier;
    private JobTable _jobs = new();

    /// <summary>Orders the reader's notices and the client's activation, so that the first job is handed on once.</summary>
    private readonly Lock _publishGate = new();

    private bool _subscribed;
    private bool _authorized;
    private string _sessionId = "";
    private ExtranonceSpace? _space;        // of the current job
    private ExtranonceSpace? _nextSpace;    // from the next notify on
    private Target _nextTarget;
    private uint _mask;
    private UpstreamNotice? _latest;
    private Target _latestTarget;
    private IJobSink? _sink;
    private int _garbage;
    private bool _greeted;
    private long _readyAt;                  // 0 before
    private string _problem = "";           // with the last job that could not be used
    private double _latencyMs = double.NaN;

    public StratumSession(
        StratumSessionOptions options, SessionMemory? earlier, JobNumbers numbers, TimeProvider clock, ILogger log)
    {
        _options = options;
        _earlier = earlier;
        _numbers = numbers;
        _time = clock;
        _logger = log;
        _dialect = UpstreamDialect.For(options.Algorithm, options.Equihash);
        _window = new SubmitWindow(options.Careful ? 1 : SubmitWindow.Capacity);
        _refusals = new LineBudget(clock);
        _nextTarget = _latestTarget = _dialect.DifficultyOne; // what pools mean until they say otherwise
        LastHeardAt = LastWorkAt = clock.GetTimestamp();
    }

    /// <summary>Address of the pool to try after its others; null = none.</summary>
    public IPAddress? AddressLast { get; init; }

    /// <summary>Where the connection goes; null before. Client's loop only.</summary>
    public IPAddress? Address { get; set; }

    /// <summary>Lines to send; the connection empties it.</summary>
    public WireBuffer Outgoing { get; } = new();

    /// <summary>Ends well when subscribe and authorize are answered; faults with UpstreamException when refused.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Ends when the first usable notify is here.</summary>
    public Task FirstJob => _firstJob.Task;

    /// <summary>Greeted, and gone or left before there was a job: the way of asking may be to blame.</summary>
    public bool EndedUnused => _greeted && !_firstJob.Task.IsCompleted;

    /// <summary>When subscribe and authorize were answered; null before. Any thread.</summary>
    public long? ReadyAt => Volatile.Read(ref _readyAt) is long at && at != 0 ? at : null;

    /// <summary>What was wrong with the last job that could not be used; empty when there was none. Any thread.</summary>
    public string Problem => Volatile.Read(ref _problem);

    /// <summary>Set when the pool asks us to move; the connection then ends.</summary>
    public ReconnectRequest? Reconnect { get; private set; }

    /// <summary>When the last line came. Any thread.</summary>
    public long LastHeardAt { get; private set; }

    /// <summary>When the pool last gave a job or accepted a share. Any thread.</summary>
    public long LastWorkAt { get; private set; }

    /// <summary>Of the last answered submit; NaN before. Any thread.</summary>
    public double LatencyMs => Volatile.Read(ref _latencyMs);

    /// <summary>
    /// Writes the handshake, pipelined: nothing in it depends on an earlier reply. A careful session writes its first message.
    /// </summary>
    public void Greet()
    {
        StratumSessionOptions o = _options;
        _greeted = true;
        if (o.Careful)
        {
            StratumRequests.Subscribe(Outgoing, SubscribeId, o.UserAgent, ""); // to resume is one wish too many
            return;
        }
        if (_dialect.VersionMask != 0)
        {
            StratumRequests.ConfigureVersionRolling(Outgoing, ConfigureId, _dialect.VersionMask, minBits: 2);
        }
        StratumRequests.Subscribe(Outgoing, SubscribeId, o.UserAgent, _earlier?.SessionId ?? "");
        StratumRequests.Authorize(Outgoing, AuthorizeId, o.User, o.Password);
        if (_dialect.WantsExtranonceChanges)
        {
            StratumRequests.ExtranonceSubscribe(Outgoing, ExtranonceSubscribeId);
        }
        if (o.SuggestDifficulty > 0)
        {
            StratumRequests.SuggestDifficulty(Outgoing, SuggestId, o.SuggestDifficulty);
        }
    }

    /// <summary>From now on jobs and verdicts go to the sink; a job already here goes at once, as a clean one.</summary>
    public void Activate(IJobSink sink)
    {
        lock (_publishGate)
        {
            _sink = sink;
            if (_latest is not null && _space is not null)
            {
                Publish(_latest, _latestTarget, clean: true);
            }
        }
    }

    /// <summary>What a later connection to the same pool needs to resume this one, unanswered submits included.</summary>
    public SessionMemory? Remember() => (_nextSpace ?? _space) is ExtranonceSpace space
        ? new SessionMemory(_sessionId, space, _jobs, _window.TakeWhere(static _ => true))
        : null;

    /// <summary>
    /// Takes one line. Never throws for what is in it, except UpstreamException when a hundred lines in a row are not
    /// Stratum, or when it shows that this pool is not for this rig.
    /// </summary>
    public void OnLine(ReadOnlySpan<byte> line)
    {
        LastHeardAt = _time.GetTimestamp();
        if (!StratumMessage.TryParse(line, out StratumMessage message))
        {
            Ignore("a line", "it is not a JSON object with a method or a result");
            if (++_garbage >= GarbageMax)
            {
                throw new UpstreamException($"{GarbageMax} lines in a row are not Stratum; check host, port and TLS of the URL");
            }
            return;
        }
        _garbage = 0;
        if (message.Method == StratumMethod.None)
        {
            OnReply(message);
        }
        else
        {
            OnRequest(message);
        }
    }

    public void Dispose()
    {
        _window.Dispose();
        Outgoing.Clear();
    }

    private void OnReply(in StratumMessage message)
    {
        if (!message.TryGetId(out long id))
        {
            return;
        }
        switch (id)
        {
            case ConfigureId:
                OnConfigured(message);
                break;
            case SubscribeId:
                OnSubscribed(message);
                break;
            case AuthorizeId:
                OnAuthorized(message);
                break;
            case ExtranonceSubscribeId or SuggestId or PingId:
                break; // wishes: any answer will do
            default:
                OnSubmitReply(id, message);
                break;
        }
    }

    private void OnConfigured(in StratumMessage message)
    {
        bool rolls = message.Result.Member("version-rolling"u8).IsTrue;
        _mask = rolls && message.Result.Member("version-rolling.mask"u8).TryGetHexUInt32(out uint mask)
            ? mask & _dialect.VersionMask
            : 0;
    }

    private void OnSubscribed(in StratumMessage message)
    {
        if (StratumReason.IsRefusal(message))
        {
            Refuse($"refused mining.subscribe: {StratumReason.Read(message)}");
            return;
        }
        if (!_subscribed)
        {
            _dialect = _dialect.AnsweredBy(message.Result);
        }
        if (!_dialect.TryReadSubscribed(message.Result, out SubscribeResult? result))
        {
            Refuse(
                $"answered mining.subscribe with no usable extranonce: expected {_dialect.SubscribeForm}; is it a pool of {AlgorithmName}?",
                UpstreamFault.Unfit);
            return;
        }
        if (_subscribed)
        {
            return;
        }
        _subscribed = true;
        _sessionId = result!.SessionId;
        _nextSpace = new ExtranonceSpace(result.Extranonce1, result.Extranonce2Size);
        if (_earlier is not null && !_options.Careful && _earlier.Space.IsSameAs(_nextSpace))
        {
            _jobs = _earlier.Jobs; // resumed: the pool still knows them
        }
        lock (_publishGate)
        {
            if (_latest is not null)
            {
                OnNotice(_latest); // it came before the reply and could not be used
            }
        }
        if (_options.Careful)
        {
            StratumRequests.Authorize(Outgoing, AuthorizeId, _options.User, _options.Password);
        }
        CompleteHandshake();
    }

    private void OnAuthorized(in StratumMessage message)
    {
        if (StratumReason.IsRefusal(message) || !message.Result.IsTrue)
        {
            string reason = StratumReason.IsRefusal(message) ? StratumReason.Read(message) : "check wallet and worker name";
            Refuse($"refused user \"{_options.User}\": {reason}");
            return;
        }
        _authorized = true;
        CompleteHandshake();
    }

    private void CompleteHandshake()
    {
        if (_subscribed && _authorized)
        {
            Volatile.Write(ref _readyAt, _time.GetTimestamp());
            _ready.TrySetResult();
        }
    }

    private void Refuse(string what, UpstreamFault fault = UpstreamFault.Ordinary) =>
        _ready.TrySetException(new UpstreamException($"the pool {what}", fault));

    private void OnNotify(in StratumMessage message)
    {
        if (_dialect.ReadNotify(message.Params, out string problem) is not { } notice)
        {
            OnUnusable(message.Params, problem);
            return;
        }
        LastWorkAt = _time.GetTimestamp();
        lock (_publishGate)
        {
            OnNotice(notice);
        }
    }

    /// <summary>Said aloud the first time: a rig without a job earns nothing, and this is why.</summary>
    private void OnUnusable(JsonValue parameters, string problem)
    {
        if (_latest is null && JobForms.Recognise(parameters) is { } form && form != _dialect.JobForm)
        {
            throw new UpstreamException(
                $"its jobs are those of {form}, and this rig mines {AlgorithmName}; choose another pool, or the algorithm with --algo",
                UpstreamFault.Unfit);
        }
        if (_problem.Length == 0)
        {
            RigLog.UnusableJob(_logger, _options.Pool, problem);
        }
        else
        {
            Ignore("mining.notify", problem);
        }
        Volatile.Write(ref _problem, problem);
    }

    private void OnNotice(UpstreamNotice notice)
    {
        bool newTip = _latest is null || _latest.Tip != notice.Tip;
        _latest = notice;
        _latestTarget = notice.ShareTarget ?? _nextTarget;
        if (!_subscribed)
        {
            return;
        }
        bool newSpace = _nextSpace is not null;
        _space = _nextSpace ?? _space;
        _nextSpace = null;
        _firstJob.TrySetResult();
        if (_sink is not null)
        {
            Publish(notice, _latestTarget, notice.Clean || newTip || newSpace);
        }
    }

    private void Publish(UpstreamNotice notice, Target shareTarget, bool clean)
    {
        Job job = new()
        {
            Id = _numbers.NextId(),
            Generation = clean ? _numbers.NextGeneration() : _numbers.Generation,
            Algorithm = _options.Algorithm,
            Height = notice.Height,
            Recipe = notice.MakeRecipe(_mask),
            NetworkTarget = notice.Bits == 0 ? default : Target.FromCompact(notice.Bits),
            ShareTarget = shareTarget,
            Clean = clean,
            TimeMin = notice.Time,
            TimeMax = notice.Time,
        };
        UpstreamJob known = new(job, notice.JobId, _space!, _mask);
        _jobs.Add(known);
        RigLog.NewJob(_logger, job.Id, notice.JobId, job.Height, clean);
        _sink!.OnJob(job, known.Space);
    }

    private string AlgorithmName => _options.Equihash is { } rule ? $"equihash {rule}" : _options.Algorithm.Name;

    private void Ignore(string what, string why) => RigLog.Ignored(_logger, _options.Pool, what, why);
}
