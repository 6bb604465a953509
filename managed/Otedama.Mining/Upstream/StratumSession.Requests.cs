using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Mining;

/// <summary>What a pool asks or tells us. A field that does not parse is ignored with a log line, never fatal.</summary>
internal sealed partial class StratumSession
{
    private void OnRequest(in StratumMessage message)
    {
        switch (message.Method)
        {
            case StratumMethod.Notify:
                OnNotify(message);
                break;
            case StratumMethod.SetDifficulty:
                OnSetDifficulty(message);
                break;
            case StratumMethod.SetExtranonce:
                OnSetExtranonce(message);
                break;
            case StratumMethod.SetVersionMask:
                OnSetVersionMask(message);
                break;
            case StratumMethod.Reconnect:
                OnReconnect(message);
                break;
            case StratumMethod.ShowMessage:
                RigLog.PoolSays(_logger, _options.Pool, message.Params.Element(0).GetText(TextMax));
                break;
            case StratumMethod.Ping when message.IsRequestId:
                StratumWriter.TextResult(Outgoing, message.Id, "pong");
                break;
            case StratumMethod.ClientGetVersion or StratumMethod.GetVersion when message.IsRequestId:
                StratumWriter.TextResult(Outgoing, message.Id, _options.UserAgent);
                break;
            default:
                OnUnknown(message);
                break;
        }
    }

    private void OnUnknown(in StratumMessage message)
    {
        string name = message.MethodName.GetText(64);
        if (name.Equals("mining.set_target", StringComparison.OrdinalIgnoreCase))
        {
            OnSetTarget(message);
            return;
        }
        Ignore(name.Length == 0 ? "a method" : name, "we do not know it");
        if (message.IsRequestId)
        {
            StratumWriter.Error(Outgoing, message.Id, StratumError.Other, "unsupported method");
        }
    }

    /// <summary>From the next notify on: jobs already handed out keep the difficulty they came with.</summary>
    private void OnSetDifficulty(in StratumMessage message)
    {
        if (message.Params.Element(0).TryGetDouble(out double difficulty) && difficulty > 0)
        {
            _nextTarget = Target.FromDifficulty(difficulty, _dialect.DifficultyOne);
        }
        else
        {
            Ignore("mining.set_difficulty", "the value is not a number above 0");
        }
    }

    private void OnSetTarget(in StratumMessage message)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        if (message.Params.Element(0).TryGetHex(bytes, out int length) && length == Hash256.Size)
        {
            bytes.Reverse(); // most significant first on the wire
            _nextTarget = new Target(UInt256.FromLittleEndian(bytes));
        }
        else
        {
            Ignore("mining.set_target", "the value is not 64 hex digits");
        }
    }

    private void OnSetExtranonce(in StratumMessage message)
    {
        if (_dialect.ReadExtranonce(message.Params) is { } space)
        {
            _nextSpace = space;
        }
        else
        {
            Ignore("mining.set_extranonce", "expected [hex, 1-16], together at most 32 bytes");
        }
    }

    /// <summary>Effective at once, so the current job is issued anew: shares with bits outside the mask are void.</summary>
    private void OnSetVersionMask(in StratumMessage message)
    {
        if (!message.Params.Element(0).TryGetHexUInt32(out uint mask))
        {
            Ignore("mining.set_version_mask", "the value is not 8 hex digits");
            return;
        }
        mask &= _dialect.VersionMask;
        bool changed = mask != _mask;
        _mask = mask;
        lock (_publishGate)
        {
            if (changed && _sink is not null && _latest is not null && _space is not null)
            {
                Publish(_latest, _latestTarget, clean: true);
            }
        }
    }

    private void OnReconnect(in StratumMessage message)
    {
        string host = message.Params.Element(0).GetText(253);
        long port = 0;
        bool hasPort = message.Params.Element(1).TryGetInt64(out port) && port is >= 1 and <= 65535;
        long wait = message.Params.Element(2).TryGetInt64(out long seconds) ? Math.Clamp(seconds, 0, 60) : 0;
        host = host.Length == 0 ? _options.Url.Host : host;
        if (!RedirectRule.Allows(_options.Url.Host, host, _options.RedirectHosts))
        {
            RigLog.ReconnectRefused(_logger, _options.Pool, host);
            return;
        }
        PoolUrl to = _options.Url.WithAddress(host, hasPort ? (int)port : _options.Url.Port);
        Reconnect = new ReconnectRequest(to, TimeSpan.FromSeconds(wait));
    }
}
