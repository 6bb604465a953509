using System.Buffers.Binary;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Who is at the other end: extranonce and dialect by subscribe, workers by authorize. Under the session's lock but for
/// <see cref="Leave"/>.
/// </summary>
internal sealed class SessionLogin
{
    private const int UserAgentCharactersMax = 128;
    private const int PasswordCharactersMax = 256;

    /// <summary>Marks a session whose workers were counted out; an instance of its own, unlike [].</summary>
    private static readonly SessionWorker[] s_taken = new SessionWorker[0];

    private readonly SessionRoom _room;
    private readonly MinerLink _link;
    private readonly SessionDifficulty _difficulty;
    private SessionWorker[] _workers = [];
    private bool _subscribed;

    public SessionLogin(SessionRoom room, MinerLink link, SessionDifficulty difficulty)
    {
        _room = room;
        _link = link;
        _difficulty = difficulty;
        Dialect = room.Dialect;
    }

    public StratumDialect Dialect { get; private set; }

    /// <summary>0 before subscribe; the key under which the session can be resumed.</summary>
    public ulong ResumeId { get; private set; }

    public uint Extranonce1 { get; private set; }

    public string UserAgent { get; private set; } = "";

    public CoinbaseClass Class { get; private set; } = CoinbaseClass.Default;

    /// <summary>The worker that logged in first; null before.</summary>
    public AccountMeter? Main { get; private set; }

    /// <summary>In SOLO mode the coinbase of this account is what the session works on; 0 until it has one.</summary>
    public int MainAccount => Math.Max(0, Main!.AccountId);

    /// <summary>The user name of the first worker; empty before.</summary>
    public string MainUser => _workers is [SessionWorker first, ..] ? first.User : "";

    public bool IsSubscribed => _subscribed;

    public bool IsLoggedIn => _subscribed && Main is not null;

    /// <summary>
    /// A resumed miner may start over at extranonce 2 = 0: its first coinbase has to be one it has not had.
    /// </summary>
    public bool IsResumed { get; private set; }

    public void OnSubscribe(in StratumMessage message, StratumSession session)
    {
        UserAgent = message.Params.Element(0).GetText(UserAgentCharactersMax);
        Class = CoinbaseClasses.FromUserAgent(UserAgent);
        if (!_subscribed)
        {
            Dialect = _room.Dialect.For(message.Params);
            if (!TryBegin(message.Params.Element(1), session))
            {
                _link.Refuse(message.Id, "no extranonce is free: as many miners are connected as this"
                    + " algorithm can tell apart; try again later or use another pool");
                _link.End(CloseReason.NoExtranonce);
                return;
            }
            _subscribed = true;
        }
        Dialect.WriteSubscribed(_link.Reply, message.Id, session);
    }

    public void OnAuthorize(in StratumMessage message)
    {
        string user = message.Params.Element(0).GetText(LoginName.CharactersMax).Trim();
        if (Find(user) is not null)
        {
            StratumWriter.True(_link.Reply, message.Id);
            return;
        }
        if (_room.Jobs.WhyClosed is { } closed)
        {
            StratumWriter.Error(_link.Reply, message.Id, StratumError.Unauthorised, closed.Reason); // not its fault
            return;
        }
        int workersMax = _room.Options.Limits.WorkersPerConnectionMax;
        if (_workers.Length >= workersMax)
        {
            Refuse(in message, $"at most {workersMax} workers on one connection");
            return;
        }
        if (!_room.Logins.TryLogin(user, out AccountMeter? account, out double wish, out string error))
        {
            Refuse(in message, LoginName.IsCut(user) ? TooLong(message.Params.Element(0)) : error);
            return;
        }
        if (!TryAdd(new SessionWorker(user, account)))
        {
            return;
        }
        _room.Guard.LoggedIn(_link.Entry);
        StratumWriter.True(_link.Reply, message.Id);
        if (Main is null)
        {
            Main = account;
            string password = message.Params.Element(1).GetText(PasswordCharactersMax);
            wish = LoginOptions.TryGetDifficulty(password, out double difficulty) ? difficulty : wish;
            if (!_difficulty.HasWish && wish > 0)
            {
                _difficulty.Wish(wish, _link.ReceivedAt);
            }
            TellRegion(user, password);
        }
    }

    private static string TooLong(in JsonValue user) =>
        $"the user name has {user.GetText(LineFramer.MinerLineBytesMax).Length} characters, of which "
        + $"{LoginName.CharactersMax} are read, and no address of this coin ends within them; log in as address.worker";

    /// <summary>
    /// Only who asked for it is told of another pool, and goes or stays as it likes: it is served here meanwhile.
    /// </summary>
    private void TellRegion(string user, string password)
    {
        if (LoginOptions.TryGetRegion(password, out string wish)
            && _room.Regions.For(wish, user, _link.Connection.Remote.Address, _link.Connection.IsTls) is { } region)
        {
            StratumWriter.Reconnect(_link.Reply, region.Host, region.Port, waitSeconds: 0);
            _room.Log.SentToRegion(user, region);
        }
    }

    /// <summary>Which of its workers a submit names; null = none it has authorized.</summary>
    public SessionWorker? FindSubmitter(JsonValue name)
    {
        SessionWorker[] workers = _workers;
        foreach (SessionWorker worker in workers)
        {
            if (name.Inner.SequenceEqual(worker.UserBytes))
            {
                return worker;
            }
        }
        // Escapes, case of white space, over-long names: the same cleaning as at authorize.
        return workers.Length == 0 ? null
            : name.IsString && name.Inner.IsEmpty ? workers[0]
            : Find(name.GetText(LoginName.CharactersMax).Trim());
    }

    /// <summary>
    /// At the end, from any thread: counts each worker out, once. measured: what its shares have shown; 0 = nothing.
    /// </summary>
    public void Leave(double measured)
    {
        foreach (SessionWorker worker in Interlocked.Exchange(ref _workers, s_taken))
        {
            _room.Meters.SetMeasured(worker.Account, measured);
            _room.Meters.Disconnected(worker.Account);
        }
    }

    /// <summary>False when no extranonce is free.</summary>
    private bool TryBegin(JsonValue wanted, StratumSession session)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        bool isNamed = wanted.TryGetHex(bytes, out int length) && length == bytes.Length;
        ulong id = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        if (Dialect.CanResume && isNamed && _room.Extranonces.TryResume(session, id, out ResumedSession? resumed))
        {
            (Extranonce1, ResumeId) = (resumed.Extranonce, id);
            _difficulty.Resume(resumed.Targets, resumed.Measured);
            IsResumed = true;
        }
        else if (_room.Extranonces.TryTake(out uint extranonce, out ulong resumeId))
        {
            (Extranonce1, ResumeId) = (extranonce, resumeId);
        }
        else
        {
            return false;
        }
        _room.Extranonces.Hold(session);
        return true;
    }

    /// <summary>False when the connection was closed meanwhile by another thread.</summary>
    private bool TryAdd(SessionWorker worker)
    {
        SessionWorker[] before = Volatile.Read(ref _workers);
        _room.Meters.Connected(worker.Account, UserAgent);
        if (!_link.IsClosed && Interlocked.CompareExchange(ref _workers, [.. before, worker], before) == before)
        {
            return true;
        }
        _room.Meters.Disconnected(worker.Account);
        return false;
    }

    private void Refuse(in StratumMessage message, string error)
    {
        StratumWriter.Error(_link.Reply, message.Id, StratumError.Unauthorised, error);
        _link.AddPoints(ConnectionGuard.WrongSubmitPoints);
    }

    private SessionWorker? Find(string user)
    {
        foreach (SessionWorker worker in _workers)
        {
            if (worker.User == user)
            {
                return worker;
            }
        }
        return null;
    }
}
