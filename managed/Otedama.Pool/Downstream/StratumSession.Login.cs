using System.Buffers.Binary;
using System.Numerics;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

internal sealed partial class StratumSession
{
    private const int PasswordCharactersMax = 256;
    private const int ExtensionsMax = 16;
    private const int ExtensionBytesMax = 64;

    /// <summary>Marks a session whose workers were counted out; an instance of its own, unlike [].</summary>
    private static readonly SessionWorker[] s_taken = new SessionWorker[0];

    private SessionWorker[] _workers = [];
    private AccountMeter? _main;
    private string _userAgent = "";
    private CoinbaseClass _class = CoinbaseClass.Default;
    private bool _subscribed;
    private uint _extranonce1;
    private uint _clientMask;

    /// <summary>0 before subscribe; the key under which the session can be resumed.</summary>
    public ulong ResumeId { get; private set; }

    public uint Extranonce1 => _extranonce1;

    public bool IsAnothers(uint extranonce) => extranonce != _extranonce1 && _server.Extranonces.IsUsed(extranonce);

    public bool IsLoggedIn => _subscribed && _main is not null;

    /// <summary>In SOLO mode the coinbase of this account is what the session works on; 0 until it has one.</summary>
    private int MainAccount => Math.Max(0, _main!.AccountId);

    /// <summary>At the end, from any thread: hands over the workers exactly once, so that each is counted out once.</summary>
    public SessionWorker[] TakeWorkers() => Interlocked.Exchange(ref _workers, s_taken);

    private void OnSubscribe(in StratumMessage message)
    {
        _userAgent = message.Params.Element(0).GetText(UserAgentCharactersMax);
        _class = CoinbaseClasses.FromUserAgent(_userAgent);
        if (!_subscribed)
        {
            _dialect = _server.Dialect.For(message.Params);
            if (!TryBeginSession(message.Params.Element(1)))
            {
                StratumWriter.Error(_reply, message.Id, StratumError.Other, "no extranonce is free: as many miners are connected as this"
                    + " algorithm can tell apart; try again later or use another pool");
                SendReply();
                _connection.Close(CloseReason.NoExtranonce);
                return;
            }
            _subscribed = true;
            _jobDue = _main is not null;
        }
        _dialect.WriteSubscribed(_reply, message.Id, this);
    }

    /// <summary>False when no extranonce is free.</summary>
    private bool TryBeginSession(JsonValue wanted)
    {
        Span<byte> session = stackalloc byte[8];
        if (_dialect.CanResume && wanted.TryGetHex(session, out int length) && length == session.Length
            && _server.TryResume(this, BinaryPrimitives.ReadUInt64BigEndian(session), out ResumedSession? resumed))
        {
            _extranonce1 = resumed.Extranonce;
            _difficulty.Resume(resumed.Targets, resumed.Measured);
            ResumeId = BinaryPrimitives.ReadUInt64BigEndian(session);
            _needsFreshJob = true; // this miner may start over at extranonce 2 = 0: the coinbase has to be another
        }
        else if (_server.Extranonces.TryTake(out _extranonce1))
        {
            ResumeId = _server.NewResumeId();
        }
        else
        {
            return false;
        }
        _server.Begin(this);
        return true;
    }

    private void OnAuthorize(in StratumMessage message)
    {
        string user = message.Params.Element(0).GetText(LoginName.CharactersMax).Trim();
        if (FindWorker(user) is not null)
        {
            StratumWriter.True(_reply, message.Id);
            return;
        }
        if (_workers.Length >= _server.Options.Limits.WorkersPerConnectionMax)
        {
            Refuse(in message, $"at most {_server.Options.Limits.WorkersPerConnectionMax} workers on one connection");
            return;
        }
        if (!_server.TryLogin(user, out AccountMeter? account, out double wish, out string error))
        {
            Refuse(in message, error);
            return;
        }
        if (!TryAddWorker(new SessionWorker(user, account)))
        {
            return;
        }
        bool first = _main is null;
        _main ??= account;
        _server.Guard.LoggedIn(_guard);
        StratumWriter.True(_reply, message.Id);
        if (first)
        {
            string password = message.Params.Element(1).GetText(PasswordCharactersMax);
            wish = LoginOptions.TryGetDifficulty(password, out double difficulty) ? difficulty : wish;
            if (!_difficulty.HasWish && wish > 0)
            {
                _difficulty.Wish(wish, _receivedAt);
            }
            _jobDue = _subscribed;
        }
    }

    /// <summary>False when the connection was closed meanwhile by another thread.</summary>
    private bool TryAddWorker(SessionWorker worker)
    {
        SessionWorker[] before = Volatile.Read(ref _workers);
        _server.Meters.Connected(worker.Account, _userAgent);
        if (!_connection.IsClosed && Interlocked.CompareExchange(ref _workers, [.. before, worker], before) == before)
        {
            return true;
        }
        _server.Meters.Disconnected(worker.Account);
        return false;
    }

    private void Refuse(in StratumMessage message, string error)
    {
        StratumWriter.Error(_reply, message.Id, StratumError.Unauthorised, error);
        AddPoints(ConnectionGuard.WrongSubmitPoints);
    }

    private SessionWorker? FindWorker(string user)
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

    private void OnConfigure(in StratumMessage message)
    {
        if (!ConfigureRequest.TryParse(message.Params, out ConfigureRequest request))
        {
            StratumWriter.Error(_reply, message.Id, StratumError.Other, "mining.configure needs a list of extensions");
            return;
        }
        if (request.WantsVersionRolling && _dialect.RollsVersions)
        {
            uint both = request.VersionMask & _server.Options.VersionMask;
            _clientMask = BitOperations.PopCount(both) >= Math.Max(1, request.VersionBitsMin) ? request.VersionMask : 0;
            _mask = _clientMask & CurrentServerMask();
        }
        if (request.WantsMinimumDifficulty && request.MinimumDifficulty > 0)
        {
            _difficulty.WishMinimum(request.MinimumDifficulty);
        }
        WriteConfigured(in message, request);
    }

    private void WriteConfigured(in StratumMessage message, ConfigureRequest request)
    {
        _reply.Append("{\"id\":"u8);
        _reply.Append(message.Id);
        _reply.Append(",\"result\":{"u8);
        int count = 0;
        foreach (JsonValue name in message.Params.Element(0).Elements())
        {
            if (!name.IsString || name.Raw.Length > ExtensionBytesMax || count == ExtensionsMax || !System.Text.Unicode.Utf8.IsValid(name.Raw))
            {
                continue;
            }
            _reply.Append(count++ == 0 ? ""u8 : ","u8);
            _reply.Append(name.Raw);
            WriteExtension(name.Inner, request);
        }
        _reply.Append("},\"error\":null}\n"u8);
    }

    private void WriteExtension(ReadOnlySpan<byte> name, ConfigureRequest request)
    {
        if (name.SequenceEqual("version-rolling"u8) && _clientMask != 0)
        {
            _reply.Append(":true,\"version-rolling.mask\":\""u8);
            _reply.AppendHex(_mask);
            _reply.Append((byte)'"');
            return;
        }
        bool known = name.SequenceEqual("subscribe-extranonce"u8)
            || name.SequenceEqual("info"u8)
            || (name.SequenceEqual("minimum-difficulty"u8) && request.MinimumDifficulty > 0);
        _reply.Append(known ? ":true"u8 : ":false"u8);
    }

    private void OnSuggestDifficulty(in StratumMessage message)
    {
        if (message.Params.Element(0).TryGetDouble(out double difficulty) && difficulty > 0)
        {
            _difficulty.Wish(difficulty, _receivedAt);
            StratumWriter.True(_reply, message.Id);
            return;
        }
        StratumWriter.Error(_reply, message.Id, StratumError.Other, "suggested difficulty has to be a number above 0");
    }

    private void OnSuggestTarget(in StratumMessage message)
    {
        Span<byte> target = stackalloc byte[Hash256.Size];
        if (message.Params.Element(0).TryGetHex(target, out int length) && length == target.Length && target.ContainsAnyExcept((byte)0))
        {
            target.Reverse();
            Target suggested = new(UInt256.FromLittleEndian(target));
            _difficulty.Wish(suggested.ToDifficulty(_server.Options.Coin.DifficultyOne), _receivedAt);
            StratumWriter.True(_reply, message.Id);
            return;
        }
        StratumWriter.Error(_reply, message.Id, StratumError.Other, "suggested target has to be 64 hex digits");
    }
}
