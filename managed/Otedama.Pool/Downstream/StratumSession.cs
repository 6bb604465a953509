using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// One connection's conversation. Lines arrive on the transport's threads, verdicts on the pipeline's, jobs and timers
/// on the server's pacer: all of them take the session's lock. Nothing inside waits. Login, submit and jobs are in
/// their own files.
/// </summary>
internal sealed partial class StratumSession
{
    private const double IdleLineSeconds = 0.2;
    private const int UserAgentCharactersMax = 128;

    /// <summary>Lines that are no JSON before the connection is closed: whoever speaks here speaks something else.</summary>
    private const int MalformedMax = 3;

    private readonly Lock _gate = new();
    private readonly StratumServer _server;
    private readonly TransportConnection _connection;
    private readonly GuardEntry? _guard;
    private readonly LineFramer _framer = new();
    private readonly double _acceptedAt;
    private readonly SessionDifficulty _difficulty;
    private StratumDialect _dialect;
    private TokenBucket _messages;
    private double _receivedAt;
    private double _partialSince = double.NaN;
    private bool _saysVersion;
    private int _malformed;

    /// <summary>What the current batch answers; the server's scratch buffer, set while the lock is held.</summary>
    private WireBuffer _reply = null!;

    public StratumSession(StratumServer server, TransportConnection connection, GuardEntry? guard, int slot)
    {
        _server = server;
        _connection = connection;
        _guard = guard;
        Slot = slot;
        _dialect = server.Dialect;
        _acceptedAt = server.Now;
        _receivedAt = _acceptedAt;
        _difficulty = new SessionDifficulty(server.Options.VardiffAt(connection.LocalPort), server.Options.Coin, _dialect.RollsVersions, _acceptedAt);
        _repeats = new TokenBucket(RepeatsPerMinuteMax, _acceptedAt);
        _messages = new TokenBucket(10 * server.Options.Guard.MessagesPerSecond, _acceptedAt);
    }

    public int Slot { get; }

    public long Id => _connection.Id;

    public TransportConnection Connection => _connection;

    public GuardEntry? Guard => _guard;

    /// <summary>Set by the server's verdict loop while a flush is owed.</summary>
    public bool FlushOwed { get; set; }

    public void OnReceived(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            _receivedAt = _server.Now;
            _reply = _server.Scratch();
            bool open = ReadLines(bytes);
            EndBatch(open);
        }
    }

    /// <summary>Timers; about ten times a second. mintTurn allows a fresh job for a changed difficulty.</summary>
    public void Tick(double now, bool mintTurn)
    {
        if (!IsTickDue(now, mintTurn))
        {
            return;
        }
        lock (_gate)
        {
            if (_connection.IsClosed)
            {
                return;
            }
            _reply = _server.Scratch();
            bool open = CheckTimeouts(now) && TakeIdleLine(now);
            if (open)
            {
                Pace(now, mintTurn);
            }
            EndBatch(open);
        }
        _connection.Flush();
    }

    private bool ReadLines(ReadOnlySpan<byte> bytes)
    {
        while (!_connection.IsClosed)
        {
            switch (_framer.Next(ref bytes, out ReadOnlySpan<byte> line))
            {
                case LineStatus.NeedMore:
                    MarkPartial();
                    return true;
                case LineStatus.TooLong:
                    StratumWriter.Error(_reply, "null"u8, StratumError.Other, $"line longer than {LineFramer.MinerLineBytesMax} bytes");
                    AddPoints(ConnectionGuard.MalformedPoints);
                    SendReply();
                    _connection.Close(CloseReason.LineTooLong);
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
            _partialSince = _receivedAt;
        }
    }

    private void OnLine(ReadOnlySpan<byte> line)
    {
        _partialSince = double.NaN;
        if (_guard is not null && _server.Options.Guard.MessagesPerSecond > 0
            && !_messages.TryTake(_server.Options.Guard.MessagesPerSecond, 10 * _server.Options.Guard.MessagesPerSecond, _receivedAt))
        {
            _connection.Close(CloseReason.Banned);
            return;
        }
        if (!StratumMessage.TryParse(line, out StratumMessage message))
        {
            _server.CountMalformed();
            StratumWriter.Error(_reply, "null"u8, StratumError.Other, "malformed JSON");
            AddPoints(ConnectionGuard.MalformedPoints);
            if (++_malformed >= MalformedMax)
            {
                SendReply();
                _connection.Close(CloseReason.Malformed);
            }
            return;
        }
        Dispatch(in message);
    }

    private void Dispatch(in StratumMessage message)
    {
        _saysVersion |= message.Version.Inner.SequenceEqual("2.0"u8);
        if (_dialect.TryAnswer(in message, _reply))
        {
            return;
        }
        switch (message.Method)
        {
            case StratumMethod.Submit: OnSubmit(in message); break;
            case StratumMethod.Subscribe: OnSubscribe(in message); break;
            case StratumMethod.Authorize: OnAuthorize(in message); break;
            case StratumMethod.Configure: OnConfigure(in message); break;
            case StratumMethod.SuggestDifficulty: OnSuggestDifficulty(in message); break;
            case StratumMethod.SuggestTarget: OnSuggestTarget(in message); break;
            case StratumMethod.ExtranonceSubscribe:
            case StratumMethod.MultiVersion:
            case StratumMethod.Capabilities: StratumWriter.True(_reply, message.Id); break;
            case StratumMethod.GetTransactions: StratumWriter.Result(_reply, message.Id, "[]"u8); break;
            case StratumMethod.GetVersion:
            case StratumMethod.ClientGetVersion: StratumWriter.TextResult(_reply, message.Id, StratumServer.VersionText); break;
            case StratumMethod.Ping: StratumWriter.TextResult(_reply, message.Id, "pong"); break;
            case StratumMethod.Pong: break;
            case StratumMethod.None when message.IsReply: break; // an answer to something we sent; none is needed
            case StratumMethod.None:
                AddPoints(ConnectionGuard.WrongSubmitPoints);
                StratumWriter.Error(_reply, message.Id, StratumError.Other, "method is missing");
                break;
            default:
                AddPoints(ConnectionGuard.WrongSubmitPoints);
                StratumWriter.Error(_reply, message.Id, StratumError.Other, $"unsupported method {message.MethodName.GetText(64)}");
                break;
        }
    }

    private bool IsTickDue(double now, bool mintTurn) =>
        !double.IsNaN(_partialSince)
        || !IsLoggedIn
        || IsPaceDue(now, mintTurn)
        || now - _receivedAt > _server.Options.Limits.SilenceTimeout.TotalSeconds;

    private bool CheckTimeouts(double now)
    {
        StratumLimits limits = _server.Options.Limits;
        CloseReason? reason =
            now - _partialSince > limits.LineTimeout.TotalSeconds ? CloseReason.SlowSender
            : !IsLoggedIn && now - _acceptedAt > limits.LoginTimeout.TotalSeconds ? CloseReason.LoginTimeout
            : now - _receivedAt > limits.SilenceTimeout.TotalSeconds ? CloseReason.Silent
            : null;
        if (reason is null)
        {
            return true;
        }
        _connection.Close(reason.Value);
        return false;
    }

    private bool TakeIdleLine(double now)
    {
        if (_framer.TailLength > 0 && now - _receivedAt >= IdleLineSeconds && _framer.TryTakeIdle(out ReadOnlySpan<byte> line))
        {
            OnLine(line);
        }
        return !_connection.IsClosed;
    }

    /// <summary>After a batch of lines: the first job when it is due, then everything in one write.</summary>
    private void EndBatch(bool open)
    {
        if (open && _jobDue)
        {
            SendFirstJob();
        }
        SendReply();
    }

    private void SendReply()
    {
        if (_reply.Length > 0)
        {
            if (_saysVersion)
            {
                WriteWithVersion();
            }
            else
            {
                _connection.Write(_reply.Written);
            }
            _reply.Reset();
        }
    }

    /// <summary>A miner that says it speaks JSON-RPC 2.0 hangs up on lines that do not; others never see the key.</summary>
    private void WriteWithVersion()
    {
        WireBuffer lines = new();
        ReadOnlySpan<byte> rest = _reply.Written;
        while (!rest.IsEmpty)
        {
            int end = rest.IndexOf((byte)'\n') + 1;
            lines.Append("{\"jsonrpc\":\"2.0\","u8);
            lines.Append(rest[1..end]);
            rest = rest[end..];
        }
        _connection.Write(lines.Written);
        lines.Clear();
    }

    private void AddPoints(double points)
    {
        if (_server.Guard.AddPoints(_guard, points, _receivedAt))
        {
            SendReply();
            _connection.Close(CloseReason.Banned);
        }
    }
}
