using System.Diagnostics.CodeAnalysis;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// One connection's conversation: from bytes to lines to the part that answers. Lines arrive on the transport's
/// threads, verdicts on the committer's, jobs and timers on the pacer's: all of them take the session's lock, under
/// which all parts work. Nothing inside waits.
/// </summary>
internal sealed partial class StratumSession : IMinerSession
{
    private const double IdleLineSeconds = 0.2;

    /// <summary>
    /// Lines that are no JSON before the connection is closed: whoever speaks here speaks something else.
    /// </summary>
    private const int MalformedMax = 3;

    private readonly Lock _gate = new();
    private readonly SessionRoom _room;
    private readonly MinerLink _link;
    private readonly SessionDifficulty _difficulty;
    private readonly VersionRolling _rolling;
    private readonly SessionLogin _login;
    private readonly SessionWishes _wishes;
    private readonly SessionJobs _jobs;
    private readonly SessionSubmits _submits;
    private readonly LineFramer _framer = new();
    private readonly double _acceptedAt;
    private TokenBucket _messages;
    private double _partialSince = double.NaN;
    private int _malformed;

    public StratumSession(SessionRoom room, TransportConnection connection, GuardEntry? guard, int slot)
    {
        PoolOptions options = room.Options;
        _room = room;
        Slot = slot;
        _acceptedAt = room.Now;
        _link = new MinerLink(connection, room.Guard, guard, _acceptedAt);
        _difficulty = new SessionDifficulty(
            options.VardiffAt(connection.LocalPort), options.Coin, room.Dialect.RollsVersions, _acceptedAt);
        _rolling = new VersionRolling(options.VersionMask);
        _login = new SessionLogin(room, _link, _difficulty);
        _wishes = new SessionWishes(room, _link, _login, _difficulty, _rolling);
        _jobs = new SessionJobs(room, _link, _login, _difficulty, _rolling);
        SessionConduct conduct = new(room, _link, _login, _jobs);
        _submits = new SessionSubmits(room, _link, _login, _jobs, _difficulty, conduct);
        _messages = new TokenBucket(10 * options.Guard.MessagesPerSecond, _acceptedAt);
    }

    public static string VersionText { get; } =
        $"Otedama/{typeof(StratumSession).Assembly.GetName().Version?.ToString(3)}";

    public int Slot { get; }

    public TransportConnection Connection => _link.Connection;

    /// <summary>Submits that wait for their verdict; any thread.</summary>
    public long PendingSubmits => _submits.Pending;

    public ulong ResumeId => _login.ResumeId;

    public uint Extranonce1 => _login.Extranonce1;

    public uint VersionMask => _rolling.Mask;

    public ProofSlab Proofs => _room.Proofs;

    public bool IsAnothers(uint extranonce) => extranonce != Extranonce1 && _room.Extranonces.IsUsed(extranonce);

    public bool TryFindJob(JsonValue id, [NotNullWhen(true)] out PoolJob? job) => _jobs.TryFind(id, out job);

    public bool TryVersion(BitcoinRecipe recipe, uint? bits, out uint version) =>
        _rolling.TryVersion(recipe, bits, out version);

    /// <summary>Bytes of the miner. The transport flushes what is answered.</summary>
    public void OnReceived(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            _link.ReceivedAt = _room.Now;
            _link.Begin();
            EndLines(ReadLines(bytes));
        }
    }

    /// <summary>
    /// Timers; about ten times a second. mintTurn allows a fresh job for a changed difficulty. True: flush.
    /// </summary>
    public bool Tick(double now, bool mintTurn)
    {
        if (!IsTickDue(now, mintTurn))
        {
            return false;
        }
        lock (_gate)
        {
            if (_link.IsClosed)
            {
                return false;
            }
            _link.Begin();
            bool open = CheckTimeouts(now) && TakeIdleLine(now);
            if (open)
            {
                _jobs.Pace(now, mintTurn);
            }
            EndLines(open);
            return true;
        }
    }

    /// <summary>
    /// A job was published: sends the newest of this session's kind unless it has it already. True: flush.
    /// </summary>
    public bool OnJobPublished()
    {
        lock (_gate)
        {
            if (!_login.IsLoggedIn || _link.IsClosed)
            {
                return false;
            }
            _link.Begin();
            _jobs.SendNewest(_room.Now);
            _link.Send();
            return true;
        }
    }

    /// <summary>A verdict of one of this session's submits. The caller flushes.</summary>
    public void OnVerdict(in Verdict verdict)
    {
        lock (_gate)
        {
            _link.Begin();
            _submits.OnVerdict(in verdict, _room.Now);
            _link.Send();
        }
    }

    /// <summary>The connection has ended; once, from any thread.</summary>
    public void OnClosed()
    {
        _room.Guard.Leave(_link.Entry);
        _login.Leave(LeaveBehind().Measured);
        _room.Extranonces.GiveUp(this);
    }

    /// <summary>What is kept of a session whose connection ended.</summary>
    public ResumedSession LeaveBehind()
    {
        lock (_gate)
        {
            return new ResumedSession(Extranonce1, _difficulty.Targets.Newest(), _difficulty.Measured(_room.Now));
        }
    }

    private bool ReadLines(ReadOnlySpan<byte> bytes)
    {
        while (!_link.IsClosed)
        {
            switch (_framer.Next(ref bytes, out ReadOnlySpan<byte> line))
            {
                case LineStatus.NeedMore:
                    MarkPartial();
                    return true;
                case LineStatus.TooLong:
                    _link.Refuse("null"u8, $"line longer than {LineFramer.MinerLineBytesMax} bytes");
                    _link.AddPoints(ConnectionGuard.MalformedPoints);
                    _link.End(CloseReason.LineTooLong);
                    return false;
                default:
                    OnLine(line);
                    break;
            }
        }
        return false;
    }

    private void MarkPartial()
    {
        if (_framer.TailLength == 0)
        {
            _partialSince = double.NaN;
        }
        else if (double.IsNaN(_partialSince))
        {
            _partialSince = _link.ReceivedAt;
        }
    }

    private void OnLine(ReadOnlySpan<byte> line)
    {
        _partialSince = double.NaN;
        double perSecond = _room.Options.Guard.MessagesPerSecond;
        if (_link.Entry is not null && perSecond > 0 && !_messages.TryTake(perSecond, 10 * perSecond, _link.ReceivedAt))
        {
            Connection.Close(CloseReason.Banned);
            return;
        }
        if (!StratumMessage.TryParse(line, out StratumMessage message))
        {
            _room.CountMalformed();
            _link.Refuse("null"u8, "malformed JSON");
            _link.AddPoints(ConnectionGuard.MalformedPoints);
            if (++_malformed >= MalformedMax)
            {
                _link.End(CloseReason.Malformed);
            }
            return;
        }
        Dispatch(in message);
    }

    private void Dispatch(in StratumMessage message)
    {
        WireBuffer reply = _link.Reply;
        _link.SaysVersion |= message.Version.Inner.SequenceEqual("2.0"u8);
        if (_login.Dialect.TryAnswer(in message, reply))
        {
            return;
        }
        switch (message.Method)
        {
            case StratumMethod.Submit: _submits.OnSubmit(in message, this); break;
            case StratumMethod.Subscribe: _login.OnSubscribe(in message, this); break;
            case StratumMethod.Authorize: _login.OnAuthorize(in message); break;
            case StratumMethod.Configure: _wishes.OnConfigure(in message); break;
            case StratumMethod.SuggestDifficulty: _wishes.OnSuggestDifficulty(in message); break;
            case StratumMethod.SuggestTarget: _wishes.OnSuggestTarget(in message); break;
            case StratumMethod.ExtranonceSubscribe:
            case StratumMethod.MultiVersion:
            case StratumMethod.Capabilities: StratumWriter.True(reply, message.Id); break;
            case StratumMethod.GetTransactions: StratumWriter.Result(reply, message.Id, "[]"u8); break;
            case StratumMethod.GetVersion:
            case StratumMethod.ClientGetVersion: StratumWriter.TextResult(reply, message.Id, VersionText); break;
            case StratumMethod.Ping: StratumWriter.TextResult(reply, message.Id, "pong"); break;
            case StratumMethod.Pong: break;
            case StratumMethod.None when message.IsReply: break; // an answer to something we sent; none is needed
            case StratumMethod.None: RefuseMethod(in message, "method is missing"); break;
            default: RefuseMethod(in message, $"unsupported method {message.MethodName.GetText(64)}"); break;
        }
    }

    private void RefuseMethod(in StratumMessage message, string problem)
    {
        _link.AddPoints(ConnectionGuard.WrongSubmitPoints);
        _link.Refuse(message.Id, problem);
    }

    private bool IsTickDue(double now, bool mintTurn) =>
        !double.IsNaN(_partialSince)
        || !_login.IsLoggedIn
        || _jobs.IsPaceDue(now, mintTurn)
        || now - _link.ReceivedAt > _room.Options.Limits.SilenceTimeout.TotalSeconds;

    private bool CheckTimeouts(double now)
    {
        StratumLimits limits = _room.Options.Limits;
        CloseReason? reason =
            now - _partialSince > limits.LineTimeout.TotalSeconds ? CloseReason.SlowSender
            : !_login.IsLoggedIn && now - _acceptedAt > limits.LoginTimeout.TotalSeconds ? CloseReason.LoginTimeout
            : now - _link.ReceivedAt > limits.SilenceTimeout.TotalSeconds ? CloseReason.Silent
            : null;
        if (reason is null)
        {
            return true;
        }
        Connection.Close(reason.Value);
        return false;
    }

    private bool TakeIdleLine(double now)
    {
        bool isIdle = _framer.TailLength > 0 && now - _link.ReceivedAt >= IdleLineSeconds;
        if (isIdle && _framer.TryTakeIdle(out ReadOnlySpan<byte> line))
        {
            OnLine(line);
        }
        return !_link.IsClosed;
    }

    /// <summary>After a batch of lines: the first job when it is due, then everything in one write.</summary>
    private void EndLines(bool open)
    {
        if (open)
        {
            _jobs.SendFirst();
        }
        _link.Send();
    }
}
